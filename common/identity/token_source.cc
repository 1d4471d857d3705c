#include "common/identity/token_source.h"

#include <openssl/evp.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "common/identity/jwt.h"
#include "common/identity/provider.h"
#include "common/identity/strict_json.h"
#include "common/log/log.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "nlohmann/json.hpp"

namespace avvik::identity {
namespace {

// Lifetime of a token whose `expires_in` the provider leaves out, and the longest believed.
constexpr absl::Duration kDefaultLifetime = absl::Minutes(1);
constexpr absl::Duration kLongestLifetime = absl::Hours(24);
// What a token must have left to be worth handing out: it has yet to reach the other side.
constexpr absl::Duration kLeastLeft = absl::Seconds(5);

// application/x-www-form-urlencoded, as RFC 6749 appendix B wants it.
std::string FormEncode(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '*';
    if (plain) {
      encoded.push_back(c);
    } else {
      encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return encoded;
}

std::string Base64(const std::string& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

}  // namespace

ClientCredentialsSource::ClientCredentialsSource(ClientCredentials credentials,
                                                 TokenSourceOptions options,
                                                 http_client::Client& http, const Clock& clock)
    : credentials_(std::move(credentials)), options_(options), http_(http), clock_(clock) {}

absl::StatusOr<std::string> ClientCredentialsSource::Token() {
  std::unique_lock lock(mutex_);
  const auto usable = [this] { return clock_.Now() + kLeastLeft < expiry_; };
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
  http_client::Request request;
  request.method = "POST";
  request.url = token_endpoint_;
  request.headers = {"Content-Type: application/x-www-form-urlencoded", "Accept: application/json",
                     "Authorization: Basic " + Base64(FormEncode(credentials_.client_id) + ":" +
                                                      FormEncode(credentials_.client_secret))};
  request.body = "grant_type=client_credentials";
  if (!credentials_.scope.empty()) request.body += "&scope=" + FormEncode(credentials_.scope);
  if (!credentials_.resource.empty())
    request.body += "&resource=" + FormEncode(credentials_.resource);

  const absl::StatusOr<http_client::Response> response = http_.Send(request);
  const std::string endpoint = token_endpoint_;
  if (!response.ok() || response->status >= 500 || response->status == 404) {
    token_endpoint_.clear();  // The provider may have moved it: ask again where it is.
  }
  if (!response.ok()) return response.status();
  const std::optional<nlohmann::json> answer = ParseJsonObject(response->body);
  if (response->status != 200) {
    // RFC 6749 section 5.2: a code such as invalid_client, which may be shown; the description may
    // not.
    std::string code;
    if (answer && answer->contains("error") && answer->at("error").is_string()) {
      code = ", " + answer->at("error").get<std::string>().substr(0, 40);
    }
    return absl::UnavailableError(endpoint + ": status " + std::to_string(response->status) + code);
  }
  if (!answer) return absl::UnavailableError(endpoint + ": not a JSON object");
  const auto token = answer->find("access_token");
  if (token == answer->end() || !token->is_string() ||
      token->get_ref<const std::string&>().empty() ||
      token->get_ref<const std::string&>().size() > kMaxTokenBytes) {
    return absl::UnavailableError(endpoint + ": no usable `access_token` in the answer");
  }
  Granted granted{.token = token->get<std::string>(), .lifetime = kDefaultLifetime};
  const auto lifetime = answer->find("expires_in");
  if (lifetime != answer->end() && lifetime->is_number_unsigned()) {
    granted.lifetime =
        std::min(absl::Seconds(1) * std::min<uint64_t>(lifetime->get<uint64_t>(), 1'000'000),
                 kLongestLifetime);
  }
  if (granted.lifetime <= kLeastLeft) {
    return absl::UnavailableError(endpoint + ": the access token expires at once");
  }
  return granted;
}

}  // namespace avvik::identity
