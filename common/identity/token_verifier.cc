#include "common/identity/token_verifier.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::identity {
namespace {

// One context per thread and one digest for all: looking the algorithm up costs more than the hash.
struct Hasher {
  Hasher() : context(EVP_MD_CTX_new()) {}
  ~Hasher() { EVP_MD_CTX_free(context); }
  EVP_MD_CTX* context;
};

const EVP_MD* Sha256() {
  static const EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return digest;
}

}  // namespace

TokenVerifier::TokenVerifier(TokenVerifierOptions options, KeyFinder& keys, const Clock& clock)
    : options_(std::move(options)), keys_(keys), clock_(clock) {}

TokenVerifier::~TokenVerifier() = default;

size_t TokenVerifier::DigestHash::operator()(const Digest& digest) const {
  size_t hash;
  std::memcpy(&hash, digest.data() + 8, sizeof hash);
  return hash;
}

TokenVerifier::Digest TokenVerifier::DigestOf(std::string_view token) {
  thread_local const Hasher hasher;
  Digest digest;
  EVP_DigestInit_ex2(hasher.context, Sha256(), nullptr);
  EVP_DigestUpdate(hasher.context, token.data(), token.size());
  EVP_DigestFinal_ex(hasher.context, digest.data(), nullptr);
  return digest;
}

absl::StatusOr<std::shared_ptr<const Claims>> TokenVerifier::Verify(std::string_view token) {
  const absl::Time now = clock_.Now();
  // Tokens too long to be valid are not worth a hash either.
  if (token.size() > kMaxTokenBytes) return VerifyToken(token, keys_, options_.rules, now).status();
  const Digest digest = DigestOf(token);
  if (auto claims = Remembered(digest, now)) return claims;
  AVVIK_ASSIGN_OR_RETURN(Claims verified, VerifyToken(token, keys_, options_.rules, now));
  auto claims = std::make_shared<const Claims>(std::move(verified));
  Remember(digest, claims, now);
  return claims;
}

absl::StatusOr<std::shared_ptr<const Claims>> TokenVerifier::VerifyAuthorization(
    std::string_view header) {
  constexpr std::string_view kScheme = "bearer ";
  const bool bearer =
      header.size() > kScheme.size() &&
      std::equal(kScheme.begin(), kScheme.end(), header.begin(), [](char expected, char c) {
        return expected == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
      });
  if (!bearer) {
    return status::Error(absl::StatusCode::kUnauthenticated,
                         "the call carries no access token: sign in first", "TOKEN_MISSING");
  }
  return Verify(header.substr(kScheme.size()));
}

std::shared_ptr<const Claims> TokenVerifier::Remembered(const Digest& digest, absl::Time now) {
  Shard& shard = shards_[digest[0] % kShards];
  std::lock_guard lock(shard.mutex);
  const auto found = shard.by_digest.find(digest);
  if (found == shard.by_digest.end()) return nullptr;
  const auto entry = found->second;
  if (now >= entry->forget) {
    shard.by_digest.erase(found);
    shard.entries.erase(entry);
    return nullptr;
  }
  shard.entries.splice(shard.entries.begin(), shard.entries, entry);
  return entry->claims;
}

void TokenVerifier::Remember(const Digest& digest, const std::shared_ptr<const Claims>& claims,
                             absl::Time now) {
  const absl::Time forget =
      std::min(claims->expiry + options_.rules.leeway, now + options_.cache_lifetime);
  Shard& shard = shards_[digest[0] % kShards];
  std::lock_guard lock(shard.mutex);
  // Another thread may have verified the same token meanwhile.
  if (shard.by_digest.contains(digest)) return;
  shard.entries.push_front({digest, claims, forget});
  shard.by_digest.emplace(digest, shard.entries.begin());
  if (shard.entries.size() > std::max<size_t>(1, options_.cache_capacity / kShards)) {
    shard.by_digest.erase(shard.entries.back().digest);
    shard.entries.pop_back();
  }
}

}  // namespace avvik::identity
