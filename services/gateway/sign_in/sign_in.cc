#include "services/gateway/sign_in/sign_in.h"

#include <optional>

#include "common/log/log.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/gateway/sign_in/attempt.h"
#include "services/gateway/sign_in/cookie.h"

namespace avvik::gateway {
namespace {

absl::Status Refused(const std::string& reason, const std::string& message) {
  return status::Error(absl::StatusCode::kUnauthenticated, message, reason);
}

}  // namespace

absl::StatusOr<BrowserMove> SignIn::Begin(const std::string& return_to,
                                          const std::string& session_id) {
  if (!IsLocalTarget(return_to)) {
    return status::InvalidField("return_to", "must be a path here, such as /cases");
  }
  const std::string previous = IsRandomText(session_id) ? Sessions::KeyOf(session_id) : "";
  const Attempt attempt = NewAttempt(return_to, previous, clock_.Now());
  AVVIK_ASSIGN_OR_RETURN(std::string url, provider_.SignInUrl(attempt.state, attempt.nonce,
                                                              CodeChallenge(attempt.verifier)));
  // Lax: the provider leads back here from another site.
  return BrowserMove{.location = std::move(url),
                     .cookies = {SetCookie(kAttemptCookie, SealAttempt(attempt, sealer_),
                                           SameSite::kLax, kAttemptTime)}};
}

absl::StatusOr<BrowserMove> SignIn::Finish(const std::string& query,
                                           const std::string& attempt_cookie,
                                           const Origin& origin) {
  const std::optional<CallbackAnswer> said = ReadCallback(query);
  if (!said) return Refused("SIGN_IN_STATE", "The answer of the sign-in provider is malformed.");
  const std::optional<Attempt> attempt = OpenAttempt(attempt_cookie, sealer_);
  AVVIK_ASSIGN_OR_RETURN(const identity::ProviderMetadata provider, provider_.Provider());
  AVVIK_ASSIGN_OR_RETURN(
      const std::string code,
      CodeOf(*said, attempt, {.issuer = rules_.issuer, .always_named = provider.names_itself},
             clock_.Now()));
  AVVIK_ASSIGN_OR_RETURN(
      const bool first,
      sessions_.store().Claim("sign-in:" + Fingerprint(attempt->state), kAttemptTime));
  if (!first) return Refused("SIGN_IN_USED", "This answer of the sign-in provider has been used.");
  AVVIK_ASSIGN_OR_RETURN(const identity::TokenAnswer answer,
                         provider_.Redeem(code, attempt->verifier));
  AVVIK_ASSIGN_OR_RETURN(const Session session, SessionOf(answer, attempt->nonce, origin));
  AVVIK_ASSIGN_OR_RETURN(const std::string id, sessions_.Begin(session));
  if (!attempt->previous.empty()) AVVIK_RETURN_IF_ERROR(sessions_.End(attempt->previous));
  log::Info("signed_in", {{"tenant", session.tenant}});
  Tell(SessionDeed::Kind::kSignedIn, session, origin);
  return BrowserMove{.location = attempt->return_to,
                     .cookies = {SetCookie(kSessionCookie, id, SameSite::kStrict),
                                 DropCookie(kAttemptCookie, SameSite::kLax)}};
}

absl::StatusOr<Session> SignIn::SessionOf(const identity::TokenAnswer& answer,
                                          const std::string& nonce, const Origin& origin) {
  const absl::Time now = clock_.Now();
  identity::TokenRules id_rules = rules_;
  id_rules.audience = provider_.settings().client.id;
  AVVIK_ASSIGN_OR_RETURN(const identity::Claims person,
                         identity::VerifyIdToken(answer.id_token, keys_, id_rules, nonce, now));
  std::string tenant = person.tenant;
  const absl::StatusOr<identity::Claims> access = AccessOf(answer, person, &tenant);
  if (!access.ok()) {
    // Whose tenant is not known has no chain to be in; the log has its line.
    if (!tenant.empty()) {
      const std::string reason = status::ReasonOf(access.status());
      log_.Add(
          {.kind = SessionDeed::Kind::kSignInFailed,
           .tenant = tenant,
           .login = person.subject,
           .at = now,
           .client = origin.client,
           .trace_parent = origin.trace_parent,
           .reason = reason.empty() ? absl::StatusCodeToString(access.status().code()) : reason});
    }
    return access.status();
  }
  return Session{.login = access->subject,
                 .name = person.name.empty() ? access->name : person.name,
                 .tenant = access->tenant,
                 .tokens = TokensOf(answer, {}, now)};
}

absl::StatusOr<identity::Claims> SignIn::AccessOf(const identity::TokenAnswer& answer,
                                                  const identity::Claims& person,
                                                  std::string* tenant) {
  // The services would refuse it; here that is told before a session begins that is good for
  // nothing.
  AVVIK_ASSIGN_OR_RETURN(identity::Claims access,
                         identity::VerifyToken(answer.access_token, keys_, rules_, clock_.Now()));
  if (tenant->empty()) *tenant = access.tenant;
  if (person.subject != access.subject) {
    return Refused("SIGN_IN_SUBJECT", "The tokens of the sign-in provider name two persons.");
  }
  return access;
}

void SignIn::Tell(SessionDeed::Kind kind, const Session& session, const Origin& origin,
                  int sessions) {
  log_.Add({.kind = kind,
            .tenant = session.tenant,
            .login = session.login,
            .at = clock_.Now(),
            .client = origin.client,
            .trace_parent = origin.trace_parent,
            .sessions = sessions});
}

absl::StatusOr<BrowserMove> SignIn::End(const std::string& session_id, bool everywhere,
                                        const Origin& origin) {
  BrowserMove move{.location = provider_.settings().after_sign_out,
                   .cookies = {DropCookie(kSessionCookie, SameSite::kStrict)}};
  const std::string key = Sessions::KeyOf(session_id);
  const auto view = sessions_.Look(key);
  if (absl::IsUnauthenticated(view.status())) return move;
  AVVIK_RETURN_IF_ERROR(view.status());
  AVVIK_RETURN_IF_ERROR(sessions_.End(key));
  int ended = 1;
  if (everywhere) {
    AVVIK_ASSIGN_OR_RETURN(const int others, sessions_.EndAllOf(view->session));
    ended += others;
  }
  log::Info("signed_out", {{"tenant", view->session.tenant}, {"sessions", ended}});
  Tell(SessionDeed::Kind::kSignedOut, view->session, origin, ended);
  const std::string url = provider_.SignOutUrl(view->session.tokens.id);
  if (!url.empty()) move.location = url;
  return move;
}

}  // namespace avvik::gateway
