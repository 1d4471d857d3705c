// The gateway as a client of the OpenID provider: where to send browsers, and tokens for codes.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/http_client/client.h"
#include "common/identity/provider.h"
#include "common/identity/token_endpoint.h"

namespace avvik::gateway {

struct OidcSettings {
  std::string issuer;
  identity::ConfidentialClient client;
  std::string scope;           // Asked for at sign-in, such as `openid profile email`.
  std::string callback;        // Our address that the provider sends browsers back to.
  std::string after_sign_out;  // And the one after signing out.
};

// Thread-safe; blocks while the provider answers. What the provider says about itself is asked for
// when it is first needed, and again after a request that failed.
class OidcClient {
 public:
  OidcClient(OidcSettings settings, http_client::Client& http)
      : settings_(std::move(settings)), http_(http) {}

  // UNAVAILABLE (`PROVIDER_UNAVAILABLE`) when the provider does not answer.
  absl::StatusOr<identity::ProviderMetadata> Provider();

  // Where the browser is sent to sign in, by authorization code with PKCE.
  absl::StatusOr<std::string> SignInUrl(const std::string& state, const std::string& nonce,
                                        const std::string& challenge);

  // Tokens for a code. UNAUTHENTICATED (`GRANT_REFUSED`) when it does not count,
  // UNAVAILABLE (`PROVIDER_UNAVAILABLE`) otherwise.
  absl::StatusOr<identity::TokenAnswer> Redeem(const std::string& code,
                                               const std::string& verifier);

  // New tokens for a refresh token, with the same errors.
  absl::StatusOr<identity::TokenAnswer> Refresh(const std::string& refresh_token);

  // Where the browser is sent to sign out at the provider too (OpenID Connect RP-Initiated Logout
  // 1.0). Empty when the provider offers no such place or cannot be asked.
  std::string SignOutUrl(const std::string& id_token);

  const OidcSettings& settings() const { return settings_; }

 private:
  absl::StatusOr<identity::TokenAnswer> Ask(const identity::FormFields& fields);
  void Forget();

  const OidcSettings settings_;
  http_client::Client& http_;
  std::mutex mutex_;
  std::optional<identity::ProviderMetadata> provider_;
};

}  // namespace avvik::gateway
