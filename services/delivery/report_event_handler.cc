#include "services/delivery/report_event_handler.h"

#include <string>
#include <vector>

#include "avvik/intake/v1/intake_events.pb.h"
#include "common/organisation/rights.h"
#include "common/status/macros.h"
#include "services/delivery/errors.h"
#include "services/delivery/known_case_store.h"

namespace avvik::delivery {
namespace {

// What is to be told to the makers of reports.
struct ReportTelling {
  TemplateId template_id = TemplateId::kReportReceived;
  std::string cause;
  std::vector<std::string> report_ids;
};

template <typename Message>
std::optional<Message> As(const events::v1::Event& event) {
  Message message;
  if (!event.data().Is<Message>() || !event.data().UnpackTo(&message)) return std::nullopt;
  return message;
}

// Nothing for events of anything else, and for a report that nobody waits for an answer to.
std::optional<ReportTelling> TellingOf(const events::v1::Event& event) {
  if (const auto submitted = As<intake::v1::ReportSubmitted>(event)) {
    if (submitted->imported()) return std::nullopt;
    return ReportTelling{
        TemplateId::kReportReceived, submitted->report_id(), {submitted->report_id()}};
  }
  // Whoever made several reports of the same thing is told once: the cause is the same for all.
  if (const auto answered = As<intake::v1::CampaignAnswered>(event)) {
    return ReportTelling{TemplateId::kReportAnswered,
                         answered->answer_id(),
                         {answered->report_ids().begin(), answered->report_ids().end()}};
  }
  if (const auto added = As<intake::v1::ReportMessageAdded>(event);
      added && !added->by_reporter()) {
    return ReportTelling{TemplateId::kReportMessage, event.id(), {added->report_id()}};
  }
  if (const auto concluded = As<intake::v1::CampaignConcluded>(event)) {
    return ReportTelling{TemplateId::kReportClosed,
                         concluded->cause(),
                         {concluded->report_ids().begin(), concluded->report_ids().end()}};
  }
  return std::nullopt;
}

// The id of the campaign, and so of its case, that an event tells of.
std::string CampaignIn(const events::v1::Event& event) {
  if (const auto answered = As<intake::v1::CampaignAnswered>(event)) {
    return answered->campaign_id();
  }
  const auto concluded = As<intake::v1::CampaignConcluded>(event);
  return concluded.has_value() ? concluded->campaign_id() : "";
}

// Who may see what is told by an event: as of the case, or of the report itself before it has one.
absl::StatusOr<type::v1::Sphere> SphereOf(pg::Transaction& transaction,
                                          const events::v1::Event& event) {
  if (const auto submitted = As<intake::v1::ReportSubmitted>(event)) {
    return organisation::SphereOf(submitted->national_security(), submitted->personal_data(),
                                  /*restricted=*/false);
  }
  std::optional<KnownCase> known;
  if (const auto added = As<intake::v1::ReportMessageAdded>(event)) {
    AVVIK_ASSIGN_OR_RETURN(known,
                           FindCaseOfReport(transaction, event.tenant(), added->report_id()));
  } else {
    AVVIK_ASSIGN_OR_RETURN(known, FindKnownCase(transaction, event.tenant(), CampaignIn(event)));
  }
  // Not yet heard of: nobody but those it concerns, rather than too many.
  return known.has_value() ? known->sphere : type::v1::SPHERE_RESTRICTED;
}

}  // namespace

std::optional<NoticeDraft> DraftForReporter(const organisation::Organisation& organisation,
                                            const std::optional<Reporter>& reporter,
                                            TemplateId template_id, const std::string& cause) {
  if (!reporter.has_value() || reporter->email.empty() || reporter->imported) return std::nullopt;
  return NoticeDraft{.tenant = organisation.tenant(),
                     .cause = cause,
                     .template_id = template_id,
                     .person_id = reporter->person_id,
                     .other_person_ids = reporter->other_person_ids,
                     .number = reporter->number,
                     .unit = reporter->unit,
                     .recipient = reporter->email,
                     .withheld = reporter->confidential,
                     .language = reporter->language.empty() ? organisation.default_language()
                                                            : reporter->language};
}

absl::Status ReportEventHandler::Prepare(std::span<const events::v1::StoredEvent> batch) {
  std::map<std::string, std::set<std::string>> reports;
  for (const events::v1::StoredEvent& stored : batch) {
    const auto telling = TellingOf(stored.event());
    if (!telling.has_value()) continue;
    reports[stored.event().tenant()].insert(telling->report_ids.begin(),
                                            telling->report_ids.end());
  }
  return reporters_.Prepare(reports);
}

absl::Status ReportEventHandler::Apply(pg::Transaction& transaction,
                                       const events::v1::StoredEvent& stored) {
  const events::v1::Event& event = stored.event();
  const auto telling = TellingOf(event);
  const auto added = As<intake::v1::ReportMessageAdded>(event);
  if (!telling.has_value() && !added.has_value()) return absl::OkStatus();
  const auto organisation = directory_.Find(event.tenant());
  if (organisation == nullptr) return error::NoOrganisation(event.tenant());
  std::vector<NoticeDraft> drafts;
  if (telling.has_value()) {
    for (const std::string& report_id : telling->report_ids) {
      AVVIK_ASSIGN_OR_RETURN(const std::optional<Reporter> reporter,
                             reporters_.Find(event.tenant(), report_id));
      auto draft = DraftForReporter(*organisation, reporter, telling->template_id, telling->cause);
      if (draft.has_value()) drafts.push_back(*std::move(draft));
    }
  } else {
    AVVIK_ASSIGN_OR_RETURN(auto draft,
                           DraftForOwner(transaction, *organisation, added->report_id()));
    if (draft.has_value()) {
      draft->cause = event.id();
      drafts.push_back(*std::move(draft));
    }
  }
  if (drafts.empty()) return absl::OkStatus();
  AVVIK_ASSIGN_OR_RETURN(const type::v1::Sphere sphere, SphereOf(transaction, event));
  for (NoticeDraft& draft : drafts) {
    draft.sphere = sphere;
    AVVIK_RETURN_IF_ERROR(writer_.Queue(transaction, draft, *organisation));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<NoticeDraft>> ReportEventHandler::DraftForOwner(
    pg::Transaction& transaction, const organisation::Organisation& organisation,
    const std::string& report_id) const {
  AVVIK_ASSIGN_OR_RETURN(const std::optional<KnownCase> known,
                         FindCaseOfReport(transaction, organisation.tenant(), report_id));
  // Whoever gets the case later sees the message with it.
  if (!known.has_value() || known->owner.empty()) return std::nullopt;
  std::optional<NoticeDraft> draft = DraftForPerson(organisation, known->owner);
  if (!draft.has_value()) return std::nullopt;
  draft->template_id = TemplateId::kCaseAnswered;
  draft->number = known->number;
  draft->unit = known->unit;
  return draft;
}

}  // namespace avvik::delivery
