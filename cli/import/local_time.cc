#include "cli/import/local_time.h"

#include "absl/time/civil_time.h"
#include "common/deadline/instant.h"
#include "common/status/error.h"

namespace avvik::cli {
namespace {

bool Has(const std::string& format, const std::string& part) {
  return format.find(part) != std::string::npos;
}

bool HasOffset(const std::string& format) {
  return Has(format, "%z") || Has(format, "%Ez") || Has(format, "%E*z") || Has(format, "%:z");
}

// A local time from its parts, which are civil fields read as if in UTC.
absl::StatusOr<absl::Time> Local(absl::CivilSecond civil, absl::TimeZone zone) {
  const absl::TimeZone::TimeInfo info = zone.At(civil);
  if (info.kind == absl::TimeZone::TimeInfo::SKIPPED) {
    // A day that begins when the clocks go forward at midnight begins with the change.
    if (civil == absl::CivilSecond(absl::CivilDay(civil))) return info.trans;
    return absl::InvalidArgumentError("did not exist in " + zone.name() +
                                      ": the clocks went forward over it");
  }
  return info.pre;  // Of the two passes of a repeated hour, the first.
}

}  // namespace

absl::Status CheckTimeFormat(const std::string& format) {
  const bool date = Has(format, "%F") || Has(format, "%D") || Has(format, "%s") ||
                    ((Has(format, "%Y") || Has(format, "%E4Y") || Has(format, "%y")) &&
                     (Has(format, "%m") || Has(format, "%b") || Has(format, "%B")) &&
                     (Has(format, "%d") || Has(format, "%e")));
  if (!date) {
    return absl::InvalidArgumentError(
        "must give year, month and day, such as `%Y-%m-%d` or `%d/%m/%Y %H:%M`");
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::Time> ReadTime(const std::string& text,
                                    const std::vector<std::string>& formats, absl::TimeZone zone) {
  if (formats.empty()) {
    const deadline::InstantOptions options{.repeated_hour_is_first = true, .allow_date = true};
    // A space instead of the `T`, as spreadsheets and databases write it.
    std::string instant = text;
    if (instant.size() > 10 && instant[10] == ' ') instant[10] = 'T';
    auto time = deadline::ParseInstant(instant, zone, options);
    if (time.ok()) return time;
    if (status::ReasonOf(time.status()) == "NONEXISTENT_LOCAL_TIME") {
      return absl::InvalidArgumentError("did not exist in " + zone.name() +
                                        ": the clocks went forward over it");
    }
    return absl::InvalidArgumentError(
        "is not a time such as 2026-03-01, 2026-03-01 14:05 or 2026-03-01T14:05:00+01:00");
  }
  for (const std::string& format : formats) {
    absl::Time parsed;
    std::string error;
    if (!absl::ParseTime(format, text, absl::UTCTimeZone(), &parsed, &error)) continue;
    const absl::CivilSecond civil = absl::ToCivilSecond(parsed, absl::UTCTimeZone());
    if (civil.year() < deadline::kFirstYear || civil.year() > deadline::kLastYear) continue;
    if (HasOffset(format) || Has(format, "%s")) return parsed;
    return Local(civil, zone);
  }
  std::string forms;
  for (const std::string& format : formats) forms += (forms.empty() ? "" : " or ") + format;
  return absl::InvalidArgumentError("is not a time of the form " + forms);
}

}  // namespace avvik::cli
