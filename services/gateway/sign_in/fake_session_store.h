// For tests: sessions in memory, forgotten by a clock that the test moves.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/clock/clock.h"
#include "common/status/error.h"
#include "services/gateway/sign_in/session_store.h"

namespace avvik::gateway {

// Thread-safe.
class FakeSessionStore final : public SessionStore {
 public:
  explicit FakeSessionStore(const Clock& clock) : clock_(clock) {}

  void set_away(bool away) {
    std::lock_guard lock(mutex_);
    away_ = away;
  }
  size_t size() {
    std::lock_guard lock(mutex_);
    Forget();
    return sessions_.size();
  }
  // All contents, one after the other.
  std::string Dump() {
    std::lock_guard lock(mutex_);
    std::string all;
    for (const auto& [key, session] : sessions_) all += key + session.content;
    for (const auto& [owner, keys] : owners_) all += owner;
    return all;
  }

  absl::Status Create(const std::string& key, const std::string& content, const std::string& owner,
                      absl::Duration idle, absl::Duration) override {
    std::lock_guard lock(mutex_);
    if (away_) return Away();
    sessions_[key] = {content, clock_.Now() + idle};
    owners_[owner].insert(key);
    return absl::OkStatus();
  }
  absl::StatusOr<std::optional<std::string>> Use(const std::string& key,
                                                 absl::Duration idle) override {
    std::lock_guard lock(mutex_);
    if (away_) return Away();
    Forget();
    const auto found = sessions_.find(key);
    if (found == sessions_.end()) return std::nullopt;
    found->second.forget = clock_.Now() + idle;
    return found->second.content;
  }
  absl::StatusOr<std::optional<StoredSession>> Look(const std::string& key) override {
    std::lock_guard lock(mutex_);
    if (away_) return Away();
    Forget();
    const auto found = sessions_.find(key);
    if (found == sessions_.end()) return std::nullopt;
    return StoredSession{found->second.content, found->second.forget - clock_.Now()};
  }
  absl::StatusOr<bool> Replace(const std::string& key, const std::string& content) override {
    std::lock_guard lock(mutex_);
    if (away_) return Away();
    Forget();
    const auto found = sessions_.find(key);
    if (found == sessions_.end()) return false;
    found->second.content = content;
    return true;
  }
  absl::Status Remove(const std::string& key) override {
    std::lock_guard lock(mutex_);
    if (away_) return Away();
    sessions_.erase(key);
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<std::string>> KeysOf(const std::string& owner) override {
    std::lock_guard lock(mutex_);
    if (away_) return Away();
    const std::set<std::string>& keys = owners_[owner];
    return std::vector<std::string>(keys.begin(), keys.end());
  }
  absl::StatusOr<int> RemoveAllOf(const std::string& owner) override {
    std::lock_guard lock(mutex_);
    if (away_) return Away();
    int removed = 0;
    for (const std::string& key : owners_[owner]) removed += static_cast<int>(sessions_.erase(key));
    owners_.erase(owner);
    return removed;
  }
  absl::StatusOr<bool> Claim(const std::string& name, absl::Duration time) override {
    std::lock_guard lock(mutex_);
    if (away_) return Away();
    const auto [claim, first] = claims_.try_emplace(name, clock_.Now() + time);
    if (first || claim->second <= clock_.Now()) {
      claim->second = clock_.Now() + time;
      return true;
    }
    return false;
  }
  absl::Status Release(const std::string& name) override {
    std::lock_guard lock(mutex_);
    if (away_) return Away();
    claims_.erase(name);
    return absl::OkStatus();
  }

 private:
  struct Kept {
    std::string content;
    absl::Time forget;
  };

  static absl::Status Away() {
    return status::Error(absl::StatusCode::kUnavailable, "away", "SESSIONS_UNAVAILABLE");
  }
  void Forget() {
    std::erase_if(sessions_, [this](const auto& e) { return e.second.forget <= clock_.Now(); });
  }

  const Clock& clock_;
  std::mutex mutex_;
  bool away_ = false;
  std::map<std::string, Kept> sessions_;
  std::map<std::string, std::set<std::string>> owners_;
  std::map<std::string, absl::Time> claims_;
};

}  // namespace avvik::gateway
