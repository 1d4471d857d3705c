#include "services/gateway/sign_in/attempt.h"

#include <openssl/sha.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/identity/base64url.h"
#include "common/status/error.h"
#include "services/gateway/url.h"

namespace avvik::gateway {
namespace {

using nlohmann::json;

constexpr char kContext[] = "avvik.sign-in";
constexpr size_t kMaxTarget = 1024;
constexpr size_t kMaxShownError = 40;

absl::Status Refused(const std::string& reason, const std::string& message) {
  return status::Error(absl::StatusCode::kUnauthenticated, message, reason);
}

// An error code as RFC 6749 allows them, cut; anything else is not repeated.
std::string Shown(const std::string& error) {
  const bool plain = std::all_of(error.begin(), error.end(),
                                 [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return plain ? error.substr(0, kMaxShownError) : "unknown";
}

}  // namespace

Attempt NewAttempt(const std::string& return_to, const std::string& previous, absl::Time now) {
  return {.state = RandomText(),
          .nonce = RandomText(),
          .verifier = RandomText(),
          .return_to = return_to,
          .previous = previous,
          .expiry = now + kAttemptTime};
}

std::string CodeChallenge(std::string_view verifier) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(verifier.data()), verifier.size(), digest);
  return identity::Base64UrlEncode(
      std::string_view(reinterpret_cast<const char*>(digest), sizeof digest));
}

std::string SealAttempt(const Attempt& attempt, const Sealer& sealer) {
  const json content = {
      {"state", attempt.state},       {"nonce", attempt.nonce},
      {"verifier", attempt.verifier}, {"return_to", attempt.return_to},
      {"previous", attempt.previous}, {"expiry", absl::ToUnixMicros(attempt.expiry)}};
  return identity::Base64UrlEncode(sealer.Seal(content.dump(), kContext));
}

std::optional<Attempt> OpenAttempt(std::string_view cookie, const Sealer& sealer) {
  const std::optional<std::string> sealed = identity::Base64UrlDecode(cookie);
  if (!sealed) return std::nullopt;
  const std::optional<std::string> content = sealer.Open(*sealed, kContext);
  if (!content) return std::nullopt;
  try {
    const json object = json::parse(*content);
    return Attempt{.state = object.at("state"),
                   .nonce = object.at("nonce"),
                   .verifier = object.at("verifier"),
                   .return_to = object.at("return_to"),
                   .previous = object.at("previous"),
                   .expiry = absl::FromUnixMicros(object.at("expiry").get<int64_t>())};
  } catch (const json::exception&) {
    return std::nullopt;  // Sealed by another version of the gateway.
  }
}

std::optional<CallbackAnswer> ReadCallback(std::string_view query) {
  CallbackAnswer answer;
  const std::pair<std::string_view, std::string*> fields[] = {{"code", &answer.code},
                                                              {"state", &answer.state},
                                                              {"iss", &answer.issuer},
                                                              {"error", &answer.error}};
  for (const QueryParameter& parameter : SplitQuery(query)) {
    for (const auto& [name, value] : fields) {
      if (parameter.name != name) continue;
      const std::optional<std::string> decoded = QueryDecode(parameter.value);
      if (!decoded || !value->empty()) return std::nullopt;
      *value = *decoded;
    }
  }
  return answer;
}

absl::StatusOr<std::string> CodeOf(const CallbackAnswer& answer,
                                   const std::optional<Attempt>& attempt,
                                   const ExpectedIssuer& expected, absl::Time now) {
  if (!attempt) return Refused("SIGN_IN_NOT_BEGUN", "This browser has not begun to sign in.");
  if (answer.state.empty() || answer.state != attempt->state) {
    return Refused("SIGN_IN_STATE",
                   "The answer belongs to another sign-in than the one begun last.");
  }
  if (now >= attempt->expiry) return Refused("SIGN_IN_TOO_LATE", "Signing in took too long.");
  if (answer.issuer.empty() ? expected.always_named : answer.issuer != expected.issuer) {
    return Refused("SIGN_IN_ISSUER", "The answer does not come from our sign-in provider.");
  }
  if (!answer.error.empty()) {
    return status::Error(absl::StatusCode::kUnauthenticated,
                         "The sign-in provider refused: " + Shown(answer.error) + ".",
                         "SIGN_IN_REFUSED", {{"error", Shown(answer.error)}});
  }
  if (answer.code.empty()) return Refused("SIGN_IN_CODE", "The answer holds no code.");
  return answer.code;
}

bool IsLocalTarget(std::string_view target) {
  if (target.empty() || target.size() > kMaxTarget || target[0] != '/') return false;
  if (target.size() > 1 && (target[1] == '/' || target[1] == '\\')) return false;
  // Browsers read a backslash as a slash, and drop tabs and line breaks.
  return std::all_of(target.begin(), target.end(),
                     [](char c) { return c > ' ' && c < 0x7f && c != '\\'; });
}

}  // namespace avvik::gateway
