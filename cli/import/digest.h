// Digests by which lines are known again.
#pragma once

#include <string>
#include <string_view>

namespace avvik::cli {

// The first 40 hexadecimal digits of SHA-256.
std::string DigestOf(std::string_view bytes);

}  // namespace avvik::cli
