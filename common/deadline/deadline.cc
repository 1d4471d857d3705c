#include "common/deadline/deadline.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "common/deadline/instant.h"
#include "common/status/error.h"

namespace avvik::deadline {
namespace {

// The beginning of the full local hour after the one that holds `time`; for hh:00:00 that is
// hh+1:00.
absl::Time NextFullHour(absl::Time time, absl::TimeZone zone) {
  const absl::Duration offset = absl::Seconds(zone.At(time).offset);
  const absl::Time local = time + offset;
  return absl::UnixEpoch() + absl::Floor(local - absl::UnixEpoch(), absl::Hours(1)) +
         absl::Hours(1) - offset;
}

absl::CivilDay SameDayAfterMonths(absl::CivilDay day, int months) {
  const absl::CivilMonth month = absl::CivilMonth(day) + months;
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  return absl::CivilDay(month) + (std::min(day.day(), last.day()) - 1);
}

absl::Time EndOfDay(absl::CivilDay day, absl::TimeZone zone) {
  return absl::FromCivil(day + 1, zone);
}

// The number after `prefix`, when there is one between 1 and `most`.
std::optional<int> NumberAfter(const std::string& text, const std::string& prefix, int most) {
  if (text.compare(0, prefix.size(), prefix) != 0) return std::nullopt;
  int number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + prefix.size(), end, number);
  if (error != std::errc() || rest != end || number < 1 || number > most) return std::nullopt;
  return number;
}

}  // namespace

Deadline AfterHours(absl::Time from, int hours, absl::TimeZone zone) {
  const absl::Duration term = absl::Hours(hours);
  return {from + term, NextFullHour(from, zone) + term, std::nullopt, std::nullopt};
}

Deadline AfterMonths(absl::Time from, int months, const Calendar& calendar) {
  const absl::CivilDay nominal = SameDayAfterMonths(absl::ToCivilDay(from, calendar.zone), months);
  const absl::CivilDay outer = WorkingDayOnOrAfter(calendar.country, nominal);
  return {EndOfDay(nominal, calendar.zone), EndOfDay(outer, calendar.zone), nominal, outer};
}

Deadline After(absl::Time from, const Term& term, const Calendar& calendar) {
  return term.months > 0 ? AfterMonths(from, term.months, calendar)
                         : AfterHours(from, term.hours, calendar.zone);
}

absl::StatusOr<Term> ParseTerm(const std::string& text) {
  if (const auto hours = NumberAfter(text, "hours:", kMostHours)) return Term{.hours = *hours};
  if (const auto months = NumberAfter(text, "months:", kMostMonths)) return Term{.months = *months};
  return status::Error(
      absl::StatusCode::kInvalidArgument,
      fmt::format("'{}' is not a clock: write hours:N with N from 1 to {}, or months:N with N from "
                  "1 to {}",
                  text.substr(0, 60), kMostHours, kMostMonths),
      "INVALID_CLOCK", {{"value", text.substr(0, 60)}});
}

absl::StatusOr<Country> ParseCountry(const std::string& text) {
  if (text == "SE") return Country::kSweden;
  if (text == "DK") return Country::kDenmark;
  return status::Error(
      absl::StatusCode::kInvalidArgument,
      fmt::format("'{}' is not a country known here: SE or DK", text.substr(0, 60)),
      "UNKNOWN_COUNTRY", {{"value", text.substr(0, 60)}});
}

DeadlineText Describe(const Deadline& deadline, absl::TimeZone zone) {
  if (deadline.target_day && deadline.outer_day) {
    return {FormatDay(*deadline.target_day), FormatDay(*deadline.outer_day)};
  }
  return {FormatInstant(deadline.target, zone), FormatInstant(deadline.outer, zone)};
}

}  // namespace avvik::deadline
