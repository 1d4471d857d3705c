// Counting over a ledger: which lines a view shows, and what they add up to.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "services/metrics/ledger.h"
#include "services/metrics/view.h"

namespace avvik::metrics {

// How the statutory stages of one deviation stand at a moment.
struct StageCounts {
  uint32_t overdue = 0;  // Still to do, past the target.
  uint32_t met = 0;      // Told in time.
  uint32_t late = 0;     // Told late.
};

// `now` in microseconds.
StageCounts CountStages(std::span<const LineStage> stages, int64_t now);
inline bool IsOverdue(const LineStage& stage, int64_t now) {
  return stage.standing == LineStage::Standing::kToDo && stage.target != kUnset &&
         stage.target < now;
}

// How the measures of one deviation stand at a moment.
struct MeasureCounts {
  uint32_t open = 0;
  uint32_t overdue = 0;  // Of those open.
  uint32_t done = 0;
};

MeasureCounts CountMeasures(std::span<const LineMeasure> measures, int64_t now);

// What a set of lines adds up to: all that indicators are computed from.
struct Tally {
  int64_t reports = 0;
  int64_t cases = 0;
  int64_t open_cases = 0;
  int64_t overdue_cases = 0;
  int64_t reopened_cases = 0;
  int64_t duties = 0;
  int64_t overdue_stages = 0;
  int64_t stages_due = 0;
  int64_t stages_met = 0;
  int64_t notices_sent = 0;
  int64_t notices_waiting = 0;
  int64_t notices_failed = 0;
  int64_t open_measures = 0;
  int64_t overdue_measures = 0;
  int64_t done_measures = 0;
  std::vector<int64_t> to_acknowledge;  // Microseconds, in no order.
  std::vector<int64_t> to_close;

  void Add(const Line& line, const StageCounts& stages, const MeasureCounts& measures = {});
  // Makes room for the times of as many lines.
  void Reserve(size_t lines);
};

// The `share` percentile (0 to 1) of values, interpolated between the two nearest ranks as
// PostgreSQL's percentile_cont does: rank share × (n − 1), counted from 0. There must be at least
// one value. Takes time in proportion to their number.
double Percentile(const std::vector<int64_t>& values, double share);

// Which lines of one ledger a view shows. Good as long as the ledger is not changed.
class Selection {
 public:
  Selection(const Ledger& ledger, const View& view);

  bool Shows(const Line& line) const {
    if (((spheres_ >> line.sphere) & 1u) == 0) return false;
    if (!everything_ && !units_[line.unit]) return false;
    if (system_ != kAny && static_cast<int64_t>(line.system) != system_) return false;
    if (kind_ != 0 && line.kind != kind_) return false;
    if (property_ != kAny && line.levels[static_cast<size_t>(property_)] == kNotHit) return false;
    return line.month >= first_month_ && line.month <= last_month_;
  }

 private:
  static constexpr int64_t kAny = -2;

  unsigned spheres_ = 0;  // A bit for each.
  bool everything_ = true;
  std::vector<bool> units_;  // By index in the ledger's names.
  int64_t system_ = kAny;
  uint8_t kind_ = 0;
  int64_t property_ = kAny;
  int32_t first_month_ = kNoMonth;
  int32_t last_month_ = std::numeric_limits<int32_t>::max();
};

}  // namespace avvik::metrics
