#include "cli/import/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/format.h"

namespace avvik::cli {

double RateOf(const Counts& counts, absl::Duration elapsed) {
  const double seconds = absl::ToDoubleSeconds(elapsed);
  return seconds > 0 ? static_cast<double>(counts.created + counts.already_there) / seconds : 0;
}

std::string ProgressLine(const Standing& standing) {
  const Counts& counts = standing.counts;
  std::string line =
      fmt::format("{} · {:.0f} reports/s", Counted(counts.settled(), "line", "lines"),
                  RateOf(counts, standing.elapsed));
  if (standing.bytes > 0 && standing.bytes_read > 0) {
    const double share = std::min(
        1.0, static_cast<double>(standing.bytes_read) / static_cast<double>(standing.bytes));
    line += fmt::format(" · {:.0f} %", 100 * share);
    if (share < 1)
      line += " · " + ReadableDuration(standing.elapsed * ((1 - share) / share)) + " left";
  }
  if (counts.rejected > 0) line += fmt::format(" · {} rejected", counts.rejected);
  return line;
}

std::string Describe(const Rejection& rejection) {
  std::string text = "line " + std::to_string(rejection.line) + ": ";
  bool first = true;
  for (const auto& [field, description] : rejection.violations) {
    text += (first ? "" : "; ") + (field.empty() ? "" : field + ": ") + description;
    first = false;
  }
  return text;
}

nlohmann::ordered_json ToJson(const Rejection& rejection) {
  nlohmann::ordered_json json = {{"line", rejection.line}, {"key", rejection.key}};
  json["errors"] = nlohmann::ordered_json::array();
  for (const auto& [field, description] : rejection.violations) {
    json["errors"].push_back({{"field", field}, {"reason", description}});
  }
  return json;
}

}  // namespace avvik::cli
