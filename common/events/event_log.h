// Reading a service's event log: by position, from its own database or from another service.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "avvik/events/v1/event.pb.h"
#include "common/pg/pool.h"

namespace avvik::events {

// A stretch of a log.
struct LogPage {
  std::vector<v1::StoredEvent> events;  // By position, without a gap.
  int64_t head = 0;                     // Position of the newest event in the log.
};

// Thread-safe.
class EventLogReader {
 public:
  virtual ~EventLogReader() = default;
  // Events after `position`, at most `limit` of them.
  virtual absl::StatusOr<LogPage> Read(int64_t position, int limit) = 0;
};

// The service's own log.
class PgEventLogReader final : public EventLogReader {
 public:
  explicit PgEventLogReader(pg::Pool& pool) : pool_(pool) {}
  absl::StatusOr<LogPage> Read(int64_t position, int limit) override;

 private:
  pg::Pool& pool_;
};

// Key of a service's stream in Redis.
std::string StreamKey(const std::string& source);

}  // namespace avvik::events
