// Requests to a provider's token endpoint (RFC 6749), whatever the grant.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/http_client/client.h"

namespace avvik::identity {

// A client of the provider that has a secret.
struct ConfidentialClient {
  std::string id;
  std::string secret;  // Never written to a log or an error.
};

// What the provider grants.
struct TokenAnswer {
  std::string access_token;   // Never empty.
  std::string refresh_token;  // May be empty.
  std::string id_token;       // May be empty.
  absl::Duration lifetime;    // Of the access token; always more than a few seconds.
};

// What an access token must have left to be worth handing out: it has yet to reach the other side.
inline constexpr absl::Duration kLeastTokenLifetime = absl::Seconds(5);

using FormFields = std::vector<std::pair<std::string, std::string>>;

// `name=value&…` as application/x-www-form-urlencoded (RFC 6749, appendix B).
std::string FormEncode(const FormFields& fields);

// Asks `endpoint` for tokens, the client naming itself by HTTP Basic (RFC 6749, section 2.3.1).
// UNAUTHENTICATED with reason `GRANT_REFUSED` when the provider says `invalid_grant`: the code or
// the refresh token does not count. UNAVAILABLE for everything else that yields no token; messages
// hold the provider's error code, never a secret.
absl::StatusOr<TokenAnswer> AskForTokens(http_client::Client& http, const std::string& endpoint,
                                         const ConfidentialClient& client,
                                         const FormFields& fields);

}  // namespace avvik::identity
