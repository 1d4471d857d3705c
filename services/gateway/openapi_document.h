// The OpenAPI description of the linked API, made when the program was built.
#pragma once

#include <string_view>

namespace avvik::gateway {

// JSON.
std::string_view OpenApiDocument();

}  // namespace avvik::gateway
