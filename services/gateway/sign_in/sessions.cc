#include "services/gateway/sign_in/sessions.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "common/log/log.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::gateway {
namespace {

// What a session is sealed for: its own place in the store and no other.
std::string Context(const std::string& key) { return "avvik.session/" + key; }

std::string OwnerText(const Session& session) { return session.tenant + "\n" + session.login; }

// How a person's session is called: part of what it is kept under, which leads nowhere back to its
// id.
std::string NameOf(const std::string& key) {
  constexpr size_t kLength = 16;
  return key.substr(0, kLength);
}

}  // namespace

absl::Status SessionEnded() {
  return status::Error(absl::StatusCode::kUnauthenticated,
                       "You are not signed in any more; sign in again.", "SESSION_ENDED");
}

absl::StatusOr<std::string> Sessions::Begin(Session session) {
  session.begin = clock_.Now();
  session.end = session.begin + limits_.absolute;
  const std::string id = RandomText();
  const std::string key = KeyOf(id);
  AVVIK_RETURN_IF_ERROR(store_.Create(key, sealer_.Seal(Write(session), Context(key)),
                                      sealer_.Pseudonyms(OwnerText(session)).front(),
                                      TimeToLive(session, limits_, session.begin),
                                      limits_.absolute));
  return id;
}

absl::StatusOr<Session> Sessions::Use(const std::string& key) {
  AVVIK_ASSIGN_OR_RETURN(const std::optional<std::string> content, store_.Use(key, limits_.idle));
  if (!content) return SessionEnded();
  return Open(key, *content);
}

absl::StatusOr<SessionView> Sessions::Look(const std::string& key) {
  AVVIK_ASSIGN_OR_RETURN(const std::optional<StoredSession> stored, store_.Look(key));
  if (!stored) return SessionEnded();
  AVVIK_ASSIGN_OR_RETURN(Session session, Open(key, stored->content));
  const absl::Duration left = std::min(stored->left, session.end - clock_.Now());
  return SessionView{.session = std::move(session), .left = left};
}

absl::Status Sessions::Replace(const std::string& key, const Session& session) {
  AVVIK_ASSIGN_OR_RETURN(const bool replaced,
                         store_.Replace(key, sealer_.Seal(Write(session), Context(key))));
  return replaced ? absl::OkStatus() : SessionEnded();
}

absl::Status Sessions::End(const std::string& key) { return store_.Remove(key); }

absl::StatusOr<std::vector<std::string>> Sessions::KeysOf(const Session& session) {
  std::vector<std::string> all;
  for (const std::string& owner : sealer_.Pseudonyms(OwnerText(session))) {
    AVVIK_ASSIGN_OR_RETURN(const std::vector<std::string> keys, store_.KeysOf(owner));
    all.insert(all.end(), keys.begin(), keys.end());
  }
  return all;
}

absl::StatusOr<std::vector<OwnSession>> Sessions::AllOf(const std::string& key) {
  AVVIK_ASSIGN_OR_RETURN(const SessionView own, Look(key));
  AVVIK_ASSIGN_OR_RETURN(const std::vector<std::string> keys, KeysOf(own.session));
  std::vector<OwnSession> all;
  for (const std::string& other : keys) {
    AVVIK_ASSIGN_OR_RETURN(const std::optional<StoredSession> stored, store_.Look(other));
    const absl::StatusOr<Session> session =
        stored ? Open(other, stored->content) : absl::StatusOr<Session>(SessionEnded());
    if (!session.ok()) continue;
    // Every use lets it stay unused for as long again.
    const absl::Time last_use = clock_.Now() - (limits_.idle - stored->left);
    all.push_back({.name = NameOf(other),
                   .begin = session->begin,
                   .last_use = std::clamp(last_use, session->begin, session->end),
                   .end = session->end,
                   .current = other == key});
  }
  std::sort(all.begin(), all.end(), [](const OwnSession& a, const OwnSession& b) {
    return std::tie(b.begin, a.name) < std::tie(a.begin, b.name);
  });
  return all;
}

absl::StatusOr<bool> Sessions::EndOneOf(const std::string& key, const std::string& name) {
  AVVIK_ASSIGN_OR_RETURN(const SessionView own, Look(key));
  AVVIK_ASSIGN_OR_RETURN(const std::vector<std::string> keys, KeysOf(own.session));
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [&](const std::string& k) { return NameOf(k) == name; });
  if (found == keys.end()) {
    return status::Error(absl::StatusCode::kNotFound, "You have no session of that name.",
                         "NO_SUCH_SESSION");
  }
  AVVIK_RETURN_IF_ERROR(End(*found));
  return *found == key;
}

absl::StatusOr<int> Sessions::EndAllOf(const Session& session) {
  int ended = 0;
  for (const std::string& owner : sealer_.Pseudonyms(OwnerText(session))) {
    AVVIK_ASSIGN_OR_RETURN(const int some, store_.RemoveAllOf(owner));
    ended += some;
  }
  return ended;
}

absl::StatusOr<Session> Sessions::Open(const std::string& key, const std::string& content) {
  const std::optional<std::string> text = sealer_.Open(content, Context(key));
  std::optional<Session> session = text ? ReadSession(*text) : std::nullopt;
  if (!session) {
    // Sealed with a key that has been taken out of use, or altered.
    log::Warning("session_unreadable");
    static_cast<void>(store_.Remove(key));
    return SessionEnded();
  }
  if (TimeToLive(*session, limits_, clock_.Now()) <= absl::ZeroDuration()) {
    static_cast<void>(store_.Remove(key));
    return SessionEnded();
  }
  return *std::move(session);
}

}  // namespace avvik::gateway
