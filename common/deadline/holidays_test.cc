#include "common/deadline/holidays.h"

#include <gtest/gtest.h>

#include <set>

#include "common/deadline/instant.h"

namespace avvik::deadline {
namespace {

std::set<std::string> HolidaysOf(Country country, int year) {
  std::set<std::string> days;
  for (absl::CivilDay day(year, 1, 1); day.year() == year; ++day) {
    if (IsPublicHoliday(country, day)) days.insert(FormatDay(day));
  }
  return days;
}

TEST(EasterSundayTest, MatchesThePublishedTables) {
  for (const char* text :
       {"1818-03-22", "1900-04-15", "1943-04-25", "1961-04-02", "1981-04-19", "2000-04-23",
        "2008-03-23", "2011-04-24", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28",
        "2028-04-16", "2038-04-25", "2049-04-18", "2285-03-22"}) {
    const absl::CivilDay day = *ParseDay(text);
    EXPECT_EQ(EasterSunday(day.year()), day);
  }
}

TEST(PublicHolidayTest, SwedenIn2026) {
  EXPECT_EQ(
      HolidaysOf(Country::kSweden, 2026),
      (std::set<std::string>{"2026-01-01", "2026-01-06", "2026-04-03", "2026-04-05", "2026-04-06",
                             "2026-05-01", "2026-05-14", "2026-05-24", "2026-06-06", "2026-06-20",
                             "2026-10-31", "2026-12-25", "2026-12-26"}));
}

TEST(PublicHolidayTest, SwedenGaveUpWhitMondayForTheNationalDayIn2005) {
  EXPECT_TRUE(IsPublicHoliday(Country::kSweden, absl::CivilDay(2004, 5, 31)));
  EXPECT_FALSE(IsPublicHoliday(Country::kSweden, absl::CivilDay(2004, 6, 6)));
  EXPECT_FALSE(IsPublicHoliday(Country::kSweden, absl::CivilDay(2005, 5, 16)));
  EXPECT_TRUE(IsPublicHoliday(Country::kSweden, absl::CivilDay(2005, 6, 6)));
}

TEST(PublicHolidayTest, MidsummerAndAllSaintsFallOnEverySaturdayTheyMay) {
  for (int day = 19; day <= 27; ++day) {
    for (int year = 2020; year < 2040; ++year) {
      const absl::CivilDay date(year, 6, day);
      EXPECT_EQ(IsPublicHoliday(Country::kSweden, date),
                day >= 20 && day <= 26 && absl::GetWeekday(date) == absl::Weekday::saturday)
          << FormatDay(date);
    }
  }
  EXPECT_TRUE(IsPublicHoliday(Country::kSweden, absl::CivilDay(2026, 10, 31)));
  EXPECT_TRUE(IsPublicHoliday(Country::kSweden, absl::CivilDay(2027, 11, 6)));
  EXPECT_FALSE(IsPublicHoliday(Country::kSweden, absl::CivilDay(2026, 11, 7)));
}

TEST(PublicHolidayTest, DenmarkIn2023And2024WhenStoreBededagWasAbolished) {
  EXPECT_EQ(HolidaysOf(Country::kDenmark, 2023),
            (std::set<std::string>{"2023-01-01", "2023-04-06", "2023-04-07", "2023-04-09",
                                   "2023-04-10", "2023-05-05", "2023-05-18", "2023-05-28",
                                   "2023-05-29", "2023-12-25", "2023-12-26"}));
  EXPECT_EQ(HolidaysOf(Country::kDenmark, 2024),
            (std::set<std::string>{"2024-01-01", "2024-03-28", "2024-03-29", "2024-03-31",
                                   "2024-04-01", "2024-05-09", "2024-05-19", "2024-05-20",
                                   "2024-12-25", "2024-12-26"}));
}

TEST(WorkingDayTest, EvesCountAsHolidays) {
  // Lag (1930:173) 2 §: midsommarafton, julafton, nyårsafton.
  EXPECT_FALSE(IsWorkingDay(Country::kSweden, absl::CivilDay(2026, 6, 19)));
  EXPECT_FALSE(IsWorkingDay(Country::kSweden, absl::CivilDay(2026, 12, 24)));
  EXPECT_FALSE(IsWorkingDay(Country::kSweden, absl::CivilDay(2026, 12, 31)));
  EXPECT_TRUE(IsWorkingDay(Country::kSweden, absl::CivilDay(2026, 6, 5)));
  EXPECT_FALSE(IsWorkingDay(Country::kDenmark, absl::CivilDay(2026, 6, 5)));
  EXPECT_FALSE(IsWorkingDay(Country::kDenmark, absl::CivilDay(2026, 12, 24)));
  EXPECT_TRUE(IsWorkingDay(Country::kDenmark, absl::CivilDay(2026, 6, 19)));
}

TEST(WorkingDayTest, NextOneSkipsAWholeChristmas) {
  EXPECT_EQ(WorkingDayOnOrAfter(Country::kSweden, absl::CivilDay(2026, 12, 24)),
            absl::CivilDay(2026, 12, 28));
  EXPECT_EQ(WorkingDayOnOrAfter(Country::kSweden, absl::CivilDay(2026, 12, 23)),
            absl::CivilDay(2026, 12, 23));
  EXPECT_EQ(WorkingDayOnOrAfter(Country::kDenmark, absl::CivilDay(2027, 3, 25)),
            absl::CivilDay(2027, 3, 30));
}

}  // namespace
}  // namespace avvik::deadline
