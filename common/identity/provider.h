// What an OpenID provider says about itself (OpenID Connect Discovery 1.0).
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/http_client/client.h"

namespace avvik::identity {

// Addresses of a provider; those it does not offer are empty.
struct ProviderMetadata {
  std::string issuer;
  std::string jwks_uri;  // Never empty.
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string end_session_endpoint;
  // Whether its answers to sign-in requests always name it as `iss` (RFC 9207).
  bool names_itself = false;
};

// Whether `url` may carry tokens and keys: https, or http to this machine's own loopback address.
// INVALID_ARGUMENT says why not.
absl::Status CheckProviderUrl(const std::string& url);

// Asks the provider for its metadata. UNAVAILABLE when it does not answer or answers with something
// else; FAILED_PRECONDITION when it calls itself other than `issuer` or names an address that
// CheckProviderUrl refuses.
absl::StatusOr<ProviderMetadata> Discover(http_client::Client& http, const std::string& issuer);

}  // namespace avvik::identity
