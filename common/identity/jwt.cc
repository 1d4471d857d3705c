#include "common/identity/jwt.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "common/identity/base64url.h"
#include "common/identity/strict_json.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "nlohmann/json.hpp"

namespace avvik::identity {
namespace {

constexpr size_t kMaxTextBytes = 300;
constexpr size_t kMaxScopeBytes = 2000;
constexpr size_t kMaxGroups = 200;
constexpr size_t kMaxMethods = 20;
constexpr double kLastInstant = 253402300799;  // 9999-12-31T23:59:59Z.

absl::Status Refused(const std::string& reason, const std::string& message) {
  return status::Error(absl::StatusCode::kUnauthenticated, message, reason);
}

absl::Status BadClaim(const std::string& claim) {
  return status::Error(absl::StatusCode::kUnauthenticated,
                       "the access token's claim `" + claim + "` is missing or unusable",
                       "TOKEN_CLAIMS", {{"claim", claim}});
}

// The three parts of a token, still encoded.
struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_input;
};

std::optional<Parts> Split(std::string_view token) {
  const size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  return Parts{.header = token.substr(0, first),
               .payload = token.substr(first + 1, second - first - 1),
               .signature = token.substr(second + 1),
               .signed_input = token.substr(0, second)};
}

std::optional<nlohmann::json> DecodeObject(std::string_view part) {
  const std::optional<std::string> text = Base64UrlDecode(part);
  if (!text) return std::nullopt;
  return ParseJsonObject(*text);
}

// `typ` in lower case, without the prefix that may be left out (RFC 7515 section 4.1.9). Nothing
// when it is no text.
std::optional<std::string> TypeOf(const nlohmann::json& header) {
  const auto type = header.find("typ");
  if (type == header.end()) return "";
  if (!type->is_string()) return std::nullopt;
  std::string text = type->get<std::string>();
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text.starts_with("application/") ? text.substr(12) : text;
}

// RFC 9068 section 4.
bool IsAccessTokenType(const nlohmann::json& header) { return TypeOf(header) == "at+jwt"; }

bool IsIdTokenType(const nlohmann::json& header) {
  const std::optional<std::string> type = TypeOf(header);
  return type == "" || type == "jwt";
}

absl::StatusOr<std::shared_ptr<const PublicKey>> KeyFor(const nlohmann::json& header,
                                                        bool (*has_type)(const nlohmann::json&),
                                                        KeyFinder& keys) {
  if (header.contains("crit")) {
    return Refused("TOKEN_MALFORMED", "the access token demands an extension");
  }
  if (!has_type(header)) {
    return Refused("TOKEN_TYPE", "the token is not of the type that is wanted, such as at+jwt");
  }
  const auto name = header.find("alg");
  const std::optional<Algorithm> algorithm = name != header.end() && name->is_string()
                                                 ? AlgorithmFromName(name->get<std::string>())
                                                 : std::nullopt;
  if (!algorithm) {
    return Refused("TOKEN_ALGORITHM", "the access token is not signed with RS256 or ES256");
  }
  const auto id = header.find("kid");
  if (id == header.end() || !id->is_string() || id->get_ref<const std::string&>().empty()) {
    return Refused("TOKEN_KEY_UNKNOWN", "the access token does not name its key");
  }
  return keys.Find(id->get<std::string>(), *algorithm);
}

// A time in seconds since 1970 (RFC 7519 section 2, NumericDate). Unset when the claim is missing.
absl::Status ReadTime(const nlohmann::json& payload, const char* claim,
                      std::optional<absl::Time>* out) {
  const auto value = payload.find(claim);
  if (value == payload.end()) return absl::OkStatus();
  if (!value->is_number()) return BadClaim(claim);
  const double seconds = value->get<double>();
  if (!(seconds >= 0 && seconds <= kLastInstant)) return BadClaim(claim);
  *out = absl::FromUnixMillis(static_cast<int64_t>(std::floor(seconds * 1000)));
  return absl::OkStatus();
}

// A text without control characters. Empty when the claim is missing.
absl::Status ReadText(const nlohmann::json& payload, const char* claim, size_t max_bytes,
                      std::string* out) {
  const auto value = payload.find(claim);
  if (value == payload.end()) return absl::OkStatus();
  if (!value->is_string()) return BadClaim(claim);
  *out = value->get<std::string>();
  if (out->size() > max_bytes) return BadClaim(claim);
  for (const char c : *out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return BadClaim(claim);
  }
  return absl::OkStatus();
}

// A list of such texts, none of them empty; one text alone is a list of one, as ADFS writes it. Empty
// when the claim is missing.
absl::Status ReadTexts(const nlohmann::json& payload, const char* claim, size_t max_bytes,
                       size_t max_items, std::vector<std::string>* out) {
  const auto value = payload.find(claim);
  if (value == payload.end()) return absl::OkStatus();
  const nlohmann::json list = value->is_string() ? nlohmann::json::array({*value}) : *value;
  if (!list.is_array() || list.size() > max_items) return BadClaim(claim);
  for (const nlohmann::json& item : list) {
    const nlohmann::json alone = {{claim, item}};
    AVVIK_RETURN_IF_ERROR(ReadText(alone, claim, max_bytes, &out->emplace_back()));
    if (out->back().empty()) return BadClaim(claim);
  }
  return absl::OkStatus();
}

absl::Status CheckIssuerAndAudience(const nlohmann::json& payload, const TokenRules& rules) {
  const auto issuer = payload.find("iss");
  if (issuer == payload.end() || *issuer != rules.issuer) {
    return Refused("TOKEN_ISSUER", "the access token comes from another issuer");
  }
  const auto audience = payload.find("aud");
  bool meant_for_us = false;
  if (audience != payload.end()) {
    if (audience->is_array()) {
      for (const nlohmann::json& entry : *audience) meant_for_us |= entry == rules.audience;
    } else {
      meant_for_us = *audience == rules.audience;
    }
  }
  if (!meant_for_us) {
    return Refused("TOKEN_AUDIENCE", "the access token is meant for another audience");
  }
  return absl::OkStatus();
}

absl::Status CheckTimes(const nlohmann::json& payload, const TokenRules& rules, absl::Time now,
                        absl::Time* expiry) {
  std::optional<absl::Time> exp, nbf, iat;
  AVVIK_RETURN_IF_ERROR(ReadTime(payload, "exp", &exp));
  AVVIK_RETURN_IF_ERROR(ReadTime(payload, "nbf", &nbf));
  AVVIK_RETURN_IF_ERROR(ReadTime(payload, "iat", &iat));
  if (!exp) return BadClaim("exp");
  if (now >= *exp + rules.leeway) return Refused("TOKEN_EXPIRED", "the access token has expired");
  for (const std::optional<absl::Time>& start : {nbf, iat}) {
    if (start && now + rules.leeway < *start) {
      return Refused("TOKEN_NOT_YET_VALID", "the access token is not valid yet");
    }
  }
  *expiry = *exp;
  return absl::OkStatus();
}

absl::StatusOr<Claims> ReadClaims(const nlohmann::json& payload, const TokenRules& rules,
                                  absl::Time now) {
  AVVIK_RETURN_IF_ERROR(CheckIssuerAndAudience(payload, rules));
  Claims claims;
  AVVIK_RETURN_IF_ERROR(CheckTimes(payload, rules, now, &claims.expiry));
  AVVIK_RETURN_IF_ERROR(ReadText(payload, "sub", kMaxTextBytes, &claims.subject));
  if (claims.subject.empty()) return BadClaim("sub");
  AVVIK_RETURN_IF_ERROR(ReadText(payload, "client_id", kMaxTextBytes, &claims.client_id));
  AVVIK_RETURN_IF_ERROR(ReadText(payload, "tenant", kMaxTextBytes, &claims.tenant));
  AVVIK_RETURN_IF_ERROR(ReadText(payload, "name", kMaxTextBytes, &claims.name));
  AVVIK_RETURN_IF_ERROR(ReadText(payload, "email", kMaxTextBytes, &claims.email));
  std::string scope;  // Names with single spaces between (RFC 8693 section 4.2).
  AVVIK_RETURN_IF_ERROR(ReadText(payload, "scope", kMaxScopeBytes, &scope));
  for (size_t begin = 0; begin < scope.size();) {
    const size_t end = std::min(scope.find(' ', begin), scope.size());
    if (end > begin) claims.scopes.push_back(scope.substr(begin, end - begin));
    begin = end + 1;
  }
  AVVIK_RETURN_IF_ERROR(ReadTexts(payload, "groups", kMaxTextBytes, kMaxGroups, &claims.groups));
  AVVIK_RETURN_IF_ERROR(ReadText(payload, "acr", kMaxTextBytes, &claims.acr));
  AVVIK_RETURN_IF_ERROR(ReadTexts(payload, "amr", kMaxTextBytes, kMaxMethods, &claims.amr));
  return claims;
}

// The claims of a token of the wanted type whose signature holds.
absl::StatusOr<nlohmann::json> VerifiedPayload(std::string_view token,
                                               bool (*has_type)(const nlohmann::json&),
                                               KeyFinder& keys) {
  if (token.size() > kMaxTokenBytes) {
    return Refused("TOKEN_TOO_LARGE", "the access token is longer than 8 KiB");
  }
  const std::optional<Parts> parts = Split(token);
  if (!parts) return Refused("TOKEN_MALFORMED", "the access token has not three parts");
  const std::optional<nlohmann::json> header = DecodeObject(parts->header);
  const std::optional<std::string> signature = Base64UrlDecode(parts->signature);
  if (!header || !signature) {
    return Refused("TOKEN_MALFORMED", "the access token's header or signature is not readable");
  }
  AVVIK_ASSIGN_OR_RETURN(const std::shared_ptr<const PublicKey> key,
                         KeyFor(*header, has_type, keys));
  // A wrong finder cannot lend a key to another algorithm: the key itself decides how it verifies.
  if (!key->Verifies(parts->signed_input, *signature)) {
    return Refused("TOKEN_SIGNATURE", "the access token's signature does not hold");
  }
  std::optional<nlohmann::json> payload = DecodeObject(parts->payload);
  if (!payload) return Refused("TOKEN_MALFORMED", "the access token's claims are not readable");
  return *std::move(payload);
}

}  // namespace

