#include "services/gateway/sign_in/renewer.h"

#include <chrono>
#include <thread>
#include <utility>

#include "common/log/log.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::gateway {
namespace {

// A gateway that dies while it renews keeps the others from it for so long.
constexpr absl::Duration kClaim = absl::Seconds(15);
// How another gateway's renewal is waited for.
constexpr auto kLookAgain = std::chrono::milliseconds(100);
constexpr int kLooks = 50;
// Pause after the provider failed to answer a renewal that nobody waited for.
constexpr absl::Duration kRest = absl::Seconds(2);

absl::Status Busy() {
  return status::Error(absl::StatusCode::kUnavailable,
                       "The session is being renewed; try again soon.", "SESSION_RENEWING");
}

}  // namespace

void Renewer::Renew(const std::string& key, Done done) {
  {
    std::lock_guard lock(mutex_);
    const auto [entry, first] = waiting_.try_emplace(key);
    entry->second.push_back(std::move(done));
    if (!first) return;
  }
  if (!workers_.Post([this, key] { Finish(key, RenewOnce(key)); })) Finish(key, Busy());
}

void Renewer::RenewMeanwhile(const std::string& key) {
  {
    std::lock_guard lock(mutex_);
    if (sessions_.Now() < rest_until_ || waiting_.count(key) > 0) return;
  }
  Renew(key, [this](const absl::StatusOr<Session>& result) {
    if (!absl::IsUnavailable(result.status())) return;
    std::lock_guard lock(mutex_);
    rest_until_ = sessions_.Now() + kRest;
  });
}

void Renewer::Stop() {
  std::map<std::string, std::vector<Done>> waiting;
  {
    std::lock_guard lock(mutex_);
    waiting.swap(waiting_);
  }
  for (const auto& [key, all] : waiting) {
    for (const Done& done : all) done(Busy());
  }
}

void Renewer::Finish(const std::string& key, const absl::StatusOr<Session>& result) {
  std::vector<Done> waiting;
  {
    std::lock_guard lock(mutex_);
    waiting = std::move(waiting_[key]);
    waiting_.erase(key);
  }
  for (const Done& done : waiting) done(result);
}

absl::StatusOr<Session> Renewer::RenewOnce(const std::string& key) {
  const std::string claim = "renew:" + key;
  for (int look = 0; look < kLooks; ++look) {
    AVVIK_ASSIGN_OR_RETURN(const bool ours, sessions_.store().Claim(claim, kClaim));
    if (ours) {
      absl::StatusOr<Session> result = RenewAsTheOne(key);
      static_cast<void>(sessions_.store().Release(claim));
      return result;
    }
    std::this_thread::sleep_for(kLookAgain);
    AVVIK_ASSIGN_OR_RETURN(SessionView view, sessions_.Look(key));
    if (UseOf(view.session, sessions_.Now()) == TokenUse::kUse) return std::move(view.session);
  }
  return Busy();
}

absl::StatusOr<Session> Renewer::RenewAsTheOne(const std::string& key) {
  // Who had the claim before may have renewed it already.
  AVVIK_ASSIGN_OR_RETURN(SessionView view, sessions_.Look(key));
  Session& session = view.session;
  const TokenUse use = UseOf(session, sessions_.Now());
  if (use == TokenUse::kUse) return std::move(session);
  if (use == TokenUse::kOver) return SessionEnded();
  const auto answer = provider_.Refresh(session.tokens.refresh);
  if (absl::IsUnauthenticated(answer.status())) {
    log::Info("session_not_renewed", {{"tenant", session.tenant}});
    AVVIK_RETURN_IF_ERROR(sessions_.End(key));
    return SessionEnded();
  }
  if (!answer.ok()) return answer.status();
  session.tokens = TokensOf(*answer, session.tokens, sessions_.Now());
  AVVIK_RETURN_IF_ERROR(sessions_.Replace(key, session));
  return std::move(session);
}

}  // namespace avvik::gateway
