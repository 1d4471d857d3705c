// A session: who signed in, by which tokens, and for how long. Values and decisions only.
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "common/identity/token_endpoint.h"

namespace avvik::gateway {

struct SessionTokens {
  std::string access;   // Goes to the services as a bearer token.
  std::string refresh;  // May be empty: the session then ends with its access token.
  std::string id;       // Tells the provider whom to sign out.
  absl::Time renew;     // When the access token is to be renewed.
  absl::Time expiry;    // When it no longer counts.
};

struct Session {
  std::string login;
  std::string name;
  std::string tenant;
  absl::Time begin;  // When the person signed in.
  absl::Time end;    // The absolute limit.
  SessionTokens tokens;
};

struct SessionLimits {
  absl::Duration idle = absl::Minutes(30);    // A session that is not used for so long ends.
  absl::Duration absolute = absl::Hours(12);  // A session ends after so long, used or not.
};

// How long a session may stay unused from now on: the idle limit, or what the absolute one leaves.
// Zero or less when it has ended.
absl::Duration TimeToLive(const Session& session, const SessionLimits& limits, absl::Time now);

// What is to be done before the session's access token is used.
enum class TokenUse {
  kUse,        // Nothing.
  kRenewSoon,  // It may be used, and should be renewed meanwhile.
  kRenewNow,   // It must be renewed first.
  kOver,       // Nothing helps: the session has ended.
};
TokenUse UseOf(const Session& session, absl::Time now);

// The tokens that an answer of the provider gives. What it leaves out (RFC 6749, section 6) stays
// as it was in `before`.
SessionTokens TokensOf(const identity::TokenAnswer& answer, const SessionTokens& before,
                       absl::Time now);

// A session as text, and back; nothing for text of another form.
std::string Write(const Session& session);
std::optional<Session> ReadSession(const std::string& text);

}  // namespace avvik::gateway
