#include "services/escalation/pg_dossier_store.h"

#include <utility>

#include "absl/time/clock.h"
#include "common/status/macros.h"
#include "services/escalation/case_tables.h"
#include "services/escalation/dossier_tables.h"
#include "services/escalation/duty_tables.h"
#include "services/escalation/errors.h"

namespace avvik::escalation {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);

bool IsNothing(const DossierChange& change) {
  return !change.version && !change.step && change.ticked.empty() && change.unticked.empty();
}

}  // namespace

absl::StatusOr<DossierFile> PgDossierStore::Read(pg::Transaction& transaction, Duty duty,
                                                 const std::string& stage, int version) {
  DossierFile file;
  AVVIK_ASSIGN_OR_RETURN(const DutyKey key, OpenKey(vault_, duty));
  AVVIK_ASSIGN_OR_RETURN(const CaseRecord record, ReadCase(transaction, duty.tenant, duty.case_id));
  file.facts = record.facts;
  AVVIK_ASSIGN_OR_RETURN(file.dossier, ReadDossier(transaction, key, duty.id, stage, version));
  AVVIK_ASSIGN_OR_RETURN(file.others, ReadOthers(transaction, key, duty.id, stage));
  file.duty = std::move(duty);
  return file;
}

absl::StatusOr<DossierFile> PgDossierStore::Get(const std::string& tenant,
                                                const std::string& duty_id,
                                                const std::string& stage, int version,
                                                const Visibility& visibility) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<DossierFile> {
        AVVIK_ASSIGN_OR_RETURN(Duty duty,
                               ReadDuty(transaction, vault_, tenant, duty_id, visibility));
        return Read(transaction, std::move(duty), stage, version);
      });
}

absl::StatusOr<DossierFile> PgDossierStore::Change(
    const std::string& tenant, const std::string& duty_id, const std::string& stage,
    const Visibility& visibility, const std::string& etag, const Decide& decide,
    const audit::Record& trace) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<DossierFile> {
        AVVIK_ASSIGN_OR_RETURN(Duty duty,
                               LockDuty(transaction, vault_, tenant, duty_id, visibility));
        AVVIK_ASSIGN_OR_RETURN(DossierFile file, Read(transaction, std::move(duty), stage, 0));
        if (!etag.empty() && etag != EtagOf(file.dossier)) return error::DossierHasChanged();
        AVVIK_ASSIGN_OR_RETURN(DossierChange change, decide(file));
        if (IsNothing(change)) return file;
        AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key,
                               KeyForDossier(transaction, vault_, file.duty));
        if (change.version) {
          change.version->id = ids_.Next();
          AVVIK_RETURN_IF_ERROR(
              AppendVersion(transaction, key, file.duty, stage, *change.version));
        }
        if (change.step) {
          change.step->id = ids_.Next();
          AVVIK_RETURN_IF_ERROR(AppendStep(transaction, key, file.duty, stage, *change.step));
        }
        if (change.ticked_version != 0) {
          AVVIK_RETURN_IF_ERROR(WriteTicks(transaction, file.duty, stage, change));
        }
        AVVIK_ASSIGN_OR_RETURN(
            DossierFile after,
            Read(transaction, std::move(file.duty), stage, change.ticked_version));
        if (change.version || change.step) {
          const DossierVersion& newest = *after.dossier.newest();
          AVVIK_RETURN_IF_ERROR(TellDossier(
              transaction, ids_, after.duty, after.dossier, newest.version,
              change.step ? change.step->person : newest.person, trace.at, trace.trace_parent));
        }
        AVVIK_RETURN_IF_ERROR(audit::Append(transaction, trace));
        return after;
      });
}

absl::StatusOr<Receipt> PgDossierStore::Attach(const std::string& tenant,
                                               const std::string& duty_id,
                                               const std::string& stage,
                                               const Visibility& visibility, ReceiptFile file,
                                               const Allow& allow, const audit::Record& trace) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Receipt> {
        AVVIK_ASSIGN_OR_RETURN(Duty duty,
                               LockDuty(transaction, vault_, tenant, duty_id, visibility));
        AVVIK_ASSIGN_OR_RETURN(DossierFile known, Read(transaction, std::move(duty), stage, 0));
        AVVIK_RETURN_IF_ERROR(allow(known));
        if (known.dossier.receipts.size() >= kMostReceipts) return error::TooManyReceipts();
        AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key,
                               KeyForDossier(transaction, vault_, known.duty));
        AVVIK_RETURN_IF_ERROR(AppendReceipt(transaction, key, known.duty, stage, file));
        known.dossier.receipts.push_back(file.receipt);
        const DossierVersion* newest = known.dossier.newest();
        AVVIK_RETURN_IF_ERROR(TellDossier(transaction, ids_, known.duty, known.dossier,
                                          newest == nullptr ? 0 : newest->version,
                                          file.receipt.person, trace.at, trace.trace_parent));
        AVVIK_RETURN_IF_ERROR(audit::Append(transaction, trace));
        return file.receipt;
      });
}

absl::StatusOr<ReceiptFile> PgDossierStore::GetReceipt(const std::string& tenant,
                                                       const std::string& duty_id,
                                                       const std::string& stage,
                                                       const std::string& receipt_id,
                                                       const Visibility& visibility) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<ReceiptFile> {
        AVVIK_ASSIGN_OR_RETURN(const Duty duty,
                               ReadDuty(transaction, vault_, tenant, duty_id, visibility));
        AVVIK_ASSIGN_OR_RETURN(const DutyKey key, OpenKey(vault_, duty));
        return ReadReceipt(transaction, key, duty.id, stage, receipt_id);
      });
}

}  // namespace avvik::escalation
