#include "common/deadline/office_hours.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "common/status/error.h"

namespace avvik::deadline {
namespace {

struct Session {
  absl::Time opens;
  absl::Time closes;
};

// When the office is open on a day. Wall clocks, so that a day on which they are turned within the
// hours is an hour shorter or longer.
Session SessionOf(absl::CivilDay day, const Calendar& calendar) {
  const absl::CivilMinute midnight(day);
  return {absl::FromCivil(midnight + calendar.office.opens, calendar.zone),
          absl::FromCivil(midnight + calendar.office.closes, calendar.zone)};
}

// The session that `time` lies in, or the next; never one that has ended by then.
Session SessionOnOrAfter(absl::Time time, const Calendar& calendar) {
  absl::CivilDay day = WorkingDayOnOrAfter(calendar.country, absl::ToCivilDay(time, calendar.zone));
  Session session = SessionOf(day, calendar);
  if (session.closes <= time) {
    day = WorkingDayOnOrAfter(calendar.country, day + 1);
    session = SessionOf(day, calendar);
  }
  return session;
}

// Minutes after midnight in `hh:mm`, up to 24:00.
std::optional<int> MinuteOf(const std::string& text) {
  const auto digit = [&text](int at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) {
    return std::nullopt;
  }
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  if (minute > 59 || hour * 60 + minute > 24 * 60) return std::nullopt;
  return hour * 60 + minute;
}

}  // namespace

absl::StatusOr<OfficeHours> ParseOfficeHours(const std::string& text) {
  if (text.size() == 11 && text[5] == '-') {
    const auto opens = MinuteOf(text.substr(0, 5));
    const auto closes = MinuteOf(text.substr(6));
    if (opens && closes && *opens < *closes) return OfficeHours{*opens, *closes};
  }
  return status::Error(
      absl::StatusCode::kInvalidArgument,
      fmt::format("'{}' are no office hours: write them as 08:00-16:30", text.substr(0, 60)),
      "INVALID_OFFICE_HOURS", {{"value", text.substr(0, 60)}});
}

bool IsOpen(absl::Time time, const Calendar& calendar) {
  return SessionOnOrAfter(time, calendar).opens <= time;
}

absl::Time OpenOnOrAfter(absl::Time time, const Calendar& calendar) {
  return std::max(time, SessionOnOrAfter(time, calendar).opens);
}

absl::Time AfterOfficeTime(absl::Time from, absl::Duration term, const Calendar& calendar) {
  absl::Time at = OpenOnOrAfter(from, calendar);
  while (true) {
    const Session session = SessionOnOrAfter(at, calendar);
    at = std::max(at, session.opens);
    if (at + term <= session.closes) return at + term;
    term -= session.closes - at;
    at = session.closes;
  }
}

}  // namespace avvik::deadline
