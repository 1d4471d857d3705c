#include "services/metrics/case_number.h"

#include <fmt/format.h>

#include <charconv>

namespace avvik::metrics {
namespace {

constexpr std::string_view kPrefix = "AVV-";
constexpr size_t kYearDigits = 4;
constexpr size_t kFewestDigits = 6;
constexpr size_t kMostDigits = 9;

template <typename Number>
bool ReadDigits(std::string_view text, Number* number) {
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return std::from_chars(text.data(), text.data() + text.size(), *number).ec == std::errc();
}

}  // namespace

std::optional<CaseNumber> CaseNumber::Parse(std::string_view text) {
  if (text.empty()) return CaseNumber();
  if (text.substr(0, kPrefix.size()) != kPrefix) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  if (text.size() < kYearDigits + 1 + kFewestDigits ||
      text.size() > kYearDigits + 1 + kMostDigits || text[kYearDigits] != '-') {
    return std::nullopt;
  }
  const std::string_view digits = text.substr(kYearDigits + 1);
  CaseNumber number;
  if (!ReadDigits(text.substr(0, kYearDigits), &number.year) ||
      !ReadDigits(digits, &number.sequence)) {
    return std::nullopt;
  }
  // One text for one number: what is longer than six digits has no zero in front.
  if (digits.size() > kFewestDigits && digits[0] == '0') return std::nullopt;
  return number;
}

std::string CaseNumber::ToText() const {
  if (year == 0 && sequence == 0) return "";
  return fmt::format("AVV-{:04}-{:06}", year, sequence);
}

}  // namespace avvik::metrics
