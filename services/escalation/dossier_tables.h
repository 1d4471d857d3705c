// The tables of dossiers inside a transaction, where what people wrote is sealed with the key of the duty.
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/escalation/dossier.h"
#include "services/escalation/dossier_store.h"
#include "services/escalation/duty_rows.h"

namespace avvik::escalation {

// All that was written in a stage of a duty. Values are there for the newest version and for `version`.
absl::StatusOr<StageDossier> ReadDossier(pg::Transaction& transaction, const DutyKey& key,
                                         const std::string& duty_id, const std::string& stage,
                                         int version);

// What was written in the other stages than `stage`: as told, or else as approved, or else as it stands.
absl::StatusOr<std::map<std::string, FieldValues>> ReadOthers(pg::Transaction& transaction,
                                                              const DutyKey& key,
                                                              const std::string& duty_id,
                                                              const std::string& stage);

// The key to write of a duty with, whose row is locked: the one it has, or a new one, which its row and `duty` get.
absl::StatusOr<secrecy::DataKey> KeyForDossier(pg::Transaction& transaction, secrecy::Vault& vault,
                                               Duty& duty);

absl::Status AppendVersion(pg::Transaction& transaction, const secrecy::DataKey& key,
                           const Duty& duty, const std::string& stage,
                           const DossierVersion& version);
absl::Status AppendStep(pg::Transaction& transaction, const secrecy::DataKey& key, const Duty& duty,
                        const std::string& stage, const DossierStep& step);
absl::Status WriteTicks(pg::Transaction& transaction, const Duty& duty, const std::string& stage,
                        const DossierChange& change);
absl::Status AppendReceipt(pg::Transaction& transaction, const secrecy::DataKey& key,
                           const Duty& duty, const std::string& stage, const ReceiptFile& file);
// NOT_FOUND (RECEIPT_NOT_FOUND) when there is none, or it was erased.
absl::StatusOr<ReceiptFile> ReadReceipt(pg::Transaction& transaction, const DutyKey& key,
                                        const std::string& duty_id, const std::string& stage,
                                        const std::string& receipt_id);

// Tells the others that a version was written or stands elsewhere; `dossier` is as it is after it.
absl::Status TellDossier(pg::Transaction& transaction, IdSource& ids, const Duty& duty,
                         const StageDossier& dossier, int version, const std::string& person,
                         absl::Time now, const std::string& trace_parent);

// What of the dossiers of a duty went.
struct ErasedDossiers {
  int versions = 0;
  int statements = 0;
  int receipts = 0;
};

// Takes what was written in the dossiers of a duty, and its files.
absl::StatusOr<ErasedDossiers> EraseDossiers(pg::Transaction& transaction,
                                             const std::string& duty_id);

}  // namespace avvik::escalation
