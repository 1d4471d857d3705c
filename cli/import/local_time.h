// Times as registers write them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace avvik::cli {

// INVALID_ARGUMENT unless `format` is a form that ReadTime can use: it must give year, month and
// day.
absl::Status CheckTimeFormat(const std::string& format);

// Reads `text` by the first of `formats` (as in strftime, such as `%d/%m/%Y %H:%M`) that it has;
// without formats as RFC 3339, with or without an offset, or as `YYYY-MM-DD`. A text without an
// offset is local to `zone`: a date alone is the beginning of that day, an hour that the clocks
// pass twice its first pass. INVALID_ARGUMENT, with a message that continues "‘the text’ …", when
// it has none of the forms, when there is no such local time, or when the year is not to be
// believed (before 1900 or after 2200).
absl::StatusOr<absl::Time> ReadTime(const std::string& text,
                                    const std::vector<std::string>& formats, absl::TimeZone zone);

}  // namespace avvik::cli
