#include "services/delivery/retry_schedule.h"

#include <algorithm>

namespace avvik::delivery {

absl::Duration RetryPause(int failures, double random) {
  constexpr absl::Duration kFirst = absl::Minutes(1);
  constexpr absl::Duration kLongest = absl::Hours(4);
  const int doublings = std::clamp(failures - 1, 0, 20);
  const absl::Duration pause = std::min(kFirst * (1 << doublings), kLongest);
  return pause * (0.8 + 0.4 * random);
}

std::optional<absl::Time> NextAttempt(int failures, double random, absl::Time now,
                                      absl::Time give_up) {
  const absl::Time next = now + RetryPause(failures, random);
  if (next > give_up) return std::nullopt;
  return next;
}

}  // namespace avvik::delivery
