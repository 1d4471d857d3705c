#include "common/deadline/holidays.h"

namespace avvik::deadline {
namespace {

bool IsDate(absl::CivilDay day, int month, int day_of_month) {
  return day.month() == month && day.day() == day_of_month;
}

// Whether `day` is the given weekday within the seven days that begin with `month`/`first`.
bool IsWeekdayInWeekOf(absl::CivilDay day, absl::Weekday weekday, int month, int first) {
  const absl::CivilDay begin(day.year(), month, first);
  return absl::GetWeekday(day) == weekday && day >= begin && day < begin + 7;
}

bool IsSwedishHoliday(absl::CivilDay day) {
  const auto year = day.year();
  const auto from_easter = day - EasterSunday(year);
  return IsDate(day, 1, 1) || IsDate(day, 1, 6) || IsDate(day, 5, 1) ||
         (IsDate(day, 6, 6) && year >= 2005) || IsDate(day, 12, 25) || IsDate(day, 12, 26) ||
         from_easter == -2 || from_easter == 0 || from_easter == 1 || from_easter == 39 ||
         from_easter == 49 || (from_easter == 50 && year <= 2004) ||
         IsWeekdayInWeekOf(day, absl::Weekday::saturday, 6, 20) ||
         IsWeekdayInWeekOf(day, absl::Weekday::saturday, 10, 31);
}

bool IsDanishHoliday(absl::CivilDay day) {
  const auto from_easter = day - EasterSunday(day.year());
  return IsDate(day, 1, 1) || IsDate(day, 12, 25) || IsDate(day, 12, 26) || from_easter == -3 ||
         from_easter == -2 || from_easter == 0 || from_easter == 1 ||
         (from_easter == 26 && day.year() <= 2023) || from_easter == 39 || from_easter == 49 ||
         from_easter == 50;
}

bool IsEveTreatedAsHoliday(Country country, absl::CivilDay day) {
  if (IsDate(day, 12, 24) || IsDate(day, 12, 31)) return true;
  return country == Country::kSweden ? IsWeekdayInWeekOf(day, absl::Weekday::friday, 6, 19)
                                     : IsDate(day, 6, 5);
}

}  // namespace

absl::CivilDay EasterSunday(std::int64_t year) {
  const auto a = year % 19;
  const auto b = year / 100;
  const auto c = year % 100;
  const auto d = b / 4;
  const auto e = b % 4;
  const auto f = (b + 8) / 25;
  const auto g = (b - f + 1) / 3;
  const auto h = (19 * a + b - d - g + 15) % 30;
  const auto i = c / 4;
  const auto k = c % 4;
  const auto l = (32 + 2 * e + 2 * i - h - k) % 7;
  const auto m = (a + 11 * h + 22 * l) / 451;
  const auto n = h + l - 7 * m + 114;
  return absl::CivilDay(year, n / 31, n % 31 + 1);
}

bool IsPublicHoliday(Country country, absl::CivilDay day) {
  return country == Country::kSweden ? IsSwedishHoliday(day) : IsDanishHoliday(day);
}

bool IsWorkingDay(Country country, absl::CivilDay day) {
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday != absl::Weekday::saturday && weekday != absl::Weekday::sunday &&
         !IsPublicHoliday(country, day) && !IsEveTreatedAsHoliday(country, day);
}

absl::CivilDay WorkingDayOnOrAfter(Country country, absl::CivilDay day) {
  while (!IsWorkingDay(country, day)) ++day;
  return day;
}

}  // namespace avvik::deadline
