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
  for (Line& line : lines_) line.month = MonthOf(line.reported);
}

int32_t Ledger::MonthOf(int64_t reported) const {
  if (reported == kUnset) return kNoMonth;
  const absl::CivilMonth month = absl::ToCivilMonth(absl::FromUnixMicros(reported), zone_);
  return static_cast<int32_t>(month.year()) * 12 + month.month() - 1;
}

Line& Ledger::LineOf(CaseNumber number) {
  const auto [found, added] = index_.emplace(number, static_cast<uint32_t>(lines_.size()));
  if (added) lines_.emplace_back().number = number;
  return lines_[found->second];
}

void Ledger::Place(Line& line, const std::string& unit, const std::string& system,
                   absl::Time reported) {
  line.unit = units_.Add(unit);
  line.system = systems_.Add(system);
  line.reported = absl::ToUnixMicros(reported);
  line.month = MonthOf(line.reported);
}

void Ledger::PutReport(const ReportFigure& report) {
  Line& line = LineOf(report.heading.number);
  line.has_report = true;
  if (!line.has_case) Place(line, report.unit, report.system, report.reported);
}

void Ledger::PutCase(const CaseFigure& figure) {
  Line& line = LineOf(figure.heading.number);
  line.has_case = true;
  Place(line, figure.unit, figure.system, figure.reported);
  line.kind = static_cast<uint8_t>(figure.kind);
  line.severity = static_cast<uint8_t>(figure.severity);
  for (size_t i = 0; i < kProperties; ++i) {
    line.levels[i] = static_cast<int8_t>(figure.levels[i].value_or(kNotHit));
  }
  line.open = figure.state != triage::v1::CASE_STATE_CLOSED;
  line.reopened = figure.reopen_count > 0;
  line.opened = absl::ToUnixMicros(figure.opened);
  line.to_acknowledge = Between(figure.opened, figure.acknowledged);
  line.to_close = line.open ? kUnset : Between(figure.opened, figure.closed);
}

void Ledger::PutDuties(CaseNumber number, std::span<const DutyFigure> duties) {
  Line& line = LineOf(number);
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
  if (stages.size() > line.stage_room) {
    line.first_stage = static_cast<uint32_t>(stages_.size());
    line.stage_room = static_cast<uint16_t>(stages.size());
    stages_.resize(stages_.size() + stages.size());
  }
  line.stages = static_cast<uint16_t>(stages.size());
  std::copy(stages.begin(), stages.end(), stages_.begin() + line.first_stage);
}

void Ledger::PutNotices(CaseNumber number, const NoticeCounts& counts) {
  Line& line = LineOf(number);
  line.notices_sent = counts.sent;
  line.notices_waiting = counts.waiting;
  line.notices_failed = counts.failed;
}

}  // namespace avvik::metrics
