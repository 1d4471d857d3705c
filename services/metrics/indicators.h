// The indicators: what each is, in the one place where it is said. `docs/indicators.md` repeats it for people,
// and a test keeps the two together.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "services/metrics/tally.h"

namespace avvik::metrics {

// A figure and what it rests on.
struct Reading {
  std::optional<double> value;  // Unset when there is nothing to compute it from.
  int64_t observations = 0;
};

struct Indicator {
  const char* id;
  const char* unit;        // `count`, `seconds` or `share`.
  const char* definition;  // One paragraph of Markdown.
  Reading (*read)(const Tally&);
};

// All of them, in the order in which they are shown.
std::span<const Indicator> Indicators();

}  // namespace avvik::metrics
