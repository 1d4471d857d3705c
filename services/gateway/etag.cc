#include "services/gateway/etag.h"

#include <openssl/sha.h>

namespace avvik::gateway {

std::string EtagOf(std::string_view content) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest);
  static constexpr char kHex[] = "0123456789abcdef";
  std::string etag = "\"";
  for (int i = 0; i < 16; ++i) {
    etag.push_back(kHex[digest[i] >> 4]);
    etag.push_back(kHex[digest[i] & 15]);
  }
  return etag + "\"";
}

bool MatchesEtag(std::string_view if_none_match, std::string_view etag) {
  return AnyPart(if_none_match, [&](std::string_view part) {
    if (part.substr(0, 2) == "W/") part.remove_prefix(2);
    return part == "*" || part == etag;
  });
}

std::string_view Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace avvik::gateway
