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
#include "services/gateway/sign_in/session_log.h"
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
  // `rules` say which access tokens the services take. Who signed in, in vain or not, and out is
  // told to `log`.
  SignIn(OidcClient& provider, Sessions& sessions, const Sealer& sealer, identity::KeyFinder& keys,
         identity::TokenRules rules, SessionLog& log, const Clock& clock)
      : provider_(provider),
        sessions_(sessions),
        sealer_(sealer),
        keys_(keys),
        rules_(std::move(rules)),
        log_(log),
        clock_(clock) {}

  // To the provider. INVALID_ARGUMENT when `return_to` is no path of ours; UNAVAILABLE when the
  // provider does not answer. `session_id` is the one the browser has, or empty.
  absl::StatusOr<BrowserMove> Begin(const std::string& return_to, const std::string& session_id);

  // Back from the provider, with a new session. `query` is that of the callback, `attempt_cookie`
  // what Begin set. UNAUTHENTICATED with the reasons of CodeOf, those of VerifyIdToken and
  // VerifyToken, `SIGN_IN_USED` for an answer that has been used before, `GRANT_REFUSED` for a code
  // that the provider does not take, and `SIGN_IN_SUBJECT` when the two tokens name two persons;
  // UNAVAILABLE when the provider or the store does not answer.
  absl::StatusOr<BrowserMove> Finish(const std::string& query, const std::string& attempt_cookie,
                                     const Origin& origin = {});

  // Ends the session, or with `everywhere` all of the person's; then the browser is to go to the
  // provider, to sign out there too. Without a session there is nothing to end: home then.
  absl::StatusOr<BrowserMove> End(const std::string& session_id, bool everywhere,
                                  const Origin& origin = {});

  // Tells the log what was done with sessions of the one whose session this is.
  void Tell(SessionDeed::Kind kind, const Session& session, const Origin& origin, int sessions = 0);

 private:
  absl::StatusOr<Session> SessionOf(const identity::TokenAnswer& answer, const std::string& nonce,
                                    const Origin& origin);
  // What is wrong with the access token of somebody whose ID token is good; their tenant goes to
  // `tenant` as soon as it is known.
  absl::StatusOr<identity::Claims> AccessOf(const identity::TokenAnswer& answer,
                                            const identity::Claims& person, std::string* tenant);

  OidcClient& provider_;
  Sessions& sessions_;
  const Sealer& sealer_;
  identity::KeyFinder& keys_;
  const identity::TokenRules rules_;
  SessionLog& log_;
  const Clock& clock_;
};

}  // namespace avvik::gateway
