#include "services/intake/report_status.h"

#include <algorithm>

#include "common/rpc/time.h"

namespace avvik::intake {
namespace {

bool IsOver(v1::ReportProgress progress) {
  return progress == v1::REPORT_PROGRESS_DONE ||
         progress == v1::REPORT_PROGRESS_HANDLED_ELSEWHERE;
}

v1::ReportNextStep NextStepAfter(v1::ReportProgress progress) {
  switch (progress) {
    case v1::REPORT_PROGRESS_RECEIVED:
      return v1::REPORT_NEXT_STEP_LOOK;
    case v1::REPORT_PROGRESS_LOOKED_AT:
      return v1::REPORT_NEXT_STEP_DECIDE;
    case v1::REPORT_PROGRESS_WORKED_ON:
      return v1::REPORT_NEXT_STEP_FINISH;
    default:
      return v1::REPORT_NEXT_STEP_UNSPECIFIED;
  }
}

// The one that has come further of the report's case and the one that speaks for it.
CaseProgress FurtherOf(const Report& report, const KnownProgress& known) {
  CaseProgress here{.case_id = "",
                    .progress = v1::REPORT_PROGRESS_RECEIVED,
                    .changed = report.submitted,
                    .due = std::nullopt,
                    .told = false};
  if (report.content.national_security == type::v1::ANSWER_YES) {
    here.progress = v1::REPORT_PROGRESS_HANDLED_ELSEWHERE;
    return here;
  }
  if (known.own.has_value()) here = *known.own;
  if (known.leader.has_value() && !IsOver(here.progress) &&
      known.leader->progress > here.progress) {
    // What was written for the reporters of another case was not written for this one.
    const bool told = here.told;
    here = *known.leader;
    here.told = told;
  }
  return here;
}

}  // namespace

v1::ReportStatus StatusOf(const Report& report, const KnownProgress& known, absl::Time now) {
  const CaseProgress here = FurtherOf(report, known);
  v1::ReportStatus status;
  status.set_progress(here.progress);
  // A case may have come far before the report was linked to it.
  *status.mutable_change_time() = rpc::ToProtoTime(
      here.progress == v1::REPORT_PROGRESS_RECEIVED ? report.submitted
                                                    : std::max(here.changed, report.submitted));
  status.set_next_step(NextStepAfter(here.progress));
  if (here.progress == v1::REPORT_PROGRESS_WORKED_ON && here.due.has_value() && *here.due > now) {
    *status.mutable_next_step_time() = rpc::ToProtoTime(*here.due);
  }
  status.set_has_outcome(here.told && !report.erased.has_value());
  return status;
}

}  // namespace avvik::intake
