// Keeps the queue in order: prolongs the leases of this process, puts back what a process that is
// gone held, measures the queue, and erases addresses with time.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/process/loop.h"
#include "common/process/runnable.h"
#include "common/telemetry/registry.h"
#include "services/delivery/send_queue.h"

namespace avvik::delivery {

struct QueueKeeperSettings {
  std::string holder;                        // The sender's.
  absl::Duration lease = absl::Seconds(15);  // The sender's.
  // Addresses of notices that came to their end are erased when these are this old.
  absl::Duration keep_addresses = absl::Hours(24 * 90);
};

class QueueKeeper final : public process::Runnable {
 public:
  // All of them must outlive the keeper. Started before the sender and stopped after it.
  QueueKeeper(QueueKeeperSettings settings, SendQueue& queue, const Clock& clock,
              telemetry::Registry& telemetry);
  ~QueueKeeper() override { Stop(); }

  absl::Status Start() override { return loop_.Start(); }
  void Stop() override { loop_.Stop(); }

  // What one round did.
  struct Round {
    int64_t rescued = 0;
    int64_t erased = 0;
  };
  absl::StatusOr<Round> RunOnce();

 private:
  absl::Duration Step();

  const QueueKeeperSettings settings_;
  SendQueue& queue_;
  const Clock& clock_;
  const telemetry::Gauge waiting_;
  const telemetry::Gauge failed_;
  const telemetry::Gauge age_;
  const telemetry::Counter rescued_;
  process::Loop loop_;
};

}  // namespace avvik::delivery
