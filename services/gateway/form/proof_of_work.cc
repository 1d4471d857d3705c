#include "services/gateway/form/proof_of_work.h"

#include <openssl/sha.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace avvik::gateway {
namespace {

constexpr int kHardest = 24;

bool BeginsWithZeros(const unsigned char* digest, int bits) {
  for (; bits >= 8; bits -= 8) {
    if (*digest++ != 0) return false;
  }
  return bits == 0 || (*digest >> (8 - bits)) == 0;
}

}  // namespace

std::optional<std::string> SolveChallenge(std::string_view challenge, int difficulty) {
  if (difficulty < 0 || difficulty > kHardest) return std::nullopt;
  std::string text = std::string(challenge) + ":";
  const size_t prefix = text.size();
  constexpr size_t kMostDigits = 20;
  text.resize(prefix + kMostDigits);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  for (uint64_t number = 0;; ++number) {
    const auto [end, error] =
        std::to_chars(text.data() + prefix, text.data() + text.size(), number);
    static_cast<void>(error);
    SHA256(reinterpret_cast<const unsigned char*>(text.data()),
           static_cast<size_t>(end - text.data()), digest.data());
    if (BeginsWithZeros(digest.data(), difficulty)) {
      return std::string(text.data() + prefix, static_cast<size_t>(end - text.data()) - prefix);
    }
  }
}

}  // namespace avvik::gateway
