#include "common/identity/token_endpoint.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "common/identity/jwt.h"
#include "common/identity/strict_json.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "nlohmann/json.hpp"

namespace avvik::identity {
namespace {

// Lifetime of a token whose `expires_in` the provider leaves out, and the longest believed.
constexpr absl::Duration kDefaultLifetime = absl::Minutes(1);
constexpr absl::Duration kLongestLifetime = absl::Hours(24);

std::string FormEncodeText(std::string_view text) {
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

std::string TextMember(const nlohmann::json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

// RFC 6749 section 5.2: a code such as invalid_client, which may be shown; the description may not.
absl::Status ErrorOf(const http_client::Response& response,
                     const std::optional<nlohmann::json>& answer, const std::string& endpoint) {
  const std::string code = answer ? TextMember(*answer, "error").substr(0, 40) : "";
  const std::string message =
      endpoint + ": status " + std::to_string(response.status) + (code.empty() ? "" : ", ") + code;
  if (code == "invalid_grant") {
    return status::Error(absl::StatusCode::kUnauthenticated, message, "GRANT_REFUSED");
  }
  return absl::UnavailableError(message);
}

}  // namespace

std::string FormEncode(const FormFields& fields) {
  std::string form;
  for (const auto& [name, value] : fields) {
    if (!form.empty()) form += '&';
    form += FormEncodeText(name) + '=' + FormEncodeText(value);
  }
  return form;
}

absl::StatusOr<TokenAnswer> AskForTokens(http_client::Client& http, const std::string& endpoint,
                                         const ConfidentialClient& client,
                                         const FormFields& fields) {
  http_client::Request request;
  request.method = "POST";
  request.url = endpoint;
  request.headers = {"Content-Type: application/x-www-form-urlencoded", "Accept: application/json",
                     "Authorization: Basic " +
                         Base64(FormEncodeText(client.id) + ":" + FormEncodeText(client.secret))};
  request.body = FormEncode(fields);
  AVVIK_ASSIGN_OR_RETURN(const http_client::Response response, http.Send(request));
  const std::optional<nlohmann::json> answer = ParseJsonObject(response.body);
  if (response.status != 200) return ErrorOf(response, answer, endpoint);
  if (!answer) return absl::UnavailableError(endpoint + ": not a JSON object");
  TokenAnswer granted{.access_token = TextMember(*answer, "access_token"),
                      .refresh_token = TextMember(*answer, "refresh_token"),
                      .id_token = TextMember(*answer, "id_token"),
                      .lifetime = kDefaultLifetime};
  if (granted.access_token.empty() || granted.access_token.size() > kMaxTokenBytes) {
    return absl::UnavailableError(endpoint + ": no usable `access_token` in the answer");
  }
  const auto lifetime = answer->find("expires_in");
  if (lifetime != answer->end() && lifetime->is_number_unsigned()) {
    granted.lifetime =
        std::min(absl::Seconds(1) * std::min<uint64_t>(lifetime->get<uint64_t>(), 1'000'000),
                 kLongestLifetime);
  }
  if (granted.lifetime <= kLeastTokenLifetime) {
    return absl::UnavailableError(endpoint + ": the access token expires at once");
  }
  return granted;
}

}  // namespace avvik::identity
