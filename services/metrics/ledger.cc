#include "services/metrics/ledger.h"

#include <algorithm>

namespace avvik::metrics {
namespace {

using escalation::v1::DutyState;
using escalation::v1::StageState;

int64_t Between(absl::Time from, const std::optional<absl::Time>& to) {
  return to.has_value() ? absl::ToInt64Microseconds(*to - from) : kUnset;
}

// Whether an indicator rests on the stage, and how it stands.
bool StandingOf(const StageFigure& stage, LineStage::Standing* standing) {
  if (!stage.statutory) return false;
  switch (stage.state) {
    case escalation::v1::STAGE_STATE_WAITING:
    case escalation::v1::STAGE_STATE_RUNNING:
    case escalation::v1::STAGE_STATE_DUE_SOON:
    case escalation::v1::STAGE_STATE_OVERDUE:
      *standing = LineStage::Standing::kToDo;
      return true;
    case escalation::v1::STAGE_STATE_SUBMITTED:
      *standing = LineStage::Standing::kMet;
      return true;
    case escalation::v1::STAGE_STATE_SUBMITTED_LATE:
      *standing = LineStage::Standing::kLate;
      return true;
    default:
      return false;
  }
}

}  // namespace

uint32_t Names::Add(const std::string& name) {
  const auto [found, added] = indexes_.emplace(name, static_cast<uint32_t>(names_.size()));
  if (added) names_.push_back(name);
  return found->second;
}

int64_t Names::Find(const std::string& name) const {
  const auto found = indexes_.find(name);
  return found == indexes_.end() ? int64_t{-1} : int64_t{found->second};
}

void Ledger::SetZone(absl::TimeZone zone) {
  if (zone == zone_) return;
  zone_ = zone;
  first_month_ = std::numeric_limits<int32_t>::max();
  last_month_ = kNoMonth;
  for (size_t i = 0; i < lines_.size(); ++i) SetMonth(i);
}

void Ledger::SetMonth(size_t index) {
  const int64_t reported = origins_[index].reported;
  if (reported == kUnset) return;
  const absl::CivilMonth month = absl::ToCivilMonth(absl::FromUnixMicros(reported), zone_);
  Line& line = lines_[index];
  line.month = static_cast<int32_t>(month.year()) * 12 + month.month() - 1;
  first_month_ = std::min(first_month_, line.month);
  last_month_ = std::max(last_month_, line.month);
}

size_t Ledger::IndexOf(CaseNumber number) {
  const auto [found, added] = index_.emplace(number, static_cast<uint32_t>(lines_.size()));
  if (added) {
    lines_.emplace_back();
    origins_.emplace_back().number = number;
  }
  return found->second;
}

void Ledger::Place(size_t index, const std::string& unit, const std::string& system,
                   absl::Time reported) {
  lines_[index].unit = units_.Add(unit);
  lines_[index].system = systems_.Add(system);
  origins_[index].reported = absl::ToUnixMicros(reported);
  SetMonth(index);
}

void Ledger::PutReport(const ReportFigure& report) {
  const size_t index = IndexOf(report.heading.number);
  lines_[index].has_report = true;
  if (lines_[index].has_case) return;
  Place(index, report.unit, report.system, report.reported);
  lines_[index].sphere = static_cast<uint8_t>(report.sphere) & 0xf;
}

void Ledger::PutCase(const CaseFigure& figure) {
  const size_t index = IndexOf(figure.heading.number);
  Place(index, figure.unit, figure.system, figure.reported);
  Line& line = lines_[index];
  line.has_case = true;
  line.sphere = static_cast<uint8_t>(figure.sphere) & 0xf;
  line.kind = static_cast<uint8_t>(figure.kind) & 0xf;
  line.severity = static_cast<uint8_t>(figure.severity) & 0xf;
  for (size_t i = 0; i < kProperties; ++i) {
    line.levels[i] = static_cast<int8_t>(figure.levels[i].value_or(kNotHit));
  }
  line.open = figure.state != triage::v1::CASE_STATE_CLOSED;
  line.reopened = figure.reopen_count > 0;
  line.cause = line.open ? uint8_t{0} : static_cast<uint8_t>(static_cast<uint8_t>(figure.cause) & 0xf);
  line.opened = absl::ToUnixMicros(figure.opened);
  line.to_acknowledge = Between(figure.opened, figure.acknowledged);
  line.to_close = line.open ? kUnset : Between(figure.opened, figure.closed);
}

void Ledger::PutDuties(CaseNumber number, std::span<const DutyFigure> duties) {
  const size_t index = IndexOf(number);
  Line& line = lines_[index];
  line.duties = 0;
  std::vector<LineStage> stages;
  for (const DutyFigure& duty : duties) {
    if (duty.state == escalation::v1::DUTY_STATE_RULED_OUT) continue;
    ++line.duties;
    for (const StageFigure& stage : duty.stages) {
      LineStage kept;
      if (!StandingOf(stage, &kept.standing)) continue;
      if (stage.target.has_value()) kept.target = absl::ToUnixMicros(*stage.target);
      std::copy_n(duty.heading.id.begin(), std::min(duty.heading.id.size(), kept.duty_id.size()),
                  kept.duty_id.begin());
      kept.regime = regimes_.Add(duty.regime);
      kept.stage = stage_names_.Add(stage.stage);
      stages.push_back(kept);
    }
  }
  if (stages.size() > origins_[index].stage_room) {
    line.first_stage = static_cast<uint32_t>(stages_.size());
    origins_[index].stage_room = static_cast<uint16_t>(stages.size());
    stages_.resize(stages_.size() + stages.size());
  }
  line.stages = static_cast<uint16_t>(stages.size());
  std::copy(stages.begin(), stages.end(), stages_.begin() + line.first_stage);
}

void Ledger::PutMeasures(CaseNumber number, std::span<const MeasureFigure> measures) {
  std::vector<LineMeasure> kept;
  for (const MeasureFigure& measure : measures) {
    const bool done = measure.state == triage::v1::MEASURE_STATE_DONE;
    if (!done && measure.state != triage::v1::MEASURE_STATE_OPEN) continue;
    kept.push_back({.due = measure.due.has_value() ? absl::ToUnixMicros(*measure.due) : kUnset,
                    .done = done});
  }
  lines_[IndexOf(number)].has_measures = true;
  measures_[number] = std::move(kept);
}

void Ledger::PutNotices(CaseNumber number, const NoticeCounts& counts) {
  Line& line = lines_[IndexOf(number)];
  line.notices_sent = counts.sent;
  line.notices_waiting = counts.waiting;
  line.notices_failed = counts.failed;
}

}  // namespace avvik::metrics
