#include "tests/fuzz/token_targets.h"

#include <algorithm>
#include <string>

#include "common/identity/caller.h"
#include "common/identity/jwt.h"
#include "common/identity/public_key.h"
#include "common/identity/test_issuer.h"
#include "tests/fuzz/targets.h"

namespace avvik::fuzz {

void AccessToken(std::string_view bytes) {
  static identity::TestIssuer issuer;
  if (bytes.empty()) return;
  const bool sign = bytes[0] % 2 != 0;
  bytes.remove_prefix(1);
  std::string token(bytes);
  if (sign) {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    token = issuer.Sign(identity::Algorithm::kEs256, bytes.substr(0, end),
                        bytes.substr(std::min(end + 1, bytes.size())));
  }
  const auto claims = identity::VerifyToken(token, issuer, issuer.rules(),
                                            absl::FromUnixSeconds(1'795'000'000));
  if (!claims.ok()) {
    Must(claims.status().code() == absl::StatusCode::kUnauthenticated,
         "a token counts or does not");
    return;
  }
  Must(sign, "only what the issuer signed counts");
  Must(!claims->subject.empty(), "a token names somebody");
  (void)identity::CallerFromClaims(*claims, "");
}

void KeySet(std::string_view bytes) { (void)identity::ParseKeySet(bytes); }

}  // namespace avvik::fuzz
