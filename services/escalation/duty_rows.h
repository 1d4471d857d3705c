// Between the domain's duty and its rows.
#pragma once

#include <vector>

#include "common/pg/value.h"
#include "services/escalation/duty.h"

namespace avvik::escalation {

// A row of duty, without its stages.
Duty DutyFromRow(const pg::Row& row);

// A row of duty_stage.
DutyStage StageFromRow(const pg::Row& row);

// The columns of a duty in the order of the table; `urgent_at` is NULL for infinity.
std::vector<pg::Param> DutyColumns(const Duty& duty);

// The columns of a duty's stages after `duty_id`, in the order of the table, as arrays.
std::vector<pg::Param> StageColumns(const Duty& duty);

}  // namespace avvik::escalation