absl::StatusOr<Claims> VerifyToken(std::string_view token, KeyFinder& keys, const TokenRules& rules,
                                   absl::Time now) {
  AVVIK_ASSIGN_OR_RETURN(const nlohmann::json payload,
                         VerifiedPayload(token, IsAccessTokenType, keys));
  return ReadClaims(payload, rules, now);
}

absl::StatusOr<Claims> VerifyIdToken(std::string_view token, KeyFinder& keys,
                                     const TokenRules& rules, std::string_view nonce,
                                     absl::Time now) {
  AVVIK_ASSIGN_OR_RETURN(const nlohmann::json payload, VerifiedPayload(token, IsIdTokenType, keys));
  AVVIK_ASSIGN_OR_RETURN(Claims claims, ReadClaims(payload, rules, now));
  const auto party = payload.find("azp");
  const bool several = payload.at("aud").is_array() && payload.at("aud").size() > 1;
  if (party == payload.end() ? several : *party != rules.audience) {
    return Refused("TOKEN_AUDIENCE", "the ID token was made for another client");
  }
  const auto stated = payload.find("nonce");
  if (nonce.empty() || stated == payload.end() || *stated != std::string(nonce)) {
    return Refused("TOKEN_NONCE", "the ID token does not answer this sign-in");
  }
  return claims;
}

}  // namespace avvik::identity
