#include "services/delivery/report_event_handler.h"

#include "avvik/intake/v1/intake_events.pb.h"
#include "common/organisation/rights.h"
#include "common/status/macros.h"
#include "services/delivery/errors.h"

namespace avvik::delivery {
namespace {

// The report submitted, unless it is one that nobody waits for an answer to.
std::optional<intake::v1::ReportSubmitted> Submitted(const events::v1::Event& event) {
  intake::v1::ReportSubmitted submitted;
  if (!event.data().UnpackTo(&submitted) || submitted.imported()) return std::nullopt;
  return submitted;
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
    if (const auto submitted = Submitted(stored.event()); submitted.has_value()) {
      reports[stored.event().tenant()].insert(submitted->report_id());
    }
  }
  return reporters_.Prepare(reports);
}

absl::Status ReportEventHandler::Apply(pg::Transaction& transaction,
                                       const events::v1::StoredEvent& stored) {
  const std::string& tenant = stored.event().tenant();
  const auto submitted = Submitted(stored.event());
  if (!submitted.has_value()) return absl::OkStatus();
  const auto organisation = directory_.Find(tenant);
  if (organisation == nullptr) return error::NoOrganisation(tenant);
  AVVIK_ASSIGN_OR_RETURN(const std::optional<Reporter> reporter,
                         reporters_.Find(tenant, submitted->report_id()));
  auto draft = DraftForReporter(*organisation, reporter, TemplateId::kReportReceived,
                                submitted->report_id());
  if (!draft.has_value()) return absl::OkStatus();
  draft->sphere = organisation::SphereOf(submitted->national_security(), submitted->personal_data(),
                                         /*restricted=*/false);
  return writer_.Queue(transaction, *draft, *organisation);
}

}  // namespace avvik::delivery
