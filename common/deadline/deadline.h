// By when something must be done: the arithmetic of statutory clocks, pure and without a clock of
// its own. Every deadline has two ends:
//   target  the strict one, which people work towards;
//   outer   the most generous lawful reading, for information only.
//
// Hours (GDPR article 33, NIS2 article 23) are elapsed time, so a change between summer and winter
// time moves the wall clock, and weekends and holidays change nothing. Outer end: Regulation (EEC,
// Euratom) 1182/71 article 3(1) does not count the hour in which the event falls, so the period
// begins with the next full hour.
//
// Months are counted by 1 § lag (1930:173): to the same number of the day, or the last day of a
// month that lacks it, ending at 24:00 local time. Outer end: by 2 § the next weekday when that day
// is a Saturday, Sunday, holiday or one of the eves. Danish custom is the same with the Danish
// calendar.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/deadline/holidays.h"

namespace avvik::deadline {

// The longest clocks that make sense.
inline constexpr int kMostHours = 8760;
inline constexpr int kMostMonths = 24;

// How long something may take. Exactly one is positive.
struct Term {
  int hours = 0;
  int months = 0;
};

// When people are at work: the same hours on every working day (IsWorkingDay), as minutes after
// local midnight. 0 <= opens < closes <= 1440.
struct OfficeHours {
  int opens = 8 * 60;
  int closes = 16 * 60 + 30;

  friend bool operator==(const OfficeHours&, const OfficeHours&) = default;
};

// Where the clock hangs.
struct Calendar {
  absl::TimeZone zone;
  Country country = Country::kSweden;
  OfficeHours office = {};
};

// When a term ends. `target <= outer` always.
struct Deadline {
  absl::Time target;
  absl::Time outer;
  // Set for months: the last days on which the thing may be done; `target` and `outer` are their
  // 24:00.
  std::optional<absl::CivilDay> target_day;
  std::optional<absl::CivilDay> outer_day;
};

// `hours` of elapsed time from `from`. Needs 1 <= hours <= kMostHours.
Deadline AfterHours(absl::Time from, int hours, absl::TimeZone zone);

// `months` from the local day of `from`. Needs 1 <= months <= kMostMonths.
Deadline AfterMonths(absl::Time from, int months, const Calendar& calendar);

// Either of the two.
Deadline After(absl::Time from, const Term& term, const Calendar& calendar);

// Reads `hours:72` or `months:1`. Error: INVALID_ARGUMENT `INVALID_CLOCK`.
absl::StatusOr<Term> ParseTerm(const std::string& text);

// Reads `SE` or `DK`. Error: INVALID_ARGUMENT `UNKNOWN_COUNTRY`.
absl::StatusOr<Country> ParseCountry(const std::string& text);

// A deadline in words that programs compare: instants with their local offset for hours, days for
// months.
struct DeadlineText {
  std::string target;
  std::string outer;
};
DeadlineText Describe(const Deadline& deadline, absl::TimeZone zone);

}  // namespace avvik::deadline
