#include "cli/import/digest.h"

#include <openssl/sha.h>

namespace avvik::cli {

std::string DigestOf(std::string_view bytes) {
  constexpr size_t kBytes = 20;
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  std::string hex;
  for (size_t i = 0; i < kBytes; ++i) {
    hex.push_back("0123456789abcdef"[digest[i] >> 4]);
    hex.push_back("0123456789abcdef"[digest[i] & 15]);
  }
  return hex;
}

}  // namespace avvik::cli
