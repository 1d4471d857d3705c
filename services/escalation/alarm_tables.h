// The tables of alarms inside a transaction: what duties do to alarms as they change, and what the
// store and the timers share.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "services/escalation/alarm.h"
#include "services/escalation/duty.h"

namespace avvik::escalation {

// Ends the alarms of stages that nobody need be called about any more, and begins those that the
// changes of the duty give rise to. The duty stands in its table already.
absl::Status FollowDuty(pg::Transaction& transaction, IdSource& ids, const DutyOutcome& outcome,
                        absl::Time now);

// The alarms of rows that hold all columns of alarm, with their steps.
absl::StatusOr<std::vector<Alarm>> WithSteps(pg::Transaction& transaction, const pg::Rows& rows);

// Writes when an alarm is looked at next, and how it ended.
absl::Status WriteAlarm(pg::Transaction& transaction, const Alarm& alarm);

// Adds the last of the alarm's steps.
absl::Status WriteLastStep(pg::Transaction& transaction, const Alarm& alarm);

}  // namespace avvik::escalation
