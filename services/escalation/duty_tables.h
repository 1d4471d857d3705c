// The tables of escalation inside a transaction: what the store, the event handler and the timers
// share.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ids/id_source.h"
#include "common/organisation/rights.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/escalation/duty.h"

namespace avvik::escalation {

// The duties of rows that hold all columns of duty, opened, with their stages.
absl::StatusOr<std::vector<Duty>> WithStages(pg::Transaction& transaction, secrecy::Vault& vault,
                                             const pg::Rows& rows);

// One duty. NOT_FOUND (DUTY_NOT_FOUND) when there is none or it is not visible.
absl::StatusOr<Duty> ReadDuty(pg::Transaction& transaction, secrecy::Vault& vault,
                              const std::string& tenant, const std::string& duty_id,
                              const organisation::Visibility& visibility);

// The same, locked.
absl::StatusOr<Duty> LockDuty(pg::Transaction& transaction, secrecy::Vault& vault,
                              const std::string& tenant, const std::string& duty_id,
                              const organisation::Visibility& visibility);

// The duties of a case, locked.
absl::StatusOr<std::vector<Duty>> LockDuties(pg::Transaction& transaction, secrecy::Vault& vault,
                                             const std::string& tenant, const std::string& case_id);

// The duties of some cases, by id.
absl::StatusOr<std::vector<Duty>> DutiesOf(pg::Transaction& transaction, secrecy::Vault& vault,
                                           const std::string& tenant,
                                           const std::vector<std::string>& case_ids);

// Writes a duty after a change, sealed, its stages, its timer, its alarms and its events. The caller holds the
// row's lock, or the duty is new.
absl::Status WriteOutcome(pg::Transaction& transaction, secrecy::Vault& vault, IdSource& ids,
                          DutyOutcome& outcome, absl::Time now, const std::string& trace_parent);

}  // namespace avvik::escalation
