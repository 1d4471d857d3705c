// What became of a report, for the one who made it. Pure.
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "avvik/intake/v1/report.pb.h"
#include "services/intake/report.h"

namespace avvik::intake {

// How far a case has come.
struct CaseProgress {
  std::string case_id;
  v1::ReportProgress progress = v1::REPORT_PROGRESS_RECEIVED;
  absl::Time changed;
  std::optional<absl::Time> due;  // Until when what was decided shall be done.
  bool told = false;              // Something was written for the reporters.
};

// What is known of a report's case.
struct KnownProgress {
  std::optional<CaseProgress> own;
  // Of the case that its case is grouped into, which speaks for it.
  std::optional<CaseProgress> leader;
};

// Without the outcome's words. A matter of national security is handled elsewhere from the beginning; nothing
// else is told of who handles a report, nor of how closely it is held.
v1::ReportStatus StatusOf(const Report& report, const KnownProgress& known, absl::Time now);

}  // namespace avvik::intake
