// The human number of a report and its case, such as `AVV-2026-000123`: what holds together what the
// services tell of one deviation.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace avvik::metrics {

struct CaseNumber {
  uint32_t year = 0;
  uint32_t sequence = 0;  // 1 for the first of the year; 0 with year 0: about no case.

  // The number a text names; the empty text is about no case. Nothing when it is not a number.
  static std::optional<CaseNumber> Parse(std::string_view text);
  // The text Parse reads.
  std::string ToText() const;

  friend auto operator<=>(const CaseNumber&, const CaseNumber&) = default;
};

}  // namespace avvik::metrics
