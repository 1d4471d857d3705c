#include "common/deadline/office_hours.h"

#include <gtest/gtest.h>

#include "common/deadline/instant.h"

namespace avvik::deadline {
namespace {

class OfficeHoursTest : public testing::Test {
 protected:
  absl::Time At(const std::string& text) const { return *ParseInstant(text, sweden_.zone); }
  std::string After(const std::string& from, absl::Duration term) const {
    return absl::FormatTime("%Y-%m-%d %H:%M", AfterOfficeTime(At(from), term, sweden_),
                            sweden_.zone);
  }

  const Calendar sweden_{*LoadZone("Europe/Stockholm"), Country::kSweden,
                         *ParseOfficeHours("08:00-16:30")};
};

TEST_F(OfficeHoursTest, OpenFromTheMinuteOfOpeningUntilThatOfClosing) {
  EXPECT_FALSE(IsOpen(At("2026-11-20T07:59:59"), sweden_));
  EXPECT_TRUE(IsOpen(At("2026-11-20T08:00:00"), sweden_));
  EXPECT_TRUE(IsOpen(At("2026-11-20T16:29:59"), sweden_));
  EXPECT_FALSE(IsOpen(At("2026-11-20T16:30:00"), sweden_));
  EXPECT_FALSE(IsOpen(At("2026-11-21T12:00:00"), sweden_)) << "a Saturday";
}

TEST_F(OfficeHoursTest, OpensNextAfterNightWeekendAndHolidays) {
  EXPECT_EQ(OpenOnOrAfter(At("2026-11-19T12:00:00"), sweden_), At("2026-11-19T12:00:00"));
  EXPECT_EQ(OpenOnOrAfter(At("2026-11-19T23:00:00"), sweden_), At("2026-11-20T08:00:00"));
  EXPECT_EQ(OpenOnOrAfter(At("2026-11-20T16:30:00"), sweden_), At("2026-11-23T08:00:00"));
  // Julafton to annandag jul, then a weekend.
  EXPECT_EQ(OpenOnOrAfter(At("2026-12-23T17:00:00"), sweden_), At("2026-12-28T08:00:00"));
  EXPECT_EQ(OpenOnOrAfter(At("2026-12-23T17:00:00"), {sweden_.zone, Country::kDenmark}),
            At("2026-12-28T08:00:00"));
  // Trettondedag jul is a holiday in Sweden only.
  EXPECT_EQ(OpenOnOrAfter(At("2027-01-06T09:00:00"), sweden_), At("2027-01-07T08:00:00"));
  EXPECT_EQ(OpenOnOrAfter(At("2027-01-06T09:00:00"), {sweden_.zone, Country::kDenmark}),
            At("2027-01-06T09:00:00"));
}

TEST_F(OfficeHoursTest, TimeStandsStillWhileClosed) {
  EXPECT_EQ(After("2026-11-19T15:30:00", absl::Hours(1)), "2026-11-19 16:30");
  EXPECT_EQ(After("2026-11-19T15:30:00", absl::Hours(2)), "2026-11-20 09:00");
  EXPECT_EQ(After("2026-11-19T22:00:00", absl::ZeroDuration()), "2026-11-20 08:00");
  EXPECT_EQ(After("2026-11-20T16:00:00", absl::Hours(1)), "2026-11-23 08:30");
  // Four days of eight and a half hours from a Thursday, over a weekend.
  EXPECT_EQ(After("2026-11-19T08:00:00", absl::Hours(34)), "2026-11-24 16:30");
}

TEST_F(OfficeHoursTest, ChangeOfClocksLiesInNoWorkingDay) {
  EXPECT_EQ(After("2027-03-25T16:00:00", absl::Hours(1)), "2027-03-30 08:30") << "Easter";
  EXPECT_EQ(After("2026-10-23T16:00:00", absl::Hours(1)), "2026-10-26 08:30");
}

TEST(ParseOfficeHoursTest, RefusesWhatAreNoHours) {
  EXPECT_EQ(*ParseOfficeHours("00:00-24:00"), (OfficeHours{0, 24 * 60}));
  for (const char* text : {"", "08:00", "8:00-16:30", "16:30-08:00", "08:00-08:00", "08:60-16:30",
                           "08:00-24:01", "08:00–16:30", "ab:cd-ef:gh"}) {
    EXPECT_EQ(ParseOfficeHours(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace avvik::deadline
