// Reads JSON that came from outside and decides who somebody is: bounded, and without the ambiguity
// of repeated members, of which two readers might choose different ones.
#pragma once

#include <optional>
#include <string_view>

#include "nlohmann/json_fwd.hpp"

namespace avvik::identity {

// The object that is the whole of `text`; nothing when `text` is anything else, is not valid UTF-8,
// repeats a member name in any object, or is nested deeper than 16 levels.
std::optional<nlohmann::json> ParseJsonObject(std::string_view text);

}  // namespace avvik::identity
