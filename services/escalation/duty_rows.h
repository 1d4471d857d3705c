// Between the domain's duty and its rows, where what people wrote is sealed.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "common/pg/value.h"
#include "common/secrecy/vault.h"
#include "services/escalation/duty.h"

namespace avvik::escalation {

// The key of one duty; none while nothing is written.
using DutyKey = std::optional<secrecy::DataKey>;

// The key that a duty has.
absl::StatusOr<DutyKey> OpenKey(secrecy::Vault& vault, const Duty& duty);

// The key to write a duty with: the one it has, or a new one, which is set in it, when it holds its
// first text.
absl::StatusOr<DutyKey> KeyForWriting(secrecy::Vault& vault, Duty& duty);

// A row of duty, without its stages and without what people wrote: `OpenTexts` puts that in.
Duty DutyFromRow(const pg::Row& row);

// Opens what people wrote in a row of duty. DATA_LOSS (SEAL_BROKEN) when it was altered.
absl::Status OpenTexts(const pg::Row& row, const DutyKey& key, Duty& duty);

// A row of duty_stage, opened. Errors as OpenTexts.
absl::StatusOr<DutyStage> StageFromRow(const pg::Row& row, const DutyKey& key);

// The columns of a duty in the order of kWriteDuty, sealed; `urgent_at` is NULL for infinity.
std::vector<pg::Param> DutyColumns(const Duty& duty, const DutyKey& key);

// The columns of a duty's stages after `duty_id`, in the order of kWriteStages, as arrays, sealed.
std::vector<pg::Param> StageColumns(const Duty& duty, const DutyKey& key);

}  // namespace avvik::escalation
