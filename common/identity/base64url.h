// base64url without padding, as JOSE uses it (RFC 7515 section 2, RFC 4648 section 5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace avvik::identity {

std::string Base64UrlEncode(std::string_view bytes);

// The bytes, or nothing for text with padding, white space, other characters or stray bits at its
// end: each byte string has exactly one form.
std::optional<std::string> Base64UrlDecode(std::string_view text);

}  // namespace avvik::identity
