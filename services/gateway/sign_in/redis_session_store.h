// Sessions in Redis, which all copies of the gateway share. Redis itself forgets what was not used.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/redis/connection.h"
#include "services/gateway/sign_in/session_store.h"

namespace avvik::gateway {

// Keys: `avvik:session:<key>`, `avvik:session-owner:<owner>` (a set of keys by their last instant),
// `avvik:session-claim:<name>`.
class RedisSessionStore final : public SessionStore {
 public:
  // `address` as redis::Connection::Open takes it. Connections are opened when needed.
  explicit RedisSessionStore(std::string address) : address_(std::move(address)) {}

  absl::Status Create(const std::string& key, const std::string& content, const std::string& owner,
                      absl::Duration idle, absl::Duration longest) override;
  absl::StatusOr<std::optional<std::string>> Use(const std::string& key,
                                                 absl::Duration idle) override;
  absl::StatusOr<std::optional<StoredSession>> Look(const std::string& key) override;
  absl::StatusOr<bool> Replace(const std::string& key, const std::string& content) override;
  absl::Status Remove(const std::string& key) override;
  absl::StatusOr<std::vector<std::string>> KeysOf(const std::string& owner) override;
  absl::StatusOr<int> RemoveAllOf(const std::string& owner) override;
  absl::StatusOr<bool> Claim(const std::string& name, absl::Duration time) override;
  absl::Status Release(const std::string& name) override;

 private:
  using Commands = std::vector<std::vector<std::string>>;

  // The answers to `commands`, none of which is an error.
  absl::StatusOr<std::vector<redis::Reply>> Run(const Commands& commands);
  absl::StatusOr<redis::Reply> RunOne(std::vector<std::string> command);
  absl::StatusOr<std::vector<redis::Reply>> RunOn(redis::Connection& connection,
                                                  const Commands& commands);

  const std::string address_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<redis::Connection>> idle_;  // At most as many as were used at a time.
};

}  // namespace avvik::gateway
