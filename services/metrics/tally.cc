#include "services/metrics/tally.h"

#include <algorithm>

namespace avvik::metrics {
namespace {

constexpr size_t kFewValues = 10'000;
constexpr size_t kSample = 1'024;
constexpr size_t kMargin = 64;  // Of the sample, to either side.

// Some of the values: all those between two bounds.
struct Candidates {
  std::vector<int64_t> values;
  size_t left_out = 0;  // Smaller values.
};

// Leaves out most of what is not near the rank, judging by a sample. Keeps the values of that rank and the
// next.
Candidates Narrow(const std::vector<int64_t>& values, size_t rank) {
  if (values.size() <= kFewValues) return {values};
  std::vector<int64_t> sample(kSample);
  for (size_t i = 0; i < kSample; ++i) sample[i] = values[i * values.size() / kSample];
  std::sort(sample.begin(), sample.end());
  const size_t at = rank * kSample / values.size();
  const int64_t least = sample[at > kMargin ? at - kMargin : 0];
  const int64_t most = sample[std::min(at + kMargin, kSample - 1)];
  Candidates candidates;
  candidates.values.reserve(values.size() / 4);
  for (const int64_t value : values) {
    candidates.left_out += value < least ? 1 : 0;
    // One test that mostly fails, so that the processor guesses right.
    if (static_cast<int>(value >= least) & static_cast<int>(value <= most)) {
      candidates.values.push_back(value);
    }
  }
  const bool misled = rank < candidates.left_out ||
                      rank + 1 >= candidates.left_out + candidates.values.size();
  return misled ? Candidates{values} : candidates;
}

}  // namespace

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

MeasureCounts CountMeasures(std::span<const LineMeasure> measures, int64_t now) {
  MeasureCounts counts;
  for (const LineMeasure& measure : measures) {
    if (measure.done) {
      ++counts.done;
      continue;
    }
    ++counts.open;
    counts.overdue += measure.due != kUnset && measure.due < now ? 1 : 0;
  }
  return counts;
}

void Tally::Add(const Line& line, const StageCounts& stages, const MeasureCounts& measures) {
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
  open_measures += measures.open;
  overdue_measures += measures.overdue;
  done_measures += measures.done;
}

void Tally::Reserve(size_t lines) {
  to_acknowledge.reserve(lines);
  to_close.reserve(lines);
}

double Percentile(const std::vector<int64_t>& values, double share) {
  const double rank = share * static_cast<double>(values.size() - 1);
  const size_t below = static_cast<size_t>(rank);
  Candidates candidates = Narrow(values, below);
  const auto at = candidates.values.begin() + static_cast<ptrdiff_t>(below - candidates.left_out);
  std::nth_element(candidates.values.begin(), at, candidates.values.end());
  const double fraction = rank - static_cast<double>(below);
  if (fraction == 0) return static_cast<double>(*at);
  const int64_t next = *std::min_element(at + 1, candidates.values.end());
  return static_cast<double>(*at) + fraction * static_cast<double>(next - *at);
}

Selection::Selection(const Ledger& ledger, const View& view) {
  for (const organisation::Sphere sphere : view.spheres) {
    spheres_ |= 1u << static_cast<unsigned>(sphere);
  }
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
