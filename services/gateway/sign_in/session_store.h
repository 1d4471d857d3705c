// Where sessions are kept: short texts by key, each with a time to live.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace avvik::gateway {

struct StoredSession {
  std::string content;
  absl::Duration left;  // Until it is forgotten, unless it is used.
};

// Thread-safe; blocks. Every call may give UNAVAILABLE with reason `SESSIONS_UNAVAILABLE`.
class SessionStore {
 public:
  virtual ~SessionStore() = default;

  // Keeps a new session for `idle`, and notes for `longest` that it belongs to `owner`.
  virtual absl::Status Create(const std::string& key, const std::string& content,
                              const std::string& owner, absl::Duration idle,
                              absl::Duration longest) = 0;

  // The session, which from now on is kept for `idle`. Nothing when there is none.
  virtual absl::StatusOr<std::optional<std::string>> Use(const std::string& key,
                                                         absl::Duration idle) = 0;

  // The session, without counting as a use of it.
  virtual absl::StatusOr<std::optional<StoredSession>> Look(const std::string& key) = 0;

  // Puts another content into a session that exists. False when there is none: one that was
  // removed never comes back.
  virtual absl::StatusOr<bool> Replace(const std::string& key, const std::string& content) = 0;

  // Ends a session; not an error when there is none.
  virtual absl::Status Remove(const std::string& key) = 0;

  // The keys of an owner's sessions, in order; of some there may be nothing left.
  virtual absl::StatusOr<std::vector<std::string>> KeysOf(const std::string& owner) = 0;

  // Ends all sessions of an owner. How many there were.
  virtual absl::StatusOr<int> RemoveAllOf(const std::string& owner) = 0;

  // True for the first who claims `name`, until it is released or `time` has passed.
  virtual absl::StatusOr<bool> Claim(const std::string& name, absl::Duration time) = 0;
  virtual absl::Status Release(const std::string& name) = 0;
};

}  // namespace avvik::gateway
