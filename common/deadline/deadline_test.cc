#include "common/deadline/deadline.h"

#include <gtest/gtest.h>

#include "common/deadline/instant.h"
#include "common/status/error.h"

namespace avvik::deadline {
namespace {

absl::TimeZone Stockholm() { return *LoadZone("Europe/Stockholm"); }
absl::TimeZone Copenhagen() { return *LoadZone("Europe/Copenhagen"); }

// An awareness, and the target and outer end of a term of `hours` after it.
struct HoursCase {
  const char* name;
  const char* aware;
  int hours;
  const char* target;
  const char* outer;
};

const HoursCase kHours[] = {
    // Ends on a Saturday: hours are not extended.
    {"T01", "2026-11-18T09:17:00+01:00", 24, "2026-11-19T09:17:00+01:00",
     "2026-11-19T10:00:00+01:00"},
    {"T01", "2026-11-18T09:17:00+01:00", 72, "2026-11-21T09:17:00+01:00",
     "2026-11-21T10:00:00+01:00"},
    // A weekend inside with one full working day: article 3(5) does not extend either.
    {"T02", "2026-11-20T16:40:00+01:00", 24, "2026-11-21T16:40:00+01:00",
     "2026-11-21T17:00:00+01:00"},
    {"T02", "2026-11-20T16:40:00+01:00", 72, "2026-11-23T16:40:00+01:00",
     "2026-11-23T17:00:00+01:00"},
    // Summer time begins, and the whole of Easter, inside.
    {"T03", "2027-03-26T14:30:00+01:00", 24, "2027-03-27T14:30:00+01:00",
     "2027-03-27T15:00:00+01:00"},
    {"T03", "2027-03-26T14:30:00+01:00", 72, "2027-03-29T15:30:00+02:00",
     "2027-03-29T16:00:00+02:00"},
    {"T04", "2027-03-27T20:00:00+01:00", 6, "2027-03-28T03:00:00+02:00",
     "2027-03-28T04:00:00+02:00"},
    {"T04", "2027-03-27T20:00:00+01:00", 24, "2027-03-28T21:00:00+02:00",
     "2027-03-28T22:00:00+02:00"},
    {"T04", "2027-03-27T20:00:00+01:00", 72, "2027-03-30T21:00:00+02:00",
     "2027-03-30T22:00:00+02:00"},
    // Summer time ends inside.
    {"T05", "2026-10-23T14:30:00+02:00", 24, "2026-10-24T14:30:00+02:00",
     "2026-10-24T15:00:00+02:00"},
    {"T05", "2026-10-23T14:30:00+02:00", 72, "2026-10-26T13:30:00+01:00",
     "2026-10-26T14:00:00+01:00"},
    {"T06", "2026-10-24T18:00:00+02:00", 24, "2026-10-25T17:00:00+01:00",
     "2026-10-25T18:00:00+01:00"},
    {"T06", "2026-10-24T18:00:00+02:00", 72, "2026-10-27T17:00:00+01:00",
     "2026-10-27T18:00:00+01:00"},
    // The repeated hour, first and second pass.
    {"T07", "2026-10-25T02:30:00+02:00", 24, "2026-10-26T01:30:00+01:00",
     "2026-10-26T02:00:00+01:00"},
    {"T07", "2026-10-25T02:30:00+02:00", 72, "2026-10-28T01:30:00+01:00",
     "2026-10-28T02:00:00+01:00"},
    {"T08", "2026-10-25T02:30:00+01:00", 24, "2026-10-26T02:30:00+01:00",
     "2026-10-26T03:00:00+01:00"},
    {"T08", "2026-10-25T02:30:00+01:00", 72, "2026-10-28T02:30:00+01:00",
     "2026-10-28T03:00:00+01:00"},
    // An exact hour lies inside that hour.
    {"T11", "2026-12-01T13:00:00+01:00", 24, "2026-12-02T13:00:00+01:00",
     "2026-12-02T14:00:00+01:00"},
    {"T11", "2026-12-01T13:00:00+01:00", 72, "2026-12-04T13:00:00+01:00",
     "2026-12-04T14:00:00+01:00"},
    {"T12", "2026-12-23T15:05:00+01:00", 24, "2026-12-24T15:05:00+01:00",
     "2026-12-24T16:00:00+01:00"},
    {"T12", "2026-12-23T15:05:00+01:00", 72, "2026-12-26T15:05:00+01:00",
     "2026-12-26T16:00:00+01:00"},
    // The outer end crosses midnight and the year.
    {"T13", "2026-12-31T23:50:00+01:00", 24, "2027-01-01T23:50:00+01:00",
     "2027-01-02T00:00:00+01:00"},
    {"T13", "2026-12-31T23:50:00+01:00", 72, "2027-01-03T23:50:00+01:00",
     "2027-01-04T00:00:00+01:00"},
    // Given in UTC and in a foreign offset.
    {"T14", "2026-11-19T23:30:00Z", 24, "2026-11-21T00:30:00+01:00", "2026-11-21T01:00:00+01:00"},
    {"T14", "2026-11-19T23:30:00Z", 72, "2026-11-23T00:30:00+01:00", "2026-11-23T01:00:00+01:00"},
    {"T15", "2026-11-19T20:15:00-05:00", 24, "2026-11-21T02:15:00+01:00",
     "2026-11-21T03:00:00+01:00"},
    {"T15", "2026-11-19T20:15:00-05:00", 72, "2026-11-23T02:15:00+01:00",
     "2026-11-23T03:00:00+01:00"},
    {"T16", "2027-06-24T11:00:00+02:00", 24, "2027-06-25T11:00:00+02:00",
     "2027-06-25T12:00:00+02:00"},
    {"T16", "2027-06-24T11:00:00+02:00", 72, "2027-06-27T11:00:00+02:00",
     "2027-06-27T12:00:00+02:00"},
    {"T18", "2027-03-25T08:00:00+01:00", 24, "2027-03-26T08:00:00+01:00",
     "2027-03-26T09:00:00+01:00"},
    {"T18", "2027-03-25T08:00:00+01:00", 72, "2027-03-28T09:00:00+02:00",
     "2027-03-28T10:00:00+02:00"},
    {"T19", "2026-11-18T09:17:00+01:00", 6, "2026-11-18T15:17:00+01:00",
     "2026-11-18T16:00:00+01:00"},
    // Awareness corrected backwards (T21), and the awareness of three committees (T22).
    {"T21", "2026-11-20T11:40:00+01:00", 72, "2026-11-23T11:40:00+01:00",
     "2026-11-23T12:00:00+01:00"},
    {"T22a", "2026-11-16T08:00:00+01:00", 72, "2026-11-19T08:00:00+01:00",
     "2026-11-19T09:00:00+01:00"},
    {"T22b", "2026-11-16T14:00:00+01:00", 72, "2026-11-19T14:00:00+01:00",
     "2026-11-19T15:00:00+01:00"},
    {"T22c", "2026-11-17T09:00:00+01:00", 72, "2026-11-20T09:00:00+01:00",
     "2026-11-20T10:00:00+01:00"},
    {"T23", "2026-11-18T10:00:00+01:00", 72, "2026-11-21T10:00:00+01:00",
     "2026-11-21T11:00:00+01:00"},
};

// T17: the two countries keep the same time, so the whole table holds in both zones.
TEST(AfterHoursTest, StatutoryCasesInBothZones) {
  for (const absl::TimeZone zone : {Stockholm(), Copenhagen()}) {
    for (const HoursCase& c : kHours) {
      const absl::Time aware = *ParseInstant(c.aware, zone);
      const DeadlineText text = Describe(AfterHours(aware, c.hours, zone), zone);
      EXPECT_EQ(text.target, c.target) << c.name << " +" << c.hours << " " << zone.name();
      EXPECT_EQ(text.outer, c.outer) << c.name << " +" << c.hours << " " << zone.name();
    }
  }
}

TEST(AfterHoursTest, TargetIsExactlySoManySecondsLater) {
  for (int hour = 0; hour < 24 * 366; ++hour) {
    const absl::Time aware = absl::FromCivil(absl::CivilSecond(2026, 11, 21), absl::UTCTimeZone()) +
                             absl::Hours(hour) + absl::Seconds(hour % 3600);
    const Deadline deadline = AfterHours(aware, 72, Stockholm());
    ASSERT_EQ(deadline.target - aware, absl::Seconds(259200));
    ASSERT_GT(deadline.outer, deadline.target);
    ASSERT_LE(deadline.outer, deadline.target + absl::Hours(1));
    ASSERT_EQ(Stockholm().At(deadline.outer).cs.minute(), 0);
  }
}

TEST(AfterHoursTest, FullHoursAreLocalOnes) {
  const absl::TimeZone kolkata = *LoadZone("Asia/Kolkata");  // +05:30.
  const absl::Time aware = *ParseInstant("2026-11-18T09:17:00", kolkata);
  EXPECT_EQ(Describe(AfterHours(aware, 24, kolkata), kolkata).outer, "2026-11-19T10:00:00+05:30");
}

// A submission, and the nominal and outer day one month after it.
struct MonthCase {
  const char* name;
  const char* from;
  const char* target;
  const char* outer;
};

const MonthCase kSwedishMonths[] = {
    {"M01", "2026-11-23T10:00:00+01:00", "2026-12-23", "2026-12-23"},
    {"M02", "2026-11-24T10:00:00+01:00", "2026-12-24", "2026-12-28"},  // Julafton.
    {"M03", "2026-11-25T10:00:00+01:00", "2026-12-25", "2026-12-28"},
    {"M04", "2026-12-01T10:00:00+01:00", "2027-01-01", "2027-01-04"},
    {"M05", "2026-11-21T10:00:00+01:00", "2026-12-21", "2026-12-21"},
    {"M06", "2026-12-31T10:00:00+01:00", "2027-01-31", "2027-02-01"},
    {"M07", "2027-01-31T10:00:00+01:00", "2027-02-28", "2027-03-01"},  // Clamped to February.
    {"M08a", "2027-01-30T10:00:00+01:00", "2027-02-28", "2027-03-01"},
    {"M08b", "2027-01-29T10:00:00+01:00", "2027-02-28", "2027-03-01"},
    {"M08c", "2027-01-28T10:00:00+01:00", "2027-02-28", "2027-03-01"},
    {"M09", "2028-01-31T10:00:00+01:00", "2028-02-29", "2028-02-29"},  // Leap year.
    {"M10", "2028-02-29T10:00:00+01:00", "2028-03-29", "2028-03-29"},
    {"M11", "2027-05-31T10:00:00+02:00", "2027-06-30", "2027-06-30"},
    {"M12", "2027-05-25T10:00:00+02:00", "2027-06-25", "2027-06-28"},  // Midsommarafton.
    {"M13", "2027-05-06T10:00:00+02:00", "2027-06-06", "2027-06-07"},  // Nationaldagen.
    {"M14", "2027-02-26T10:00:00+01:00", "2027-03-26", "2027-03-30"},  // Easter.
    {"M15", "2026-10-01T10:00:00+02:00", "2026-11-01", "2026-11-02"},
    {"M16", "2026-11-30T23:30:00Z", "2027-01-01", "2027-01-04"},  // The local day is 1 December.
    // M17: the final report after a status report counts from the day the incident was handled.
    {"M18", "2027-01-31T16:00:00+01:00", "2027-02-28", "2027-03-01"},
    // M19: filed 30 h after an awareness of Fri 2026-11-20 16:40; M20: 20 h late.
    {"M19", "2026-11-21T22:40:00+01:00", "2026-12-21", "2026-12-21"},
    {"M20", "2026-11-24T12:40:00+01:00", "2026-12-24", "2026-12-28"},
};

TEST(AfterMonthsTest, StatutoryCasesOfSweden) {
  const Calendar calendar{Stockholm(), Country::kSweden};
  for (const MonthCase& c : kSwedishMonths) {
    const absl::Time from = *ParseInstant(c.from, calendar.zone);
    const DeadlineText text = Describe(AfterMonths(from, 1, calendar), calendar.zone);
    EXPECT_EQ(text.target, c.target) << c.name;
    EXPECT_EQ(text.outer, c.outer) << c.name;
  }
}

TEST(AfterMonthsTest, DenmarkCountsTheSameDayByItsOwnCalendar) {
  const Calendar calendar{Copenhagen(), Country::kDenmark};
  const MonthCase cases[] = {
      {"M02", "2026-11-24T10:00:00+01:00", "2026-12-24", "2026-12-28"},
      {"M07", "2027-01-31T10:00:00+01:00", "2027-02-28", "2027-03-01"},
      {"M09", "2028-01-31T10:00:00+01:00", "2028-02-29", "2028-02-29"},
      {"M12", "2027-05-25T10:00:00+02:00", "2027-06-25", "2027-06-25"},  // No midsummer eve.
      {"M13", "2027-05-06T10:00:00+02:00", "2027-06-06", "2027-06-07"},
      {"skærtorsdag", "2027-02-25T10:00:00+01:00", "2027-03-25", "2027-03-30"},
      {"grundlovsdag", "2026-05-05T10:00:00+02:00", "2026-06-05", "2026-06-08"},
  };
  for (const MonthCase& c : cases) {
    const absl::Time from = *ParseInstant(c.from, calendar.zone);
    const DeadlineText text = Describe(AfterMonths(from, 1, calendar), calendar.zone);
    EXPECT_EQ(text.target, c.target) << c.name;
    EXPECT_EQ(text.outer, c.outer) << c.name;
  }
}

TEST(AfterMonthsTest, EndsWithTheLocalDay) {
  const Calendar calendar{Stockholm(), Country::kSweden};
  const Deadline deadline =
      AfterMonths(*ParseInstant("2026-11-24T10:00:00", calendar.zone), 1, calendar);
  EXPECT_EQ(FormatInstant(deadline.target, calendar.zone), "2026-12-25T00:00:00+01:00");
  EXPECT_EQ(FormatInstant(deadline.outer, calendar.zone), "2026-12-29T00:00:00+01:00");
}

TEST(AfterMonthsTest, SeveralMonthsClampOnceNotEachMonth) {
  const Calendar calendar{Stockholm(), Country::kSweden};
  const absl::Time from = *ParseInstant("2026-12-31T10:00:00", calendar.zone);
  EXPECT_EQ(AfterMonths(from, 3, calendar).target_day, absl::CivilDay(2027, 3, 31));
  EXPECT_EQ(AfterMonths(from, 14, calendar).target_day, absl::CivilDay(2028, 2, 29));
}

TEST(ParseTermTest, ReadsHoursAndMonths) {
  EXPECT_EQ(ParseTerm("hours:72")->hours, 72);
  EXPECT_EQ(ParseTerm("months:1")->months, 1);
  for (const char* text : {"", "hours", "hours:", "hours:0", "hours:-1", "hours:8761", "months:25",
                           "hours:72 ", "hours:7.5", "days:3", "months:1x", "hours:99999999999"}) {
    EXPECT_EQ(status::ReasonOf(ParseTerm(text).status()), "INVALID_CLOCK") << text;
  }
}

TEST(ParseCountryTest, KnowsTwo) {
  EXPECT_EQ(*ParseCountry("SE"), Country::kSweden);
  EXPECT_EQ(*ParseCountry("DK"), Country::kDenmark);
  EXPECT_EQ(status::ReasonOf(ParseCountry("NO").status()), "UNKNOWN_COUNTRY");
}

}  // namespace
}  // namespace avvik::deadline
