#include "common/identity/token_source.h"

#include <algorithm>
#include <utility>

#include "common/identity/provider.h"
#include "common/identity/token_endpoint.h"
#include "common/log/log.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::identity {

ClientCredentialsSource::ClientCredentialsSource(ClientCredentials credentials,
                                                 TokenSourceOptions options,
                                                 http_client::Client& http, const Clock& clock)
    : credentials_(std::move(credentials)), options_(options), http_(http), clock_(clock) {}

absl::StatusOr<std::string> ClientCredentialsSource::Token() {
  std::unique_lock lock(mutex_);
  const auto usable = [this] { return clock_.Now() + kLeastTokenLifetime < expiry_; };
  const absl::Time now = clock_.Now();
  if (usable() && (now < renew_ || now < retry_ || requesting_)) return token_;
  if (requesting_) {
    requested_.wait(lock, [this] { return !requesting_; });
  } else if (now >= retry_) {
    requesting_ = true;
    lock.unlock();
    RequestAsTheOne();
    lock.lock();
  }
  if (usable()) return token_;
  return status::Error(
      absl::StatusCode::kUnavailable,
      "no access token from the identity provider: " + std::string(last_error_.message()),
      "TOKEN_SOURCE_UNAVAILABLE");
}

void ClientCredentialsSource::RequestAsTheOne() {
  absl::StatusOr<Granted> granted = Request();
  {
    std::lock_guard lock(mutex_);
    requesting_ = false;
    const absl::Time now = clock_.Now();
    if (granted.ok()) {
      token_ = std::move(granted->token);
      expiry_ = now + granted->lifetime;
      renew_ = expiry_ - std::min(options_.renew_before, granted->lifetime / 5);
      failures_ = 0;
      retry_ = absl::InfinitePast();
      last_error_ = absl::OkStatus();
    } else {
      const int doublings = std::min(failures_++, 20);
      retry_ = now + std::min(options_.first_retry * (1 << doublings), options_.last_retry);
      last_error_ = granted.status();
    }
  }
  requested_.notify_all();
  if (!granted.ok()) {
    log::Warning("service_token_unavailable",
                 {{"client_id", credentials_.client_id}, {"error", granted.status()}});
  }
}

absl::StatusOr<ClientCredentialsSource::Granted> ClientCredentialsSource::Request() {
  if (token_endpoint_.empty()) {
    AVVIK_ASSIGN_OR_RETURN(const ProviderMetadata provider, Discover(http_, credentials_.issuer));
    if (provider.token_endpoint.empty()) {
      return absl::FailedPreconditionError("the identity provider has no token endpoint");
    }
    token_endpoint_ = provider.token_endpoint;
  }
  FormFields fields = {{"grant_type", "client_credentials"}};
  if (!credentials_.scope.empty()) fields.emplace_back("scope", credentials_.scope);
  if (!credentials_.resource.empty()) fields.emplace_back("resource", credentials_.resource);
  const absl::StatusOr<TokenAnswer> answer =
      AskForTokens(http_, token_endpoint_,
                   {.id = credentials_.client_id, .secret = credentials_.client_secret}, fields);
  if (!answer.ok()) {
    token_endpoint_.clear();  // The provider may have moved it: ask again where it is.
    return answer.status();
  }
  return Granted{.token = answer->access_token, .lifetime = answer->lifetime};
}

}  // namespace avvik::identity
