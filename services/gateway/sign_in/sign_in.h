// Signing in and out, from the browser's point of view: which redirect, which cookies.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/identity/jwt.h"
#include "services/gateway/http_message.h"
#include "services/gateway/sign_in/oidc_client.h"
#include "services/gateway/sign_in/sealer.h"
#include "services/gateway/sign_in/sessions.h"

namespace avvik::gateway {

// Where a browser is sent, with which cookies.
struct BrowserMove {
  std::string location;
  std::vector<HttpHeader> cookies;
};

// Thread-safe; blocks.
class SignIn {
 public:
  // `rules` say which access tokens the services take.
  SignIn(OidcClient& provider, Sessions& sessions, const Sealer& sealer, identity::KeyFinder& keys,
         identity::TokenRules rules, const Clock& clock)
      : provider_(provider),
        sessions_(sessions),
        sealer_(sealer),
        keys_(keys),
        rules_(std::move(rules)),
        clock_(clock) {}

  // To the provider. INVALID_ARGUMENT when `return_to` is no path of ours; UNAVAILABLE when the
  // provider does not answer. `session_id` is the one the browser has, or empty.
  absl::StatusOr<BrowserMove> Begin(const std::string& return_to, const std::string& session_id);

  // Back from the provider, with a new session. `query` is that of the callback, `attempt_cookie`
  // what Begin set. UNAUTHENTICATED with the reasons of CodeOf, those of VerifyIdToken and
  // VerifyToken, `SIGN_IN_USED` for an answer that has been used before, `GRANT_REFUSED` for a code
  // that the provider does not take, and `SIGN_IN_SUBJECT` when the two tokens name two persons;
  // UNAVAILABLE when the provider or the store does not answer.
  absl::StatusOr<BrowserMove> Finish(const std::string& query, const std::string& attempt_cookie);

  // Ends the session, or with `everywhere` all of the person's; then the browser is to go to the
  // provider, to sign out there too. Without a session there is nothing to end: home then.
  absl::StatusOr<BrowserMove> End(const std::string& session_id, bool everywhere);

 private:
  absl::StatusOr<Session> SessionOf(const identity::TokenAnswer& answer, const std::string& nonce);

  OidcClient& provider_;
  Sessions& sessions_;
  const Sealer& sealer_;
  identity::KeyFinder& keys_;
  const identity::TokenRules rules_;
  const Clock& clock_;
};

}  // namespace avvik::gateway
