#include "common/clock/synchronisation.h"

#include <sys/timex.h>

namespace avvik {

Synchronisation JudgeClock(const KernelClock& clock) {
  if (clock.result < 0) return Synchronisation::kUnknown;
  const bool adrift = clock.result == TIME_ERROR || (clock.status & STA_UNSYNC) != 0 ||
                      clock.estimated_error > kLargestClockError;
  return adrift ? Synchronisation::kNotSynchronised : Synchronisation::kSynchronised;
}

std::string_view NameOf(Synchronisation synchronisation) {
  switch (synchronisation) {
    case Synchronisation::kSynchronised:
      return "synchronised";
    case Synchronisation::kNotSynchronised:
      return "not_synchronised";
    case Synchronisation::kUnknown:
      break;
  }
  return "unknown";
}

KernelClock AskKernelClock() {
  timex asked{};  // No modes: nothing is set, so that no privilege is needed.
  const int result = adjtimex(&asked);
  if (result < 0) return {};
  return {.result = result,
          .status = asked.status,
          .estimated_error = absl::Microseconds(asked.esterror)};
}

}  // namespace avvik
