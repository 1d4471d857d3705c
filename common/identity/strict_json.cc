#include "common/identity/strict_json.h"

#include <set>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"

namespace avvik::identity {
namespace {

constexpr int kMaxDepth = 16;

}  // namespace

std::optional<nlohmann::json> ParseJsonObject(std::string_view text) {
  using Event = nlohmann::json::parse_event_t;
  bool acceptable = true;
  std::vector<std::set<std::string>> names;  // One set for each object that is open.
  const auto look = [&](int depth, Event event, const nlohmann::json& parsed) {
    if (depth > kMaxDepth) acceptable = false;
    if (event == Event::object_start) {
      names.emplace_back();
    } else if (event == Event::object_end) {
      names.pop_back();
    } else if (event == Event::key) {
      if (!names.back().insert(parsed.get_ref<const std::string&>()).second) acceptable = false;
    }
    return true;
  };
  nlohmann::json value = nlohmann::json::parse(text, look, /*allow_exceptions=*/false);
  if (!acceptable || !value.is_object()) return std::nullopt;
  return value;
}

}  // namespace avvik::identity
