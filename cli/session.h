// What every command works with: settings, output, HTTP, and the API in the name of whoever asks.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "cli/api.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "cli/tokens.h"
#include "common/http_client/client.h"

namespace avvik::cli {

// The API with the token it is used with.
class Caller {
 public:
  Caller(http_client::Client& http, std::unique_ptr<TokenSource> tokens, const std::string& url,
         const std::string& tenant)
      : tokens_(std::move(tokens)), api_(http, tokens_.get(), url, tenant) {}

  Api& api() { return api_; }
  Api* operator->() { return &api_; }

 private:
  const std::unique_ptr<TokenSource> tokens_;
  Api api_;
};

struct Session {
  Settings settings;
  Output& out;
  http_client::Client& http;

  // Whether the caller says by a token or login who asks.
  bool IsSomebody() const { return !settings.token.empty() || !settings.as.empty(); }

  // As --token or --as say; otherwise as the operator of the municipality `tenant` (empty:
  // Tenant()).
  absl::StatusOr<std::unique_ptr<Caller>> AsAsked(const std::string& tenant = "");
  // As a person.
  std::unique_ptr<Caller> AsPerson(const std::string& login);
  // As nobody.
  Api AsNobody() { return Api(http, nullptr, settings.url, ""); }

  // The municipality that the operator acts for: --tenant, otherwise that of the organisation file
  // in use. FAILED_PRECONDITION when neither says it.
  absl::StatusOr<std::string> Tenant() const;
};

}  // namespace avvik::cli
