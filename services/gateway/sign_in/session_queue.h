// Sends deeds with sessions to where they are recorded, one after the other and again until they
// are: nobody who signs in waits for it.
#pragma once

#include <deque>
#include <functional>
#include <mutex>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ids/id_source.h"
#include "common/process/loop.h"
#include "common/telemetry/registry.h"
#include "services/gateway/sign_in/session_log.h"

namespace avvik::gateway {

// Thread-safe. Keeps `avvik_session_records_waiting` and `avvik_session_records_lost_total`.
class SessionQueue final : public SessionLog, public process::Runnable {
 public:
  // Records one deed; blocks. What it refuses for a reason of the deed's own is lost, everything
  // else is tried again.
  using Send = std::function<absl::Status(const SessionDeed&)>;

  // More than a municipality signs in during a day. What comes beyond it is lost, and counted.
  static constexpr size_t kMost = 20'000;

  SessionQueue(Send send, IdSource& ids, telemetry::Registry& registry, size_t most = kMost);
  ~SessionQueue() override { Stop(); }

  void Add(SessionDeed deed) override;

  absl::Status Start() override { return loop_.Start(); }
  // Tries once more what is waiting; what then remains is lost.
  void Stop() override;

  // Sends what is waiting, in order, until one cannot be recorded now. How many were recorded; the
  // error when one could not.
  absl::StatusOr<int> RunOnce();

 private:
  void Lose(size_t count, const absl::Status& why);
  void Note();

  const Send send_;
  IdSource& ids_;
  const telemetry::Gauge waiting_gauge_;
  const telemetry::Counter lost_;
  const size_t most_;
  std::mutex mutex_;
  std::deque<SessionDeed> waiting_;
  bool away_ = false;     // Whether the last try failed. Used by the loop only.
  bool stopped_ = false;  // Used by Stop only.
  process::Loop loop_;
};

}  // namespace avvik::gateway
