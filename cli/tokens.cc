#include "cli/tokens.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "cli/url.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::cli {
namespace {

using nlohmann::json;

constexpr char kPersonGrant[] = "urn:avvik:grant:person";

absl::StatusOr<std::string> ReadSecret(const std::string& path, const std::string& client) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  if (file) text << file.rdbuf();
  std::string secret = text.str();
  secret.erase(secret.find_last_not_of(" \t\r\n") + 1);
  if (!file || secret.empty()) {
    return status::Error(absl::StatusCode::kFailedPrecondition,
                         "the secret of the client " + client + " is not in " + path +
                             "; is the suite running (./run), and AVVIK_HOME its folder? A token "
                             "can also be given with --token",
                         "NO_CLIENT_SECRET", {{"file", path}});
  }
  return secret;
}

absl::Status Refused(const std::string& where, const http_client::Response& response) {
  const json answer = json::parse(response.body, nullptr, false);
  std::string why = "HTTP " + std::to_string(response.status);
  if (answer.is_object()) {
    for (const char* field : {"error_description", "error"}) {
      if (const auto found = answer.find(field); found != answer.end() && found->is_string()) {
        why = found->get<std::string>();
        break;
      }
    }
  }
  const auto code = response.status >= 500 || response.status == 429
                        ? absl::StatusCode::kUnavailable
                        : absl::StatusCode::kPermissionDenied;
  return status::Error(code, "the identity provider gave no token (" + where + "): " + why,
                       "NO_TOKEN");
}

absl::StatusOr<std::string> TextIn(const std::string& body, const char* field,
                                   const std::string& where) {
  const json answer = json::parse(body, nullptr, false);
  if (answer.is_object()) {
    if (const auto found = answer.find(field); found != answer.end() && found->is_string()) {
      return found->get<std::string>();
    }
  }
  return status::Error(absl::StatusCode::kUnavailable, where + " answered without `" + field + "`",
                       "NO_TOKEN");
}

}  // namespace

AskedToken::AskedToken(http_client::Client& http, const Settings& settings, Client client,
                       std::map<std::string, std::string> parameters)
    : http_(http),
      issuer_(settings.issuer),
      client_(std::move(client)),
      parameters_(std::move(parameters)),
      endpoint_(settings.token_endpoint) {}

absl::StatusOr<std::string> AskedToken::Token() {
  std::lock_guard lock(mutex_);
  if (token_.empty()) {
    AVVIK_ASSIGN_OR_RETURN(token_, Ask());
  }
  return token_;
}

bool AskedToken::Renew(const std::string& refused) {
  std::lock_guard lock(mutex_);
  if (token_ == refused) token_.clear();
  return true;
}

absl::StatusOr<std::string> AskedToken::Endpoint() {
  if (!endpoint_.empty()) return endpoint_;
  std::string url = issuer_;
  while (!url.empty() && url.back() == '/') url.pop_back();
  url += "/.well-known/openid-configuration";
  AVVIK_ASSIGN_OR_RETURN(const auto response, http_.Send({.url = url}));
  if (response.status != 200) return Refused(url, response);
  AVVIK_ASSIGN_OR_RETURN(endpoint_, TextIn(response.body, "token_endpoint", url));
  return endpoint_;
}

absl::StatusOr<std::string> AskedToken::Ask() {
  AVVIK_ASSIGN_OR_RETURN(const std::string secret, ReadSecret(client_.secret_file, client_.id));
  AVVIK_ASSIGN_OR_RETURN(const std::string endpoint, Endpoint());
  std::string body = "client_id=" + UrlEncoded(client_.id) + "&client_secret=" + UrlEncoded(secret);
  for (const auto& [name, value] : parameters_) body += "&" + name + "=" + UrlEncoded(value);
  http_client::Request request;
  request.method = "POST";
  request.url = endpoint;
  request.headers = {"Content-Type: application/x-www-form-urlencoded", "Accept: application/json"};
  request.body = std::move(body);
  request.timeout = absl::Seconds(15);
  AVVIK_ASSIGN_OR_RETURN(const auto response, http_.Send(request));
  if (response.status != 200) return Refused(endpoint, response);
  return TextIn(response.body, "access_token", endpoint);
}

std::unique_ptr<TokenSource> PersonToken(http_client::Client& http, const Settings& settings,
                                         const std::string& login) {
  return std::make_unique<AskedToken>(
      http, settings, AskedToken::Client{settings.client_id, settings.client_secret_file},
      std::map<std::string, std::string>{{"grant_type", kPersonGrant}, {"login", login}});
}

std::unique_ptr<TokenSource> MachineToken(http_client::Client& http, const Settings& settings,
                                          const std::string& client, const std::string& scope) {
  const std::string usual = client == kOperatorClient   ? "avvik.operator"
                            : client == "avvik-tickets" ? "avvik.tickets"
                                                        : "avvik.service";
  return std::make_unique<AskedToken>(
      http, settings, AskedToken::Client{client, settings.home + "/secrets/" + client + ".secret"},
      std::map<std::string, std::string>{{"grant_type", "client_credentials"},
                                         {"scope", scope.empty() ? usual : scope}});
}

}  // namespace avvik::cli
