// When a stage must be done, and when its owner is reminded. Pure.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "common/deadline/deadline.h"
#include "common/regimes/regime.h"

namespace avvik::escalation {

using regimes::StageClock;
using regimes::StageRule;

struct StageTimes {
  // Unset for a stage without a time.
  std::optional<absl::Time> target;
  std::optional<absl::Time> outer;   // With hours and months only.
  std::optional<absl::Time> remind;  // Never after `target`.

  friend bool operator==(const StageTimes&, const StageTimes&) = default;
};

// The times of a stage whose clock started at `start`. For a stage that follows one told late,
// `first_due` is when that one was due: the times count from the late telling, but lateness must
// not buy time, so the reminder comes no later than the end counted from there.
StageTimes TimesFrom(absl::Time start, const StageRule& rule, std::optional<absl::Time> first_due,
                     const deadline::Calendar& calendar);

}  // namespace avvik::escalation
