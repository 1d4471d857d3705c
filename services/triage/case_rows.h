// Between the domain's case and its row.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "common/pg/value.h"
#include "services/triage/case.h"

namespace avvik::triage {

// A row of triage_case, without notes. DATA_LOSS when its classification cannot be read.
absl::StatusOr<Case> CaseFromRow(const pg::Row& row);

// The columns of triage_case in the table's order.
std::vector<pg::Param> CaseColumns(const Case& subject);

}  // namespace avvik::triage
