// Parts of addresses.
#pragma once

#include <string>
#include <string_view>

namespace avvik::cli {

// `text` for use within a path, query or form: everything but unreserved characters percent-encoded
// (RFC 3986, 2.3).
std::string UrlEncoded(std::string_view text);

}  // namespace avvik::cli
