#include "services/gateway/sign_in/redis_session_store.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "common/log/log.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::gateway {
namespace {

// A person waits for it, and no session lookup takes long.
constexpr absl::Duration kTimeout = absl::Seconds(1);

std::string SessionKey(const std::string& key) { return "avvik:session:" + key; }
std::string OwnerKey(const std::string& owner) { return "avvik:session-owner:" + owner; }
std::string ClaimKey(const std::string& name) { return "avvik:session-claim:" + name; }

// Redis takes no time to live of nothing.
std::string Millis(absl::Duration duration) {
  return std::to_string(std::max<int64_t>(absl::ToInt64Milliseconds(duration), 1));
}

absl::Status Away() {
  return status::Error(absl::StatusCode::kUnavailable,
                       "Signing in and sessions are out of order at the moment; try again soon.",
                       "SESSIONS_UNAVAILABLE");
}

}  // namespace

absl::Status RedisSessionStore::Create(const std::string& key, const std::string& content,
                                       const std::string& owner, absl::Duration idle,
                                       absl::Duration longest) {
  const int64_t now = absl::ToUnixMillis(absl::Now());
  const int64_t end = now + absl::ToInt64Milliseconds(longest);
  // The owner first: a session that could not be ended with the others must not exist.
  return Run({{"ZREMRANGEBYSCORE", OwnerKey(owner), "-inf", std::to_string(now)},
              {"ZADD", OwnerKey(owner), std::to_string(end), key},
              {"PEXPIRE", OwnerKey(owner), Millis(longest)},
              {"SET", SessionKey(key), content, "PX", Millis(idle)}})
      .status();
}

absl::StatusOr<std::optional<std::string>> RedisSessionStore::Use(const std::string& key,
                                                                  absl::Duration idle) {
  AVVIK_ASSIGN_OR_RETURN(const redis::Reply reply,
                         RunOne({"GETEX", SessionKey(key), "PX", Millis(idle)}));
  if (reply.is_nil()) return std::nullopt;
  return reply.text();
}

absl::StatusOr<std::optional<StoredSession>> RedisSessionStore::Look(const std::string& key) {
  AVVIK_ASSIGN_OR_RETURN(const auto replies,
                         Run({{"GET", SessionKey(key)}, {"PTTL", SessionKey(key)}}));
  if (replies[0].is_nil() || replies[1].integer() < 0) return std::nullopt;
  return StoredSession{.content = replies[0].text(),
                       .left = absl::Milliseconds(replies[1].integer())};
}

absl::StatusOr<bool> RedisSessionStore::Replace(const std::string& key,
                                                const std::string& content) {
  AVVIK_ASSIGN_OR_RETURN(const redis::Reply reply,
                         RunOne({"SET", SessionKey(key), content, "XX", "KEEPTTL"}));
  return !reply.is_nil();
}

absl::Status RedisSessionStore::Remove(const std::string& key) {
  return RunOne({"DEL", SessionKey(key)}).status();
}

absl::StatusOr<std::vector<std::string>> RedisSessionStore::KeysOf(const std::string& owner) {
  AVVIK_ASSIGN_OR_RETURN(const redis::Reply reply, RunOne({"ZRANGE", OwnerKey(owner), "0", "-1"}));
  std::vector<std::string> keys;
  for (size_t i = 0; i < reply.size(); ++i) keys.push_back(reply[i].text());
  return keys;
}

absl::StatusOr<int> RedisSessionStore::RemoveAllOf(const std::string& owner) {
  AVVIK_ASSIGN_OR_RETURN(const std::vector<std::string> keys, KeysOf(owner));
  if (keys.empty()) return 0;
  std::vector<std::string> removal = {"DEL"};
  std::vector<std::string> forgetting = {"ZREM", OwnerKey(owner)};
  for (const std::string& key : keys) {
    removal.push_back(SessionKey(key));
    forgetting.push_back(key);
  }
  AVVIK_ASSIGN_OR_RETURN(const auto replies, Run({removal, forgetting}));
  return static_cast<int>(replies[0].integer());
}

absl::StatusOr<bool> RedisSessionStore::Claim(const std::string& name, absl::Duration time) {
  AVVIK_ASSIGN_OR_RETURN(const redis::Reply reply,
                         RunOne({"SET", ClaimKey(name), "1", "NX", "PX", Millis(time)}));
  return !reply.is_nil();
}

absl::Status RedisSessionStore::Release(const std::string& name) {
  return RunOne({"DEL", ClaimKey(name)}).status();
}

absl::StatusOr<redis::Reply> RedisSessionStore::RunOne(std::vector<std::string> command) {
  AVVIK_ASSIGN_OR_RETURN(const auto replies, Run({std::move(command)}));
  return replies.front();
}

absl::StatusOr<std::vector<redis::Reply>> RedisSessionStore::Run(const Commands& commands) {
  std::unique_ptr<redis::Connection> connection;
  {
    std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (connection != nullptr) {
    auto replies = RunOn(*connection, commands);
    if (!connection->broken()) {
      std::lock_guard lock(mutex_);
      idle_.push_back(std::move(connection));
      return replies;
    }
    // Redis may have been started anew since the connection was used last; then the others are
    // broken as well.
    std::lock_guard lock(mutex_);
    idle_.clear();
  }
  auto fresh = redis::Connection::Open(address_, kTimeout);
  if (!fresh.ok()) {
    log::Warning("sessions_unavailable", {{"error", fresh.status()}});
    return Away();
  }
  auto replies = RunOn(**fresh, commands);
  if (!(*fresh)->broken()) {
    std::lock_guard lock(mutex_);
    idle_.push_back(*std::move(fresh));
  }
  return replies;
}

absl::StatusOr<std::vector<redis::Reply>> RedisSessionStore::RunOn(redis::Connection& connection,
                                                                   const Commands& commands) {
  auto replies = connection.Pipeline(commands);
  if (!replies.ok()) {
    log::Warning("sessions_unavailable", {{"error", replies.status()}});
    return Away();
  }
  for (const redis::Reply& reply : *replies) {
    if (!reply.is_error()) continue;
    log::Error("session_command_refused", {{"error", reply.text()}});
    return Away();
  }
  return replies;
}

}  // namespace avvik::gateway
