#include "services/escalation/duty_erasure.h"

#include <optional>
#include <string>
#include <utility>

#include "common/audit/audit.h"
#include "common/secrecy/certificate.h"
#include "common/status/macros.h"
#include "services/escalation/case_tables.h"
#include "services/escalation/decision_tables.h"
#include "services/escalation/dossier_tables.h"
#include "services/escalation/duty_tables.h"

namespace avvik::escalation {
namespace {

constexpr char kActor[] = "avvik-escalation";

// What of a duty goes, for the certificate.
std::vector<std::string> DataClassesOf(const Duty& duty, const ErasedDossiers& dossiers) {
  int external_ids = 0;
  int reasons = 0;
  for (const DutyStage& stage : duty.stages) {
    external_ids += stage.external_id.empty() ? 0 : 1;
    reasons += stage.reason.empty() ? 0 : 1;
  }
  std::vector<std::string> classes;
  if (!duty.rule_out_reason.empty()) classes.push_back("rule_out_reason");
  if (external_ids > 0) classes.push_back("external_ids=" + std::to_string(external_ids));
  if (reasons > 0) classes.push_back("stage_reasons=" + std::to_string(reasons));
  const auto add = [&](const char* name, int count) {
    if (count > 0) classes.push_back(name + ("=" + std::to_string(count)));
  };
  add("dossier_versions", dossiers.versions);
  add("dossier_statements", dossiers.statements);
  add("receipts", dossiers.receipts);
  return classes;
}

absl::Status Certify(pg::Transaction& transaction, secrecy::Vault& vault, IdSource& ids,
                     const Duty& before, const ErasedDossiers& dossiers,
                     const triage::v1::CaseErased& told, absl::Time now) {
  secrecy::Certificate certificate{.id = ids.Next(),
                                   .tenant = before.tenant,
                                   .subject = "duties/" + before.id,
                                   .related = "cases/" + before.case_id,
                                   .number = before.number,
                                   .at = now,
                                   .actor = kActor,
                                   .ground = triage::v1::ErasureGround_Name(told.ground()),
                                   .reference = "erasures/" + told.erasure_id(),
                                   .data_classes = DataClassesOf(before, dossiers),
                                   .key_hash = ""};
  AVVIK_ASSIGN_OR_RETURN(certificate.key_hash,
                         vault.Fingerprint(before.tenant, "key", before.wrapped_key));
  return secrecy::Append(transaction, certificate);
}

}  // namespace

absl::Status EraseDuties(pg::Transaction& transaction, secrecy::Vault& vault, IdSource& ids,
                         const CaseFacts& facts, const std::vector<Duty>& duties,
                         const events::v1::Event& event, const triage::v1::CaseErased& told,
                         absl::Time now) {
  AVVIK_RETURN_IF_ERROR(MarkErased(transaction, facts, now));
  AVVIK_RETURN_IF_ERROR(EraseDecisions(transaction, facts.tenant, facts.case_id));
  for (const Duty& before : duties) {
    std::optional<Duty> erased = EraseDuty(before, now);
    if (!erased) continue;
    DutyOutcome outcome{*std::move(erased), {}};
    AVVIK_ASSIGN_OR_RETURN(const ErasedDossiers dossiers, EraseDossiers(transaction, before.id));
    AVVIK_RETURN_IF_ERROR(
        WriteOutcome(transaction, vault, ids, outcome, now, event.trace_parent()));
    if (!before.wrapped_key.empty()) {
      AVVIK_RETURN_IF_ERROR(Certify(transaction, vault, ids, before, dossiers, told, now));
    }
    AVVIK_RETURN_IF_ERROR(
        audit::Append(transaction, {.id = ids.Next(),
                                    .tenant = before.tenant,
                                    .at = now,
                                    .actor = kActor,
                                    .machine = true,
                                    .method = event.type(),
                                    .permission = "",
                                    .subject = "duties/" + before.id,
                                    .outcome = audit::Outcome::kAllowed,
                                    .reason = triage::v1::ErasureGround_Name(told.ground()),
                                    .trace_parent = event.trace_parent()}));
  }
  return absl::OkStatus();
}

}  // namespace avvik::escalation
