// Gives committed events their positions and copies them to the service's Redis stream.
//
// One publisher per service is active, held by an advisory lock in the service's database; others stand
// by. The stream is a copy that may be lost at any time: the publisher notices and sends what is
// missing. Entry ids are `<position>-0`, so that a repeat is refused by Redis itself. Each entry carries a
// proof of where it comes from: see EventKeys.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/events/stream_access.h"
#include "common/pg/connection.h"
#include "common/process/loop.h"
#include "common/redis/connection.h"

namespace avvik::events {

struct PublisherSettings {
  std::string source;  // The service's name.
  pg::Settings database;
  StreamAccess streams;
  int64_t stream_length = 100'000;  // Entries kept in the stream; older ones are read from the log.
  int batch = 1'000;                // Events a round.
};

class Publisher final : public process::Runnable {
 public:
  explicit Publisher(PublisherSettings settings);
  ~Publisher() override;

  absl::Status Start() override;
  void Stop() override;

  // There may be new events: look now instead of at the next round. Thread-safe, cheap.
  void Wake();

  // What one round did.
  struct Round {
    bool active = false;     // Whether this publisher holds the lock.
    int64_t positioned = 0;  // Events that got a position.
    int64_t sent = 0;        // Entries that the stream took.
  };
  // Takes the lock when it is free, gives positions to what is committed, and brings the stream up to
  // the log's head. Positions are given also when Redis is away; the error is returned then.
  absl::StatusOr<Round> RunOnce();

 private:
  absl::StatusOr<bool> HoldLock();
  absl::StatusOr<int64_t> GivePositions();
  // Brings the stream to `head`: appends what follows its last entry, or fills it anew when it is gone
  // or belongs to another log.
  absl::StatusOr<int64_t> CatchUp(int64_t head);
  // Position of the stream's last entry; 0 when there is no stream.
  absl::StatusOr<int64_t> StreamTail();
  absl::StatusOr<int64_t> Send(int64_t after, int64_t head, bool create);
  absl::Duration Step();

  const PublisherSettings settings_;
  const std::string stream_;
  std::unique_ptr<pg::Connection> database_;
  std::unique_ptr<redis::Connection> redis_;
  bool locked_ = false;
  int64_t head_ = 0;
  // Position known to be in the stream; -1 when the stream must be looked at first.
  int64_t tail_ = -1;
  absl::Time checked_ = absl::InfinitePast();
  process::Loop loop_;
};

}  // namespace avvik::events
