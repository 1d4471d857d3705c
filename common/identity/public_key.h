// The keys an identity provider signs with, read from its JSON Web Key Set (RFC 7517).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY.

namespace avvik::identity {

// The signature algorithms that are accepted (RFC 7518 section 3.1); there is no other.
enum class Algorithm {
  kRs256,  // RSASSA-PKCS1-v1_5 with SHA-256, RSA of 2048 to 8192 bits.
  kEs256,  // ECDSA on P-256 with SHA-256.
};

// The algorithm called `RS256` or `ES256`; nothing for any other name, also `none`.
std::optional<Algorithm> AlgorithmFromName(std::string_view name);

// A key with the one algorithm it may be used with. Immutable and thread-safe.
class PublicKey {
 public:
  PublicKey(std::string id, Algorithm algorithm, evp_pkey_st* key);  // Takes `key` over.
  ~PublicKey();
  PublicKey(const PublicKey&) = delete;
  PublicKey& operator=(const PublicKey&) = delete;

  const std::string& id() const { return id_; }
  Algorithm algorithm() const { return algorithm_; }

  // Whether `signature`, in its JOSE form, is this key's over `input`.
  bool Verifies(std::string_view input, std::string_view signature) const;

 private:
  const std::string id_;
  const Algorithm algorithm_;
  evp_pkey_st* const key_;
};

struct KeySetDocument {
  std::vector<std::shared_ptr<const PublicKey>> keys;
  // One entry per key that cannot be used here, such as `keys[1]: RSA key of 1024 bits is too
  // weak`.
  std::vector<std::string> refused;
};

// Reads a key set. Keys for other purposes, of other types or too weak are refused one by one, as
// is a second key with the same id and algorithm. INVALID_ARGUMENT when the document is no key set
// or no key is left.
absl::StatusOr<KeySetDocument> ParseKeySet(std::string_view json);

}  // namespace avvik::identity
