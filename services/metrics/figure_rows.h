// Between figures and their rows.
#pragma once

#include <span>

#include "common/pg/value.h"
#include "services/metrics/figures.h"

namespace avvik::metrics {

CaseNumber NumberFromRow(const pg::Row& row);
ReportFigure ReportFromRow(const pg::Row& row);
CaseFigure CaseFromRow(const pg::Row& row);
// A row of duty_figure joined with stage_figure, the stage's state as `stage_state`.
DutyFigure DutyFromRow(const pg::Row& row);  // Without stages.
StageFigure StageFromRow(const pg::Row& row);
MeasureFigure MeasureFromRow(const pg::Row& row);

// The columns of stage_figure after the duty's id, as arrays.
struct StageColumns {
  pg::Param stage;
  pg::Param state;
  pg::Param statutory;
  pg::Param target;
  pg::Param submitted;
};
StageColumns StageColumnsOf(std::span<const StageFigure> stages);

}  // namespace avvik::metrics
