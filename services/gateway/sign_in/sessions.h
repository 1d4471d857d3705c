// The sessions there are: begun, used, looked at, ended. What the store holds is sealed, and lies
// under a fingerprint of the id that only the browser has.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "services/gateway/sign_in/sealer.h"
#include "services/gateway/sign_in/session.h"
#include "services/gateway/sign_in/session_store.h"

namespace avvik::gateway {

// A session, and how long it may stay unused.
struct SessionView {
  Session session;
  absl::Duration left;
};

// A session as its person sees it among their others.
struct OwnSession {
  std::string name;  // Ends it, and is good for nothing else.
  absl::Time begin;
  absl::Time last_use;
  absl::Time end;  // The absolute limit.
  bool current = false;
};

// Thread-safe; blocks. A session that is not there, or has come to a limit, is UNAUTHENTICATED with
// reason `SESSION_ENDED`; a store that does not answer UNAVAILABLE with `SESSIONS_UNAVAILABLE`.
class Sessions {
 public:
  Sessions(SessionStore& store, const Sealer& sealer, const Clock& clock, SessionLimits limits)
      : store_(store), sealer_(sealer), clock_(clock), limits_(limits) {}

  // The key of the session with this id.
  static std::string KeyOf(std::string_view id) { return Fingerprint(id); }

  // Keeps a new session, whose times it sets, under a new id, which it returns.
  absl::StatusOr<std::string> Begin(Session session);

  // The session, for a request of the person; the idle limit counts from now on.
  absl::StatusOr<Session> Use(const std::string& key);

  // The session, for what happens by itself.
  absl::StatusOr<SessionView> Look(const std::string& key);

  // Keeps new tokens; the limits stay as they are.
  absl::Status Replace(const std::string& key, const Session& session);

  absl::Status End(const std::string& key);

  // All sessions of the person whose session has this key, the one that began last first.
  absl::StatusOr<std::vector<OwnSession>> AllOf(const std::string& key);

  // Ends one of them, by its name; whether it is the one with this key. NOT_FOUND with reason
  // `NO_SUCH_SESSION` when the person has none of that name.
  absl::StatusOr<bool> EndOneOf(const std::string& key, const std::string& name);

  // Ends all sessions of the person whose session this is. How many there were.
  absl::StatusOr<int> EndAllOf(const Session& session);

  SessionStore& store() { return store_; }
  absl::Time Now() const { return clock_.Now(); }

 private:
  // The keys of all sessions of a person.
  absl::StatusOr<std::vector<std::string>> KeysOf(const Session& session);
  absl::StatusOr<Session> Open(const std::string& key, const std::string& content);

  SessionStore& store_;
  const Sealer& sealer_;
  const Clock& clock_;
  const SessionLimits limits_;
};

// UNAUTHENTICATED, reason `SESSION_ENDED`.
absl::Status SessionEnded();

}  // namespace avvik::gateway
