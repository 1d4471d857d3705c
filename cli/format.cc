#include "cli/format.h"

#include <fmt/format.h>

#include <algorithm>

namespace avvik::cli {

std::string ReadableDuration(absl::Duration duration) {
  duration = std::max(duration, absl::ZeroDuration());
  if (duration < absl::Milliseconds(9950))
    return fmt::format("{:.1f} s", absl::ToDoubleSeconds(duration));
  if (duration > absl::Hours(100'000)) return "a long time";
  const int64_t seconds = absl::ToInt64Seconds(duration + absl::Milliseconds(500));
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{}:{:02} min", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02} h", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string Counted(int64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace avvik::cli
