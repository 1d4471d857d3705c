#include "services/escalation/feed_secret.h"

#include <sodium.h>

#include "absl/strings/escaping.h"

namespace avvik::escalation {

std::string NewFeedSecret() {
  std::string bytes(32, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return absl::WebSafeBase64Escape(bytes);
}

std::string HashOfSecret(std::string_view secret) {
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                     reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
  return hash;
}

}  // namespace avvik::escalation
