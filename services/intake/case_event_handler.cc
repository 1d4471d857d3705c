#include "services/intake/case_event_handler.h"

#include "avvik/triage/v1/triage_events.pb.h"
#include "common/audit/audit.h"
#include "common/organisation/matter.h"
#include "common/rpc/time.h"
#include "common/secrecy/certificate.h"
#include "common/status/macros.h"
#include "services/intake/campaign_rows.h"
#include "services/intake/case_progress.h"
#include "services/intake/errors.h"
#include "services/intake/pg_attachment_store.h"
#include "services/intake/report_access.h"
#include "services/intake/report_rows.h"

namespace avvik::intake {
namespace {

constexpr char kActor[] = "avvik-intake";

constexpr pg::Statement kLock{"intake_lock_report_for_erasure", R"sql(
    SELECT report.*, report_key.wrapped
      FROM report
      LEFT JOIN report_key ON report_key.report_id = report.id
     WHERE report.tenant = $1 AND report.id = $2
       FOR UPDATE OF report)sql"};

// State numbers are those of avvik.intake.v1.ReportState.
constexpr pg::Statement kErase{"intake_erase_report", R"sql(
    UPDATE report
       SET state = $2, erased_at = $3, version = $4, content_digest = '',
           title = NULL, description = NULL, reporter = NULL, withdraw_reason = NULL
     WHERE id = $1)sql"};

constexpr pg::Statement kDeleteSupplements{"intake_delete_supplements",
                                           "DELETE FROM supplement WHERE report_id = $1"};

// With the logins of those who answered.
constexpr pg::Statement kDeleteMessages{"intake_delete_messages",
                                        "DELETE FROM report_message WHERE report_id = $1"};

constexpr pg::Statement kDeleteReceipts{"intake_delete_receipts",
                                        "DELETE FROM receipt WHERE report_id = $1"};

constexpr pg::Statement kDeleteKey{"intake_delete_report_key",
                                   "DELETE FROM report_key WHERE report_id = $1"};

}  // namespace

absl::Status CaseEventHandler::Apply(pg::Transaction& transaction,
                                     const events::v1::StoredEvent& stored) {
  const events::v1::Event& event = stored.event();
  const std::string& tenant = event.tenant();
  AVVIK_ASSIGN_OR_RETURN(const auto facts, organisation::CaseFactsIn(event));
  if (!facts.has_value()) return absl::OkStatus();
  AVVIK_RETURN_IF_ERROR(PutAccess(transaction, tenant, *facts));
  AVVIK_RETURN_IF_ERROR(
      PutProgress(transaction, tenant, *facts, rpc::FromProtoTime(event.time())));
  triage::v1::CaseErased told;
  if (!event.data().UnpackTo(&told)) return campaigns_.Apply(transaction, event, *facts);
  return EraseReports(transaction, event, told);
}

absl::Status CaseEventHandler::EraseReports(pg::Transaction& transaction,
                                            const events::v1::Event& event,
                                            const triage::v1::CaseErased& told) {
  const std::string& tenant = event.tenant();
  const std::string& case_id = told.facts().case_id();
  AVVIK_ASSIGN_OR_RETURN(const int64_t answers, EraseCampaign(transaction, tenant, case_id));
  std::vector<std::string> with_it;
  if (answers > 0) with_it.push_back("answers=" + std::to_string(answers));
  AVVIK_RETURN_IF_ERROR(EraseReport(transaction, event, told, told.facts().report_id(), with_it));
  AVVIK_ASSIGN_OR_RETURN(const std::vector<std::string> linked,
                         OwnReports(transaction, tenant, case_id));
  for (const std::string& report_id : linked) {
    if (report_id == told.facts().report_id()) continue;
    AVVIK_RETURN_IF_ERROR(EraseReport(transaction, event, told, report_id, {}));
  }
  return absl::OkStatus();
}

absl::Status CaseEventHandler::EraseReport(pg::Transaction& transaction,
                                           const events::v1::Event& event,
                                           const triage::v1::CaseErased& told,
                                           const std::string& report_id,
                                           const std::vector<std::string>& with_it) {
  const std::string& tenant = event.tenant();
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kLock, {tenant, report_id}));
  if (rows.empty()) return error::ReportNotFound(report_id);
  AVVIK_ASSIGN_OR_RETURN(const Report before, ReportFromRow(rows[0], vault_));
  const absl::Time now = clock_.Now();
  const std::optional<Report> erased = Erased(before, now);
  if (!erased.has_value()) return absl::OkStatus();

  secrecy::Certificate certificate{
      .id = ids_.Next(),
      .tenant = tenant,
      .subject = "reports/" + report_id,
      .related = "cases/" + told.facts().case_id(),
      .number = before.number,
      .at = now,
      .actor = kActor,
      .ground = triage::v1::ErasureGround_Name(told.ground()),
      .reference = "erasures/" + told.erasure_id(),
      .data_classes = {"title", "description", "reporter"},
      .key_hash = ""};
  certificate.data_classes.insert(certificate.data_classes.end(), with_it.begin(), with_it.end());
  AVVIK_ASSIGN_OR_RETURN(certificate.key_hash,
                         vault_.Fingerprint(tenant, "key", rows[0].Bytes("wrapped")));
  AVVIK_RETURN_IF_ERROR(
      transaction
          .Execute(kErase, {report_id, static_cast<int>(erased->state), now, erased->version})
          .status());
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows supplements,
                         transaction.Execute(kDeleteSupplements, {report_id}));
  if (supplements.affected() > 0) {
    certificate.data_classes.push_back("supplements=" + std::to_string(supplements.affected()));
  }
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows messages,
                         transaction.Execute(kDeleteMessages, {report_id}));
  if (messages.affected() > 0) {
    certificate.data_classes.push_back("messages=" + std::to_string(messages.affected()));
  }
  AVVIK_RETURN_IF_ERROR(transaction.Execute(kDeleteReceipts, {report_id}).status());
  AVVIK_ASSIGN_OR_RETURN(const int64_t attachments, EraseAttachments(transaction, report_id));
  if (attachments > 0) {
    certificate.data_classes.push_back("attachments=" + std::to_string(attachments));
  }
  AVVIK_RETURN_IF_ERROR(transaction.Execute(kDeleteKey, {report_id}).status());
  AVVIK_RETURN_IF_ERROR(secrecy::Append(transaction, certificate));
  return audit::Append(transaction, {.id = ids_.Next(),
                                     .tenant = tenant,
                                     .at = now,
                                     .actor = kActor,
                                     .machine = true,
                                     .method = event.type(),
                                     .permission = "",
                                     .subject = certificate.subject,
                                     .outcome = audit::Outcome::kAllowed,
                                     .reason = certificate.ground,
                                     .trace_parent = event.trace_parent()});
}

}  // namespace avvik::intake
