#include "common/deadline/instant.h"

#include <gtest/gtest.h>

#include "common/status/error.h"

namespace avvik::deadline {
namespace {

class InstantTest : public testing::Test {
 protected:
  std::string Read(const std::string& text, const InstantOptions& options = {}) {
    const auto time = ParseInstant(text, zone_, options);
    return time.ok() ? FormatInstant(*time, absl::UTCTimeZone()) : status::ReasonOf(time.status());
  }

  absl::TimeZone zone_ = *LoadZone("Europe/Stockholm");
};

TEST_F(InstantTest, OffsetWinsOverTheZone) {
  EXPECT_EQ(Read("2026-11-20T16:40:00+01:00"), "2026-11-20T15:40:00+00:00");
  EXPECT_EQ(Read("2026-11-19T20:15:00-05:00"), "2026-11-20T01:15:00+00:00");
  EXPECT_EQ(Read("2026-11-19T23:30:00Z"), "2026-11-19T23:30:00+00:00");
}

TEST_F(InstantTest, WithoutOffsetTheTimeIsLocal) {
  EXPECT_EQ(Read("2026-11-20T16:40:00"), "2026-11-20T15:40:00+00:00");
  EXPECT_EQ(Read("2026-07-20T16:40"), "2026-07-20T14:40:00+00:00");
}

TEST_F(InstantTest, FractionsAreKeptToTheMicrosecond) {
  EXPECT_EQ(Read("2026-11-20T16:40:00.25Z"), "2026-11-20T16:40:00.25+00:00");
  EXPECT_EQ(Read("2026-11-20T16:40:00.123456789Z"), "2026-11-20T16:40:00.123456+00:00");
}

// Statutory case T10.
TEST_F(InstantTest, TimeInTheSpringGapDoesNotExist) {
  EXPECT_EQ(Read("2027-03-28T01:59:59"), "2027-03-28T00:59:59+00:00");
  EXPECT_EQ(Read("2027-03-28T02:00:00"), "NONEXISTENT_LOCAL_TIME");
  EXPECT_EQ(Read("2027-03-28T02:30"), "NONEXISTENT_LOCAL_TIME");
  EXPECT_EQ(Read("2027-03-28T02:59:59"), "NONEXISTENT_LOCAL_TIME");
  EXPECT_EQ(Read("2027-03-28T03:00:00"), "2027-03-28T01:00:00+00:00");
  EXPECT_EQ(std::string(ParseInstant("2027-03-28T02:30", zone_).status().message()),
            "nonexistent_local_time: 2027-03-28T02:30 was skipped in Europe/Stockholm when the "
            "clocks went forward");
}

// Statutory cases T07, T08, T09.
TEST_F(InstantTest, TimeInTheRepeatedHourNeedsItsOffset) {
  EXPECT_EQ(Read("2026-10-25T02:30:00"), "AMBIGUOUS_LOCAL_TIME");
  EXPECT_EQ(Read("2026-10-25T02:30:00+02:00"), "2026-10-25T00:30:00+00:00");
  EXPECT_EQ(Read("2026-10-25T02:30:00+01:00"), "2026-10-25T01:30:00+00:00");
  EXPECT_EQ(Read("2026-10-25T02:30:00", {.repeated_hour_is_first = true}),
            "2026-10-25T00:30:00+00:00");
  EXPECT_EQ(std::string(ParseInstant("2026-10-25T02:30:00", zone_).status().message()),
            "ambiguous_local_time: 2026-10-25T02:30:00 came twice in Europe/Stockholm: add the "
            "offset, +02:00 or +01:00");
}

TEST_F(InstantTest, DateAloneIsTakenOnlyWhereAllowed) {
  EXPECT_EQ(Read("2026-11-20"), "INVALID_INSTANT");
  EXPECT_EQ(Read("2026-11-20", {.allow_date = true}), "2026-11-19T23:00:00+00:00");
}

TEST_F(InstantTest, RefusesWhatIsNotAnInstant) {
  for (const char* text : {"",
                           "now",
                           "2026",
                           "2026-11-20 16:40:00",
                           "2026-11-20T",
                           "2026-11-20T16",
                           "2026-11-20T16:4",
                           "2026-11-20T24:00:00",
                           "2026-11-20T16:60:00",
                           "2026-11-20T16:40:60Z",
                           "2026-02-29T10:00Z",
                           "2026-13-01T10:00Z",
                           "2026-00-10T10:00Z",
                           "2026-11-20T16:40:00+0100",
                           "2026-11-20T16:40:00+24:00",
                           "2026-11-20T16:40:00.Z",
                           "2026-11-20T16:40:00Zx",
                           "-026-11-20T16:40:00Z",
                           "26-11-20T16:40Z",
                           "1899-12-31T10:00:00Z",
                           "2201-01-01T00:00:00Z",
                           "２０２６-11-20T16:40:00Z"}) {
    EXPECT_EQ(Read(text), "INVALID_INSTANT") << text;
  }
  EXPECT_EQ(Read(std::string("2026-11-20T16:40:00Z\0", 21)), "INVALID_INSTANT");
  EXPECT_EQ(Read(std::string(100000, '1')), "INVALID_INSTANT");
}

TEST(LoadZoneTest, RefusesWhatIsNotAPlace) {
  for (const char* name : {"", "Europe/Stokholm", "/etc/passwd", "../../etc/passwd", "libc:x"}) {
    EXPECT_EQ(status::ReasonOf(LoadZone(name).status()), "UNKNOWN_TIME_ZONE") << name;
  }
  EXPECT_TRUE(LoadZone("Europe/Copenhagen").ok());
}

TEST(ParseDayTest, TakesExactlyADay) {
  EXPECT_EQ(*ParseDay("2028-02-29"), absl::CivilDay(2028, 2, 29));
  for (const char* text : {"", "2027-02-29", "2027-2-1", "2027-02-01T00:00", "2027-02-01 "}) {
    EXPECT_EQ(status::ReasonOf(ParseDay(text).status()), "INVALID_DAY") << text;
  }
}

}  // namespace
}  // namespace avvik::deadline
