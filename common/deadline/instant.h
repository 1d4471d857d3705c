// Reads and writes instants as people and files give them: RFC 3339, with care for the local times
// that do not exist or exist twice when the clocks change. Pure but for the time zone database of
// the system.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace avvik::deadline {

// The years that are believed; anything else is a slip of the pen.
inline constexpr int kFirstYear = 1900;
inline constexpr int kLastYear = 2200;

// Loads an IANA zone such as `Europe/Stockholm`. Error: INVALID_ARGUMENT `UNKNOWN_TIME_ZONE`.
absl::StatusOr<absl::TimeZone> LoadZone(const std::string& name);

// What ParseInstant accepts besides RFC 3339 with an offset.
struct InstantOptions {
  // Without an offset, a time in the hour that is repeated in autumn means its first pass. For old
  // registers that never knew the difference; the earlier instant gives the stricter deadline.
  bool repeated_hour_is_first = false;
  // `YYYY-MM-DD` alone is accepted and means the beginning of that local day.
  bool allow_date = false;
};

// Reads `YYYY-MM-DDTHH:MM[:SS[.f]][Z|±HH:MM]`; an offset wins over `zone`, without one the time is
// local to `zone`. Fractions are cut to microseconds. Errors: INVALID_ARGUMENT with reason
//   `NONEXISTENT_LOCAL_TIME` for a local time skipped when the clocks go forward,
//   `AMBIGUOUS_LOCAL_TIME`   for a local time in the repeated hour, unless the options settle it,
//   `INVALID_INSTANT`        for anything else.
// The message begins with the reason in lower case.
absl::StatusOr<absl::Time> ParseInstant(const std::string& text, absl::TimeZone zone,
                                        const InstantOptions& options = {});

// RFC 3339 in local time with its offset and no more than the digits needed, such as
// `2027-03-29T15:30:00+02:00`.
std::string FormatInstant(absl::Time time, absl::TimeZone zone);

// `YYYY-MM-DD`.
std::string FormatDay(absl::CivilDay day);

// Reads `YYYY-MM-DD` strictly. Error: INVALID_ARGUMENT `INVALID_DAY`.
absl::StatusOr<absl::CivilDay> ParseDay(const std::string& text);

}  // namespace avvik::deadline
