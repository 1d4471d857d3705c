// Who sent a call, from its bearer token. Remembers tokens that were verified, so that a caller who
// sends the same one again costs a hash and a look-up.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/identity/jwt.h"

namespace avvik::identity {

struct TokenVerifierOptions {
  TokenRules rules;
  // How many verified tokens are remembered, about; the ones unused for longest are forgotten.
  size_t cache_capacity = 10'000;
  // A token is verified anew after this long, so that a key the issuer has withdrawn ceases to
  // count.
  absl::Duration cache_lifetime = absl::Minutes(5);
};

// Keeps SHA-256 digests and claims, never tokens. Thread-safe.
class TokenVerifier {
 public:
  TokenVerifier(TokenVerifierOptions options, KeyFinder& keys, const Clock& clock);
  ~TokenVerifier();

  // The claims of a token as VerifyToken gives them, with its errors.
  absl::StatusOr<std::shared_ptr<const Claims>> Verify(std::string_view token);

  // The same for the value of an `authorization` header, `Bearer <token>` (RFC 6750 section 2.1).
  // UNAUTHENTICATED with reason TOKEN_MISSING when it is empty or of another scheme.
  absl::StatusOr<std::shared_ptr<const Claims>> VerifyAuthorization(std::string_view header);

 private:
  using Digest = std::array<uint8_t, 32>;
  struct DigestHash {
    size_t operator()(const Digest& digest) const;
  };
  struct Entry {
    Digest digest;
    std::shared_ptr<const Claims> claims;
    absl::Time forget;  // When the token must be verified anew.
  };
  // A part of the memory with a lock of its own, so that callers seldom meet.
  struct Shard {
    std::mutex mutex;
    std::list<Entry> entries;  // The one used last comes first.
    std::unordered_map<Digest, std::list<Entry>::iterator, DigestHash> by_digest;
  };
  static constexpr size_t kShards = 16;

  static Digest DigestOf(std::string_view token);
  std::shared_ptr<const Claims> Remembered(const Digest& digest, absl::Time now);
  void Remember(const Digest& digest, const std::shared_ptr<const Claims>& claims, absl::Time now);

  const TokenVerifierOptions options_;
  KeyFinder& keys_;
  const Clock& clock_;
  std::array<Shard, kShards> shards_;
};

}  // namespace avvik::identity
