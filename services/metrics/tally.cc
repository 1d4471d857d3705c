#include "services/metrics/tally.h"

#include <algorithm>
#include <cmath>

namespace avvik::metrics {

StageCounts CountStages(std::span<const LineStage> stages, int64_t now) {
  StageCounts counts;
  for (const LineStage& stage : stages) {
    switch (stage.standing) {
      case LineStage::Standing::kToDo:
        counts.overdue += IsOverdue(stage, now) ? 1 : 0;
        break;
      case LineStage::Standing::kMet:
        ++counts.met;
        break;
      case LineStage::Standing::kLate:
        ++counts.late;
        break;
    }
  }
  return counts;
}

void Tally::Add(const Line& line, const StageCounts& stages) {
  reports += line.has_report ? 1 : 0;
  if (line.has_case) {
    ++cases;
    open_cases += line.open ? 1 : 0;
    overdue_cases += line.open && stages.overdue > 0 ? 1 : 0;
    reopened_cases += line.reopened ? 1 : 0;
    if (line.to_acknowledge != kUnset) to_acknowledge.push_back(line.to_acknowledge);
    if (line.to_close != kUnset) to_close.push_back(line.to_close);
  }
  duties += line.duties;
  overdue_stages += stages.overdue;
  stages_due += stages.overdue + stages.met + stages.late;
  stages_met += stages.met;
  notices_sent += line.notices_sent;
  notices_waiting += line.notices_waiting;
  notices_failed += line.notices_failed;
}

void Tally::Reserve(size_t lines) {
  to_acknowledge.reserve(lines);
  to_close.reserve(lines);
}

double Percentile(std::vector<int64_t>& values, double share) {
  const double rank = share * static_cast<double>(values.size() - 1);
  const auto below = values.begin() + static_cast<ptrdiff_t>(std::floor(rank));
  std::nth_element(values.begin(), below, values.end());
  const double fraction = rank - std::floor(rank);
  if (fraction == 0) return static_cast<double>(*below);
  const int64_t above = *std::min_element(below + 1, values.end());
  return static_cast<double>(*below) + fraction * static_cast<double>(above - *below);
}

Selection::Selection(const Ledger& ledger, const View& view) {
  if (view.units.has_value()) {
    everything_ = false;
    units_.resize(ledger.units().size());
    for (const std::string& unit : *view.units) {
      if (const int64_t index = ledger.units().Find(unit); index >= 0) {
        units_[static_cast<size_t>(index)] = true;
      }
    }
  }
  if (!view.system.empty()) system_ = ledger.systems().Find(view.system);
  kind_ = static_cast<uint8_t>(view.kind);
  if (view.property != type::v1::SECURITY_PROPERTY_UNSPECIFIED) property_ = view.property - 1;
  if (view.months.has_value()) {
    first_month_ = view.months->first;
    last_month_ = view.months->last;
  }
}

}  // namespace avvik::metrics
