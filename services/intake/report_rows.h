// Between the domain's report and its row.
#pragma once

#include <span>
#include <vector>

#include "common/pg/value.h"
#include "services/intake/sealed_report.h"

namespace avvik::intake {

// A row of report joined with its key, opened. DATA_LOSS when something was altered.
absl::StatusOr<Report> ReportFromRow(const pg::Row& row, secrecy::Vault& vault);

// A report to be written.
struct ReportRow {
  const Report* report;
  const SealedReport* sealed;
};

// The columns of report and then the wrapped keys, in the order of kInsertReports, as arrays.
std::vector<pg::Param> ReportColumns(std::span<const ReportRow> rows);

}  // namespace avvik::intake
