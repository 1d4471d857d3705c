// Reads JSON text (RFC 8259) that comes from outside, strictly: no duplicate names, no depth
// without end, no invalid UTF-8, no NUL, nothing after the value; and says where it went wrong.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "absl/status/statusor.h"

namespace avvik::gateway {

// Deepest nesting of objects and lists.
inline constexpr int kMaxJsonDepth = 32;

// The value. INVALID_ARGUMENT naming the field being read (`body` outside any), in proto names;
// texts of the body are never repeated in the error. How long `text` may be is the caller's
// business.
absl::StatusOr<nlohmann::json> ReadJson(std::string_view text);

// `reportTitle` as `report_title`; names in snake_case stay as they are.
std::string SnakeCase(std::string_view name);

}  // namespace avvik::gateway
