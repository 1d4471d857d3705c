// The hours in which people are at work: what a municipality's own targets and reminders count in.
// A statutory clock never counts in them. Pure.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/deadline/deadline.h"

namespace avvik::deadline {

// Reads `08:00-16:30`. Error: INVALID_ARGUMENT `INVALID_OFFICE_HOURS`.
absl::StatusOr<OfficeHours> ParseOfficeHours(const std::string& text);

// Whether people are at work at `time`; the minute of closing is not.
bool IsOpen(absl::Time time, const Calendar& calendar);

// `time`, or when the office next opens after it.
absl::Time OpenOnOrAfter(absl::Time time, const Calendar& calendar);

// When so much time in office hours has passed since `from`. Needs `term` from zero to a year of
// office hours; what ends with a day ends at its closing, not at the next opening.
absl::Time AfterOfficeTime(absl::Time from, absl::Duration term, const Calendar& calendar);

}  // namespace avvik::deadline
