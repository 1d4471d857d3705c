#include "common/identity/provider.h"

#include <optional>
#include <string_view>

#include "common/identity/strict_json.h"
#include "common/status/macros.h"
#include "nlohmann/json.hpp"

namespace avvik::identity {
namespace {

// The host of an http address, lower case expected; empty when there is none.
std::string_view HostOf(std::string_view rest) {
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos) return "";
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

}  // namespace

absl::Status CheckProviderUrl(const std::string& url) {
  const std::string_view text = url;
  if (text.starts_with("https://")) {
    if (!HostOf(text.substr(8)).empty()) return absl::OkStatus();
  } else if (text.starts_with("http://")) {
    const std::string_view host = HostOf(text.substr(7));
    if (host == "localhost" || host == "127.0.0.1" || host == "[::1]") return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "the identity provider's address must be https://, or http:// to this machine's loopback: " +
      url.substr(0, url.find_first_of("?#@")));
}

absl::StatusOr<ProviderMetadata> Discover(http_client::Client& http, const std::string& issuer) {
  AVVIK_RETURN_IF_ERROR(CheckProviderUrl(issuer));
  http_client::Request request;
  request.url = (issuer.ends_with('/') ? issuer.substr(0, issuer.size() - 1) : issuer) +
                "/.well-known/openid-configuration";
  request.headers = {"Accept: application/json"};
  AVVIK_ASSIGN_OR_RETURN(const http_client::Response response, http.Send(request));
  if (response.status != 200) {
    return absl::UnavailableError(request.url + ": status " + std::to_string(response.status));
  }
  const std::optional<nlohmann::json> document = ParseJsonObject(response.body);
  if (!document) return absl::UnavailableError(request.url + ": not a JSON object");
  const auto text = [&](const char* name) -> std::string {
    const auto member = document->find(name);
    return member != document->end() && member->is_string() ? member->get<std::string>() : "";
  };
  ProviderMetadata metadata{.issuer = text("issuer"),
                            .jwks_uri = text("jwks_uri"),
                            .authorization_endpoint = text("authorization_endpoint"),
                            .token_endpoint = text("token_endpoint"),
                            .end_session_endpoint = text("end_session_endpoint")};
  const auto names_itself = document->find("authorization_response_iss_parameter_supported");
  metadata.names_itself = names_itself != document->end() && *names_itself == true;
  if (metadata.issuer != issuer) {
    return absl::FailedPreconditionError(request.url + ": the provider calls itself by another " +
                                         "issuer than the one configured");
  }
  for (const auto& [name, url, required] :
       {std::tuple<const char*, const std::string&, bool>{"jwks_uri", metadata.jwks_uri, true},
        {"authorization_endpoint", metadata.authorization_endpoint, false},
        {"token_endpoint", metadata.token_endpoint, false},
        {"end_session_endpoint", metadata.end_session_endpoint, false}}) {
    if (url.empty() && !required) continue;
    if (const absl::Status checked = CheckProviderUrl(url); !checked.ok()) {
      return absl::FailedPreconditionError(request.url + ": " + name + ": " +
                                           std::string(checked.message()));
    }
  }
  return metadata;
}

}  // namespace avvik::identity
