// Access tokens for the command line: given, or asked for at the identity provider's token endpoint
// (RFC 6749).
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "cli/settings.h"
#include "common/http_client/client.h"

namespace avvik::cli {

// Thread-safe.
class TokenSource {
 public:
  virtual ~TokenSource() = default;

  // UNAVAILABLE when the provider cannot be reached, PERMISSION_DENIED when it refuses.
  virtual absl::StatusOr<std::string> Token() = 0;

  // The token was not accepted: the next one is a new one, where one can be had. False where none
  // can.
  virtual bool Renew(const std::string& refused) = 0;
};

// A token from the caller's hands.
class GivenToken final : public TokenSource {
 public:
  explicit GivenToken(std::string token) : token_(std::move(token)) {}
  absl::StatusOr<std::string> Token() override { return token_; }
  bool Renew(const std::string&) override { return false; }

 private:
  const std::string token_;
};

// Asks once and keeps the answer.
class AskedToken final : public TokenSource {
 public:
  struct Client {
    std::string id;
    std::string secret_file;
  };

  // `parameters` are those of the token request, `grant_type` among them. `http` must outlive it.
  AskedToken(http_client::Client& http, const Settings& settings, Client client,
             std::map<std::string, std::string> parameters);

  absl::StatusOr<std::string> Token() override;
  bool Renew(const std::string& refused) override;

 private:
  absl::StatusOr<std::string> Ask();
  absl::StatusOr<std::string> Endpoint();

  http_client::Client& http_;
  const std::string issuer_;
  const Client client_;
  const std::map<std::string, std::string> parameters_;

  std::mutex mutex_;
  std::string endpoint_;
  std::string token_;
};

// A person's token, from the local identity provider, which asks nobody for a password.
std::unique_ptr<TokenSource> PersonToken(http_client::Client& http, const Settings& settings,
                                         const std::string& login);

// A machine's token by client credentials; its secret lies in `secrets/CLIENT.secret` of
// AVVIK_HOME. An empty scope is the one such a client has: `avvik.operator`, `avvik.tickets`,
// otherwise `avvik.service`.
std::unique_ptr<TokenSource> MachineToken(http_client::Client& http, const Settings& settings,
                                          const std::string& client, const std::string& scope = "");

// The client that administrates.
inline constexpr char kOperatorClient[] = "avvik-operator";

}  // namespace avvik::cli
