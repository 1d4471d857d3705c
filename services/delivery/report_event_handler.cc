#include "services/delivery/report_event_handler.h"

#include "avvik/intake/v1/intake_events.pb.h"
#include "common/organisation/rights.h"
#include "common/status/macros.h"
#include "services/delivery/errors.h"
#include "services/delivery/known_case_store.h"

namespace avvik::delivery {
namespace {

// The report submitted, unless it is one that nobody waits for an answer to.
std::optional<intake::v1::ReportSubmitted> Submitted(const events::v1::Event& event) {
  intake::v1::ReportSubmitted submitted;
  if (!event.data().UnpackTo(&submitted) || submitted.imported()) return std::nullopt;
  return submitted;
}

std::optional<intake::v1::ReportMessageAdded> MessageAdded(const events::v1::Event& event) {
  intake::v1::ReportMessageAdded added;
  if (!event.data().UnpackTo(&added)) return std::nullopt;
  return added;
}

// The report whose reporter is to be told of an event; empty when none is.
std::string ReportToAnswer(const events::v1::Event& event) {
  if (const auto submitted = Submitted(event)) return submitted->report_id();
  if (const auto added = MessageAdded(event); added && !added->by_reporter()) {
    return added->report_id();
  }
  return "";
}

// Who may see what is told of a report: as of its case, or of the report itself before it has one.
absl::StatusOr<type::v1::Sphere> SphereOfReport(pg::Transaction& transaction,
                                                const events::v1::Event& event) {
  if (const auto submitted = Submitted(event)) {
    return organisation::SphereOf(submitted->national_security(), submitted->personal_data(),
                                  /*restricted=*/false);
  }
  AVVIK_ASSIGN_OR_RETURN(
      const std::optional<KnownCase> known,
      FindCaseOfReport(transaction, event.tenant(), MessageAdded(event)->report_id()));
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
    const std::string report_id = ReportToAnswer(stored.event());
    if (!report_id.empty()) reports[stored.event().tenant()].insert(report_id);
  }
  return reporters_.Prepare(reports);
}

absl::Status ReportEventHandler::Apply(pg::Transaction& transaction,
                                       const events::v1::StoredEvent& stored) {
  const events::v1::Event& event = stored.event();
  const auto added = MessageAdded(event);
  const std::string report_id = ReportToAnswer(event);
  if (report_id.empty() && !added.has_value()) return absl::OkStatus();
  const auto organisation = directory_.Find(event.tenant());
  if (organisation == nullptr) return error::NoOrganisation(event.tenant());
  std::optional<NoticeDraft> draft;
  if (report_id.empty()) {
    AVVIK_ASSIGN_OR_RETURN(draft, DraftForOwner(transaction, *organisation, added->report_id()));
    if (draft.has_value()) draft->cause = event.id();
  } else {
    AVVIK_ASSIGN_OR_RETURN(const std::optional<Reporter> reporter,
                           reporters_.Find(event.tenant(), report_id));
    draft = added.has_value()
                ? DraftForReporter(*organisation, reporter, TemplateId::kReportMessage, event.id())
                : DraftForReporter(*organisation, reporter, TemplateId::kReportReceived, report_id);
  }
  if (!draft.has_value()) return absl::OkStatus();
  AVVIK_ASSIGN_OR_RETURN(draft->sphere, SphereOfReport(transaction, event));
  return writer_.Queue(transaction, *draft, *organisation);
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
