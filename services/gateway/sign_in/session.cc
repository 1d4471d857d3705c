#include "services/gateway/sign_in/session.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace avvik::gateway {
namespace {

using nlohmann::json;

// A token is renewed this long before it expires, or when a fifth of its life is left if that is
// later.
constexpr absl::Duration kRenewBefore = absl::Minutes(1);

int64_t Micros(absl::Time time) { return absl::ToUnixMicros(time); }

absl::Time TimeOf(const json& object, const char* name) {
  return absl::FromUnixMicros(object.at(name).get<int64_t>());
}

}  // namespace

absl::Duration TimeToLive(const Session& session, const SessionLimits& limits, absl::Time now) {
  return std::min(limits.idle, session.end - now);
}

TokenUse UseOf(const Session& session, absl::Time now) {
  if (now >= session.end) return TokenUse::kOver;
  const bool good = now + identity::kLeastTokenLifetime < session.tokens.expiry;
  if (session.tokens.refresh.empty()) return good ? TokenUse::kUse : TokenUse::kOver;
  if (now < session.tokens.renew) return TokenUse::kUse;
  return good ? TokenUse::kRenewSoon : TokenUse::kRenewNow;
}

SessionTokens TokensOf(const identity::TokenAnswer& answer, const SessionTokens& before,
                       absl::Time now) {
  SessionTokens tokens = before;
  tokens.access = answer.access_token;
  if (!answer.refresh_token.empty()) tokens.refresh = answer.refresh_token;
  if (!answer.id_token.empty()) tokens.id = answer.id_token;
  tokens.expiry = now + answer.lifetime;
  tokens.renew = tokens.expiry - std::min(kRenewBefore, answer.lifetime / 5);
  return tokens;
}

std::string Write(const Session& session) {
  return json{{"login", session.login},
              {"name", session.name},
              {"tenant", session.tenant},
              {"begin", Micros(session.begin)},
              {"end", Micros(session.end)},
              {"access", session.tokens.access},
              {"refresh", session.tokens.refresh},
              {"id", session.tokens.id},
              {"renew", Micros(session.tokens.renew)},
              {"expiry", Micros(session.tokens.expiry)}}
      .dump();
}

std::optional<Session> ReadSession(const std::string& text) {
  try {
    const json object = json::parse(text);
    return Session{.login = object.at("login"),
                   .name = object.at("name"),
                   .tenant = object.at("tenant"),
                   .begin = TimeOf(object, "begin"),
                   .end = TimeOf(object, "end"),
                   .tokens = {.access = object.at("access"),
                              .refresh = object.at("refresh"),
                              .id = object.at("id"),
                              .renew = TimeOf(object, "renew"),
                              .expiry = TimeOf(object, "expiry")}};
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace avvik::gateway
