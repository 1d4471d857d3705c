// The tables of escalation inside a transaction: what the store, the event handler and the timers
// share.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/escalation/case_facts.h"
#include "services/escalation/duty.h"

namespace avvik::escalation {

// The duties of rows that hold all columns of duty, opened, with their stages.
absl::StatusOr<std::vector<Duty>> WithStages(pg::Transaction& transaction, secrecy::Vault& vault,
                                             const pg::Rows& rows);

// Keeps what triage told of a case, and gives the duties of the case, locked. `bytes` is the
// CaseFacts as told.
absl::StatusOr<std::vector<Duty>> KeepCase(pg::Transaction& transaction, secrecy::Vault& vault,
                                           const CaseFacts& facts, const std::string& bytes);

// Remembers that a case that was kept is erased, and whether it is.
absl::Status MarkErased(pg::Transaction& transaction, const CaseFacts& facts, absl::Time now);
absl::StatusOr<bool> IsErased(pg::Transaction& transaction, const CaseFacts& facts);

// What triage last told of the case of a duty.
absl::StatusOr<CaseFacts> ReadCase(pg::Transaction& transaction, const Duty& duty);

// Writes a duty after a change, sealed, its stages, its timer, its alarms and its events. The caller holds the
// row's lock, or the duty is new.
absl::Status WriteOutcome(pg::Transaction& transaction, secrecy::Vault& vault, IdSource& ids,
                          DutyOutcome& outcome, absl::Time now, const std::string& trace_parent);

}  // namespace avvik::escalation
