// One connection to Redis, by hiredis. Not thread-safe; after any error it is broken and a new one must
// be opened.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/redis/server.h"
#include "common/redis/tls_tunnel.h"

struct redisContext;
struct redisReply;

namespace avvik::redis {

// An answer. Error answers of a command are values, not statuses: a pipeline goes on behind them.
class Reply {
 public:
  Reply() = default;
  explicit Reply(redisReply* reply, bool owned = true);

  bool is_error() const;
  bool is_nil() const;
  bool is_array() const;
  // The text of a string, status or error answer; empty for others.
  std::string text() const;
  // The number of an integer answer; 0 for others.
  int64_t integer() const;
  // Parts of an array answer; valid as long as this answer.
  size_t size() const;
  Reply operator[](size_t index) const;

 private:
  std::shared_ptr<redisReply> reply_;
};

class Connection {
 public:
  // `timeout` bounds connecting and every answer; it must exceed any BLOCK by a margin. UNAVAILABLE when
  // there is no server, when it does not take user and password, and when it answers also those who give
  // none. INVALID_ARGUMENT for an address that is of no use (PlaceOf).
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const Server& server,
                                                          absl::Duration timeout);

  // Sends one command and waits for its answer. Arguments may hold any bytes. UNAVAILABLE when the
  // connection broke or timed out.
  absl::StatusOr<Reply> Command(const std::vector<std::string>& arguments);

  // Sends many commands at once and gives their answers in order.
  absl::StatusOr<std::vector<Reply>> Pipeline(const std::vector<std::vector<std::string>>& commands);

  bool broken() const { return broken_; }

 private:
  Connection(redisContext* context, std::unique_ptr<TlsTunnel> tunnel);
  absl::Status Append(const std::vector<std::string>& arguments);
  absl::StatusOr<Reply> Receive();
  absl::Status Broken();

  const std::unique_ptr<TlsTunnel> tunnel_;  // Of a connection by TLS; ends after `context_`.
  std::shared_ptr<redisContext> context_;
  bool broken_ = false;
};

}  // namespace avvik::redis
