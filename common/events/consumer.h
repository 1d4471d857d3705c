// Hearing from another service: each event takes effect exactly once, in order.
//
// One consumer per service and source is active, held by an advisory lock in the consuming service's
// database. Effects and the position reached are committed in one transaction, which first locks and
// compares the position; so a crash, a repeat or a second consumer by mistake changes nothing. Redis
// brings events fast; gaps and silence are settled by reading the source's log. So are entries that do not
// prove that the source wrote them: they are counted, logged as `event_forged`, and never applied.
//
// An event that cannot be applied is parked with the reason, and later events of its subject behind it;
// all others go on. Errors of the surroundings (UNAVAILABLE, DEADLINE_EXCEEDED, ABORTED,
// RESOURCE_EXHAUSTED, CANCELLED, UNAUTHENTICATED) are not the event's fault: the batch waits and is
// tried again.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/events/event_log.h"
#include "common/events/stream_access.h"
#include "common/pg/pool.h"
#include "common/process/loop.h"
#include "common/redis/connection.h"
#include "common/telemetry/registry.h"

namespace avvik::events {

// What a service does with what it hears.
class EventHandler {
 public:
  virtual ~EventHandler() = default;

  // Fetches what a batch needs from elsewhere, before the transaction. When it fails with a permanent
  // error, the batch is taken apart: each event is prepared and applied alone.
  virtual absl::Status Prepare(std::span<const v1::StoredEvent> batch) {
    (void)batch;
    return absl::OkStatus();
  }

  // Applies one event. Everything it does is through `transaction`; it may run again after a rollback.
  // Types it does not know are none of its business: OK.
  virtual absl::Status Apply(pg::Transaction& transaction, const v1::StoredEvent& event) = 0;

  // A batch is committed.
  virtual void Committed() {}
};

struct ConsumerSettings {
  std::string source;  // The service heard.
  pg::Settings database;
  StreamAccess streams;  // Without an address only the source's log is read.
  int batch = 500;
  telemetry::Registry* telemetry = nullptr;  // Counts forged entries; null counts none.
};

class Consumer final : public process::Runnable {
 public:
  // All of them must outlive the consumer. `reader` reads the source's log.
  Consumer(ConsumerSettings settings, EventHandler& handler, EventLogReader& reader,
           const Clock& clock);
  ~Consumer() override;

  absl::Status Start() override;
  void Stop() override;

  // What one round did.
  struct Round {
    bool active = false;   // Whether this consumer holds the lock.
    int64_t applied = 0;   // Events applied.
    int64_t parked = 0;    // Events parked.
    int64_t position = 0;  // Position reached.
    bool astray = false;   // The stream led nowhere: Redis is away, or what it has is of no use.
  };
  // Reads what follows the position and applies it. Waits for new events at most `wait`.
  absl::StatusOr<Round> RunOnce(absl::Duration wait);

 private:
  absl::StatusOr<bool> HoldLock();
  // What the stream has after the position.
  struct Stretch {
    std::vector<v1::StoredEvent> events;  // From the next position on, without a gap.
    bool broken_off = false;              // An entry follows that is of no use.
  };

  absl::StatusOr<std::vector<v1::StoredEvent>> ReadNext(absl::Duration wait, Round* round);
  absl::StatusOr<Stretch> ReadStream(absl::Duration wait);
  absl::StatusOr<std::vector<v1::StoredEvent>> ReadLog();
  void ReportForged(const std::string& id);
  // Prepares and applies a batch and moves the position behind it.
  absl::Status Take(std::span<const v1::StoredEvent> batch, Round* round);
  // Applies a batch in one transaction; events in `refused`, by position, are parked with the reason.
  absl::Status Apply(std::span<const v1::StoredEvent> batch,
                     std::map<int64_t, absl::Status> refused, Round* round);
  absl::Duration Step();

  const ConsumerSettings settings_;
  const std::string stream_;
  EventHandler& handler_;
  EventLogReader& reader_;
  const Clock& clock_;
  std::optional<telemetry::Counter> forged_entries_;
  std::unique_ptr<pg::Connection> database_;
  std::unique_ptr<redis::Connection> redis_;
  bool locked_ = false;
  int64_t position_ = 0;
  std::string forged_;  // Id of the entry that was reported last.
  absl::Time log_read_ = absl::InfinitePast();
  process::Loop loop_;
};

// Whether an error is of the surroundings, so that trying again may help.
bool IsTransient(const absl::Status& status);

}  // namespace avvik::events
