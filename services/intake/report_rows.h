// Between the domain's report and its row.
#pragma once

#include <span>
#include <vector>

#include "common/pg/value.h"
#include "services/intake/report.h"

namespace avvik::intake {

// A row of report joined with reporter.
Report ReportFromRow(const pg::Row& row);

// The columns of report in the table's order, as arrays.
std::vector<pg::Param> ReportColumns(std::span<const Report* const> reports);

}  // namespace avvik::intake
