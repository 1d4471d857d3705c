// Whether the machine's clock is kept in step with the time of the world, as the kernel knows it.
// Pure.
#pragma once

#include <string_view>

#include "absl/time/time.h"

namespace avvik {

enum class Synchronisation {
  kUnknown,          // The kernel does not say: a container may not be allowed to ask.
  kSynchronised,     // Something keeps the clock in step.
  kNotSynchronised,  // Nothing does, or it is further off than what is written may be.
};

// What adjtimex(2) answered to a question that changes nothing.
struct KernelClock {
  int result = -1;  // The clock's state, or -1 when the question was refused.
  int status = 0;   // Flags, of which STA_UNSYNC counts.
  absl::Duration estimated_error;
};

// A clock further off than this is wrong, whatever its flags say.
inline constexpr absl::Duration kLargestClockError = absl::Seconds(1);

Synchronisation JudgeClock(const KernelClock& clock);

// `unknown`, `synchronised` or `not_synchronised`.
std::string_view NameOf(Synchronisation synchronisation);

// Asks the kernel.
KernelClock AskKernelClock();

}  // namespace avvik
