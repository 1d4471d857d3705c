#include "services/delivery/report_event_handler.h"

#include <string>
#include <vector>

#include "avvik/intake/v1/intake_events.pb.h"
#include "common/status/macros.h"
#include "services/delivery/errors.h"

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
  if (const auto concluded = As<intake::v1::CampaignConcluded>(event)) {
    return ReportTelling{TemplateId::kReportClosed,
                         concluded->cause(),
                         {concluded->report_ids().begin(), concluded->report_ids().end()}};
  }
  return std::nullopt;
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
    const auto telling = TellingOf(stored.event());
    if (!telling.has_value()) continue;
    reports[stored.event().tenant()].insert(telling->report_ids.begin(),
                                            telling->report_ids.end());
  }
  return reporters_.Prepare(reports);
}

absl::Status ReportEventHandler::Apply(pg::Transaction& transaction,
                                       const events::v1::StoredEvent& stored) {
  const std::string& tenant = stored.event().tenant();
  const auto telling = TellingOf(stored.event());
  if (!telling.has_value()) return absl::OkStatus();
  const auto organisation = directory_.Find(tenant);
  if (organisation == nullptr) return error::NoOrganisation(tenant);
  for (const std::string& report_id : telling->report_ids) {
    AVVIK_ASSIGN_OR_RETURN(const std::optional<Reporter> reporter,
                           reporters_.Find(tenant, report_id));
    const auto draft =
        DraftForReporter(*organisation, reporter, telling->template_id, telling->cause);
    if (!draft.has_value()) continue;
    AVVIK_RETURN_IF_ERROR(writer_.Queue(transaction, *draft, *organisation));
  }
  return absl::OkStatus();
}

}  // namespace avvik::delivery
