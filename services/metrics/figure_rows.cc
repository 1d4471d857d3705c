#include "services/metrics/figure_rows.h"

#include <vector>

namespace avvik::metrics {
namespace {

constexpr const char* kLevelColumns[kProperties] = {"confidentiality", "accuracy", "availability",
                                                    "traceability"};

FigureHeading HeadingFromRow(const pg::Row& row, const char* id) {
  return {.id = row.Text(id),
          .tenant = row.Text("tenant"),
          .number = NumberFromRow(row),
          .version = row.Int("version")};
}

}  // namespace

CaseNumber NumberFromRow(const pg::Row& row) {
  return CaseNumber::Parse(row.Text("number")).value_or(CaseNumber());
}

ReportFigure ReportFromRow(const pg::Row& row) {
  return {.heading = HeadingFromRow(row, "report_id"),
          .unit = row.Text("unit"),
          .system = row.Text("system"),
          .sphere = static_cast<type::v1::Sphere>(row.Int("sphere")),
          .reported = row.Time("reported_at")};
}

CaseFigure CaseFromRow(const pg::Row& row) {
  CaseFigure figure;
  figure.heading = HeadingFromRow(row, "case_id");
  figure.state = static_cast<triage::v1::CaseState>(row.Int("state"));
  figure.unit = row.Text("unit");
  figure.system = row.Text("system");
  figure.sphere = static_cast<type::v1::Sphere>(row.Int("sphere"));
  figure.kind = static_cast<type::v1::Kind>(row.Int("kind"));
  figure.severity = static_cast<type::v1::Severity>(row.Int("severity"));
  for (size_t i = 0; i < kProperties; ++i) {
    if (const auto level = row.OptionalInt(kLevelColumns[i]); level.has_value()) {
      figure.levels[i] = static_cast<int>(*level);
    }
  }
  figure.reported = row.Time("reported_at");
  figure.opened = row.Time("opened_at");
  figure.acknowledged = row.OptionalTime("acknowledged_at");
  figure.closed = row.OptionalTime("closed_at");
  figure.reopen_count = static_cast<int>(row.Int("reopen_count"));
  figure.cause = static_cast<triage::v1::Cause>(row.Int("cause"));
  return figure;
}

MeasureFigure MeasureFromRow(const pg::Row& row) {
  return {.heading = HeadingFromRow(row, "measure_id"),
          .state = static_cast<triage::v1::MeasureState>(row.Int("state")),
          .due = row.OptionalTime("due_at")};
}

DutyFigure DutyFromRow(const pg::Row& row) {
  return {.heading = HeadingFromRow(row, "duty_id"),
          .regime = row.Text("regime"),
          .state = static_cast<escalation::v1::DutyState>(row.Int("state")),
          .stages = {}};
}

StageFigure StageFromRow(const pg::Row& row) {
  return {.stage = row.Text("stage"),
          .state = static_cast<escalation::v1::StageState>(row.Int("stage_state")),
          .statutory = row.Bool("statutory"),
          .target = row.OptionalTime("target_at"),
          .submitted = row.OptionalTime("submitted_at")};
}

StageColumns StageColumnsOf(std::span<const StageFigure> stages) {
  std::vector<pg::Param> names, states, statutory, targets, submitted;
  for (const StageFigure& stage : stages) {
    names.emplace_back(stage.stage);
    states.emplace_back(static_cast<int>(stage.state));
    statutory.emplace_back(stage.statutory);
    targets.emplace_back(stage.target);
    submitted.emplace_back(stage.submitted);
  }
  return {.stage = pg::Array(names),
          .state = pg::Array(states),
          .statutory = pg::Array(statutory),
          .target = pg::Array(targets),
          .submitted = pg::Array(submitted)};
}

}  // namespace avvik::metrics
