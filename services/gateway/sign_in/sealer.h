// Seals what the gateway gives out of its hands: sessions to Redis, sign-ins under way to the
// browser. Whoever reads Redis, or a dump of it, reads no token and no name.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace avvik::gateway {

// Immutable; thread-safe.
class Sealer {
 public:
  // `text` holds keys of 32 bytes in hexadecimal, one a line. The first seals, all of them open: a
  // new key is put in front, and the old one removed when no session is sealed with it any more.
  // INVALID_ARGUMENT for anything else.
  static absl::StatusOr<Sealer> FromKeys(const std::string& text);

  // XChaCha20-Poly1305. `context` says what is sealed and for what; it must be the same to open.
  std::string Seal(std::string_view content, std::string_view context) const;

  // Nothing when it was altered, belongs to another context, or was sealed with an unknown key.
  std::optional<std::string> Open(std::string_view sealed, std::string_view context) const;

  // Names for `text` that only the holder of the keys can make (BLAKE2b): one for each key, the
  // first key's first.
  std::vector<std::string> Pseudonyms(std::string_view text) const;

 private:
  using Key = std::array<unsigned char, 32>;
  struct Keys {
    Key sealing;
    Key naming;
  };

  std::vector<Keys> keys_;
};

// 256 random bits, in base64url: 43 characters.
std::string RandomText();

// Whether `text` has the form of RandomText's.
bool IsRandomText(std::string_view text);

// BLAKE2b-256 in hexadecimal: the name under which something secret is looked up.
std::string Fingerprint(std::string_view secret);

}  // namespace avvik::gateway
