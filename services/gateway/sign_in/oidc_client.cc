#include "services/gateway/sign_in/oidc_client.h"

#include "common/log/log.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::gateway {
namespace {

absl::Status Away(const absl::Status& why) {
  log::Warning("provider_unavailable", {{"error", why}});
  return status::Error(absl::StatusCode::kUnavailable,
                       "The sign-in provider does not answer at the moment; try again soon.",
                       "PROVIDER_UNAVAILABLE");
}

std::string WithQuery(const std::string& url, const identity::FormFields& fields) {
  return url + (url.find('?') == std::string::npos ? '?' : '&') + identity::FormEncode(fields);
}

}  // namespace

absl::StatusOr<identity::ProviderMetadata> OidcClient::Provider() {
  {
    std::lock_guard lock(mutex_);
    if (provider_) return *provider_;
  }
  absl::StatusOr<identity::ProviderMetadata> found = identity::Discover(http_, settings_.issuer);
  if (found.ok() && (found->authorization_endpoint.empty() || found->token_endpoint.empty())) {
    found = absl::FailedPreconditionError("the provider cannot sign people in");
  }
  if (!found.ok()) return Away(found.status());
  std::lock_guard lock(mutex_);
  provider_ = *found;
  return found;
}

void OidcClient::Forget() {
  std::lock_guard lock(mutex_);
  provider_.reset();
}

absl::StatusOr<std::string> OidcClient::SignInUrl(const std::string& state,
                                                  const std::string& nonce,
                                                  const std::string& challenge) {
  AVVIK_ASSIGN_OR_RETURN(const identity::ProviderMetadata provider, Provider());
  return WithQuery(provider.authorization_endpoint, {{"response_type", "code"},
                                                     {"client_id", settings_.client.id},
                                                     {"redirect_uri", settings_.callback},
                                                     {"scope", settings_.scope},
                                                     {"state", state},
                                                     {"nonce", nonce},
                                                     {"code_challenge", challenge},
                                                     {"code_challenge_method", "S256"}});
}

absl::StatusOr<identity::TokenAnswer> OidcClient::Redeem(const std::string& code,
                                                         const std::string& verifier) {
  return Ask({{"grant_type", "authorization_code"},
              {"code", code},
              {"redirect_uri", settings_.callback},
              {"code_verifier", verifier}});
}

absl::StatusOr<identity::TokenAnswer> OidcClient::Refresh(const std::string& refresh_token) {
  return Ask({{"grant_type", "refresh_token"}, {"refresh_token", refresh_token}});
}

absl::StatusOr<identity::TokenAnswer> OidcClient::Ask(const identity::FormFields& fields) {
  AVVIK_ASSIGN_OR_RETURN(const identity::ProviderMetadata provider, Provider());
  const auto answer =
      identity::AskForTokens(http_, provider.token_endpoint, settings_.client, fields);
  if (answer.ok() || absl::IsUnauthenticated(answer.status())) return answer;
  Forget();  // The provider may have moved.
  return Away(answer.status());
}

std::string OidcClient::SignOutUrl(const std::string& id_token) {
  const absl::StatusOr<identity::ProviderMetadata> provider = Provider();
  if (!provider.ok() || provider->end_session_endpoint.empty()) return "";
  identity::FormFields fields = {{"client_id", settings_.client.id},
                                 {"post_logout_redirect_uri", settings_.after_sign_out}};
  if (!id_token.empty()) fields.emplace_back("id_token_hint", id_token);
  return WithQuery(provider->end_session_endpoint, fields);
}

}  // namespace avvik::gateway
