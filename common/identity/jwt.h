// Verifies access tokens: JSON Web Tokens in the JWS compact form (RFC 7515, RFC 7519) with the
// profile for OAuth 2.0 access tokens (RFC 9068) and the advice of RFC 8725.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/identity/public_key.h"

namespace avvik::identity {

// Longest token that is looked at.
inline constexpr size_t kMaxTokenBytes = 8 * 1024;

// What a verified token says. Texts hold no control character.
struct Claims {
  std::string subject;    // `sub`: login of a person, or the client id of a machine; never empty.
  std::string client_id;  // The client the token was given to; may be empty.
  std::string tenant;     // May be empty.
  std::string name;       // May be empty.
  std::string email;      // May be empty.
  std::vector<std::string> scopes;
  std::vector<std::string> groups;  // `groups` of the sign-in provider; may be empty.
  std::string acr;  // How the person signed in, by the provider's own names; may be empty.
  std::vector<std::string> amr;  // By which methods (RFC 8176); may be empty.
  absl::Time expiry;
};

// What a token must be to count.
struct TokenRules {
  // `iss`, to the letter.
  std::string issuer;
  // Must be `aud` or one of its entries.
  std::string audience;
  // For clocks that differ.
  absl::Duration leeway = absl::Seconds(30);
};

// Where the keys come from. Thread-safe.
class KeyFinder {
 public:
  virtual ~KeyFinder() = default;

  // The issuer's key with this id and algorithm. UNAUTHENTICATED (`TOKEN_KEY_UNKNOWN`) when it has
  // none, UNAVAILABLE (`KEYS_UNAVAILABLE`) when its keys could not be had yet.
  virtual absl::StatusOr<std::shared_ptr<const PublicKey>> Find(const std::string& id,
                                                                Algorithm algorithm) = 0;
};

// Verifies signature, type, issuer, audience and times. UNAUTHENTICATED otherwise, with one of the
// reasons below; the message never holds anything of the token. Errors of `keys` are passed on.
// - `TOKEN_TOO_LARGE`: longer than kMaxTokenBytes.
// - `TOKEN_MALFORMED`: not three base64url parts, or not JSON objects with distinct members, or with
//   `crit`.
// - `TOKEN_TYPE`: `typ` is not at+jwt.
// - `TOKEN_ALGORITHM`: `alg` is neither RS256 nor ES256.
// - `TOKEN_KEY_UNKNOWN`: no `kid`, or the issuer has no such key for this algorithm.
// - `TOKEN_SIGNATURE`: not signed with that key.
// - `TOKEN_ISSUER`, `TOKEN_AUDIENCE`: from or for somebody else.
// - `TOKEN_EXPIRED`: `exp` has passed.
// - `TOKEN_NOT_YET_VALID`: `nbf` or `iat` lies ahead.
// - `TOKEN_CLAIMS`: a claim is missing, of the wrong type or too long; metadata `claim` names it.
absl::StatusOr<Claims> VerifyToken(std::string_view token, KeyFinder& keys, const TokenRules& rules,
                                   absl::Time now);

// Verifies an ID token (OpenID Connect Core 1.0, section 3.1.3.7): as an access token, but of type
// JWT or without one, with the client as `rules.audience`, and further
// - `TOKEN_NONCE`: `nonce` is not the one sent with the sign-in request.
// - `TOKEN_AUDIENCE`: also when it is for several and `azp` does not name the client.
absl::StatusOr<Claims> VerifyIdToken(std::string_view token, KeyFinder& keys,
                                     const TokenRules& rules, std::string_view nonce,
                                     absl::Time now);

}  // namespace avvik::identity
