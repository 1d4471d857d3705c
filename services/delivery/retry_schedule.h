// When a notice that could not be handed over is tried again.
#pragma once

#include <optional>

#include "absl/time/time.h"

namespace avvik::delivery {

// How long a notice is tried before it is given up, from when it was queued or put back by hand.
// Mail servers keep trying for days too (RFC 5321 section 4.5.4.1).
inline constexpr absl::Duration kGiveUpAfter = absl::Hours(48);

// The pause after the given number of failures in a row (1 or more): a minute, doubling up to four
// hours, made longer or shorter by up to a fifth so that notices held up together part. `random` is
// in [0, 1).
absl::Duration RetryPause(int failures, double random);

// When to try again; nothing when that would be after `give_up`.
std::optional<absl::Time> NextAttempt(int failures, double random, absl::Time now,
                                      absl::Time give_up);

}  // namespace avvik::delivery
