// Versions of what is answered (RFC 9110, section 8.8.3), and lists in headers.
#pragma once

#include <string>
#include <string_view>

namespace avvik::gateway {

// The strong version of a content: the same content has the same.
std::string EtagOf(std::string_view content);

// Whether If-None-Match names the version (RFC 9110, section 13.1.2: by weak comparison).
bool MatchesEtag(std::string_view if_none_match, std::string_view etag);

// The text without white space around it.
std::string_view Trimmed(std::string_view text);

// Calls `visit` for each part of a comma-separated list until it answers true; then so does this.
template <typename Visit>
bool AnyPart(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    if (visit(Trimmed(list.substr(0, comma)))) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace avvik::gateway
