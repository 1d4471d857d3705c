// Tokens for the calls a service makes itself (OAuth 2.0 client credentials, RFC 6749 section 4.4).
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/http_client/client.h"

namespace avvik::identity {

// Thread-safe.
class TokenSource {
 public:
  virtual ~TokenSource() = default;

  // A token that is good for some time yet. UNAVAILABLE (`TOKEN_SOURCE_UNAVAILABLE`) when none can
  // be had now.
  virtual absl::StatusOr<std::string> Token() = 0;
};

struct ClientCredentials {
  std::string issuer;
  std::string client_id;
  std::string client_secret;  // Never written to a log or an error.
  std::string scope;          // Such as kServiceScope.
  std::string resource;  // Resource indicator (RFC 8707) when the provider wants one; may be empty.
};

struct TokenSourceOptions {
  // A token is replaced this long before it expires, or when a fifth of its life is left if that is
  // later; until it expires, callers get it without waiting.
  absl::Duration renew_before = absl::Minutes(1);
  // Pauses after failed requests: the first, and the longest to which they double.
  absl::Duration first_retry = absl::Milliseconds(200);
  absl::Duration last_retry = absl::Seconds(10);
};

// Keeps one token. Only one thread asks the provider at a time, the others wait for its answer when
// there is no token left to use.
class ClientCredentialsSource final : public TokenSource {
 public:
  ClientCredentialsSource(ClientCredentials credentials, TokenSourceOptions options,
                          http_client::Client& http, const Clock& clock);

  absl::StatusOr<std::string> Token() override;

 private:
  struct Granted {
    std::string token;
    absl::Duration lifetime;
  };
  // Asks and notes the outcome; the caller has set `requesting_`.
  void RequestAsTheOne();
  absl::StatusOr<Granted> Request();

  const ClientCredentials credentials_;
  const TokenSourceOptions options_;
  http_client::Client& http_;
  const Clock& clock_;
  std::string token_endpoint_;  // Empty until discovered. Used by the requesting thread only.

  std::mutex mutex_;
  std::condition_variable requested_;
  bool requesting_ = false;
  std::string token_;
  absl::Time expiry_ = absl::InfinitePast();
  absl::Time renew_ = absl::InfinitePast();
  int failures_ = 0;  // In a row.
  absl::Time retry_ = absl::InfinitePast();
  absl::Status last_error_;
};

}  // namespace avvik::identity
