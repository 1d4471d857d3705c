#include "common/deadline/instant.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::deadline {
namespace {

absl::Status Invalid(const std::string& reason, const std::string& text,
                     const std::string& explanation) {
  std::string code = reason;
  std::transform(code.begin(), code.end(), code.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return status::Error(absl::StatusCode::kInvalidArgument,
                       fmt::format("{}: {} {}", code, text, explanation), reason,
                       {{"value", text}});
}

absl::Status NotAnInstant(const std::string& text, const std::string& explanation) {
  return Invalid("INVALID_INSTANT", "'" + text.substr(0, 60) + "'", explanation);
}

// Takes what it reads off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool AtEnd() const { return rest_.empty(); }
  bool Take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool TakeEither(char one, char other) { return Take(one) || Take(other); }
  // Exactly `digits` digits.
  std::optional<int> Number(std::size_t digits) {
    if (rest_.size() < digits) return std::nullopt;
    int value = 0;
    for (char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }
  // One or more digits after the decimal point, as microseconds.
  std::optional<int> Microseconds() {
    int value = 0;
    int digits = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      if (digits < 6) value = value * 10 + (rest_.front() - '0');
      ++digits;
      rest_.remove_prefix(1);
    }
    if (digits == 0 || digits > 18) return std::nullopt;
    for (; digits < 6; ++digits) value *= 10;
    return value;
  }

 private:
  std::string_view rest_;
};

std::optional<absl::CivilDay> ScanDay(Scanner& scanner) {
  const auto year = scanner.Number(4);
  if (!year || !scanner.Take('-')) return std::nullopt;
  const auto month = scanner.Number(2);
  if (!month || !scanner.Take('-')) return std::nullopt;
  const auto day = scanner.Number(2);
  if (!day) return std::nullopt;
  const absl::CivilDay civil(*year, *month, *day);
  // CivilDay carries over: 31 February becomes 3 March.
  if (civil.month() != *month || civil.day() != *day) return std::nullopt;
  return civil;
}

struct WallTime {
  absl::CivilSecond second;
  int microseconds = 0;
};

std::optional<WallTime> ScanTime(Scanner& scanner, absl::CivilDay day) {
  const auto hour = scanner.Number(2);
  if (!hour || !scanner.Take(':')) return std::nullopt;
  const auto minute = scanner.Number(2);
  if (!minute) return std::nullopt;
  int second = 0;
  int microseconds = 0;
  if (scanner.Take(':')) {
    const auto read = scanner.Number(2);
    if (!read) return std::nullopt;
    second = *read;
    if (scanner.Take('.')) {
      const auto fraction = scanner.Microseconds();
      if (!fraction) return std::nullopt;
      microseconds = *fraction;
    }
  }
  if (*hour > 23 || *minute > 59 || second > 59) return std::nullopt;
  return WallTime{absl::CivilSecond(day.year(), day.month(), day.day(), *hour, *minute, second),
                  microseconds};
}

// Reads `Z` or `±HH:MM` to the end of the text.
std::optional<absl::Duration> ScanOffset(Scanner& scanner) {
  if (scanner.TakeEither('Z', 'z')) {
    return scanner.AtEnd() ? std::optional(absl::ZeroDuration()) : std::nullopt;
  }
  const bool west = scanner.Take('-');
  if (!west && !scanner.Take('+')) return std::nullopt;
  const auto hours = scanner.Number(2);
  if (!hours || !scanner.Take(':')) return std::nullopt;
  const auto minutes = scanner.Number(2);
  if (!minutes || !scanner.AtEnd() || *hours > 23 || *minutes > 59) return std::nullopt;
  const absl::Duration offset = absl::Hours(*hours) + absl::Minutes(*minutes);
  return west ? -offset : offset;
}

absl::StatusOr<absl::Time> LocalInstant(const std::string& text, absl::CivilSecond wall,
                                        absl::TimeZone zone, const InstantOptions& options) {
  const absl::TimeZone::TimeInfo info = zone.At(wall);
  switch (info.kind) {
    case absl::TimeZone::TimeInfo::UNIQUE:
      return info.pre;
    case absl::TimeZone::TimeInfo::SKIPPED:
      return Invalid("NONEXISTENT_LOCAL_TIME", text,
                     fmt::format("was skipped in {} when the clocks went forward", zone.name()));
    case absl::TimeZone::TimeInfo::REPEATED:
      if (options.repeated_hour_is_first) return info.pre;
      return Invalid("AMBIGUOUS_LOCAL_TIME", text,
                     fmt::format("came twice in {}: add the offset, {} or {}", zone.name(),
                                 FormatInstant(info.pre, zone).substr(19),
                                 FormatInstant(info.post, zone).substr(19)));
  }
  return NotAnInstant(text, "is not a local time");
}

}  // namespace

absl::StatusOr<absl::TimeZone> LoadZone(const std::string& name) {
  absl::TimeZone zone;
  // The loader takes paths and `Fixed/…` names too, and an empty name as UTC; none of them is a
  // place.
  const bool plain = !name.empty() && name.size() <= 60 && name.front() != '/' &&
                     name.find("..") == std::string::npos &&
                     name.find_first_of(std::string_view(":\0", 2)) == std::string::npos;
  if (!plain || !absl::LoadTimeZone(name, &zone)) {
    return Invalid("UNKNOWN_TIME_ZONE", "'" + name.substr(0, 60) + "'",
                   "is not an IANA time zone this system knows, such as Europe/Stockholm");
  }
  return zone;
}

absl::StatusOr<absl::Time> ParseInstant(const std::string& text, absl::TimeZone zone,
                                        const InstantOptions& options) {
  static constexpr char kForm[] = "is not an instant such as 2026-11-20T16:40:00+01:00 (RFC 3339)";
  Scanner scanner(text);
  const auto day = ScanDay(scanner);
  if (!day) return NotAnInstant(text, kForm);
  if (day->year() < kFirstYear || day->year() > kLastYear) {
    return NotAnInstant(text,
                        fmt::format("lies outside the years {} to {}", kFirstYear, kLastYear));
  }
  if (scanner.AtEnd()) {
    if (!options.allow_date) return NotAnInstant(text, "is a day without a time");
    return absl::FromCivil(*day, zone);
  }
  if (!scanner.TakeEither('T', 't')) return NotAnInstant(text, kForm);
  const auto wall = ScanTime(scanner, *day);
  if (!wall) return NotAnInstant(text, kForm);
  absl::Time whole_second;
  if (scanner.AtEnd()) {
    AVVIK_ASSIGN_OR_RETURN(whole_second, LocalInstant(text, wall->second, zone, options));
  } else {
    const auto offset = ScanOffset(scanner);
    if (!offset) return NotAnInstant(text, kForm);
    whole_second = absl::FromCivil(wall->second, absl::UTCTimeZone()) - *offset;
  }
  return whole_second + absl::Microseconds(wall->microseconds);
}

std::string FormatInstant(absl::Time time, absl::TimeZone zone) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E*S%Ez", time, zone);
}

std::string FormatDay(absl::CivilDay day) {
  return fmt::format("{:04}-{:02}-{:02}", day.year(), day.month(), day.day());
}

absl::StatusOr<absl::CivilDay> ParseDay(const std::string& text) {
  Scanner scanner(text);
  const auto day = ScanDay(scanner);
  if (!day || !scanner.AtEnd()) {
    return Invalid("INVALID_DAY", "'" + text.substr(0, 60) + "'",
                   "is not a day such as 2026-11-20");
  }
  return *day;
}

}  // namespace avvik::deadline
