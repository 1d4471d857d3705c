// Sends the trace on to another system: what is sealed, and the checkpoints, at least once and in order. How far it came is
// kept in the database. One forwarder per service is active, held by an advisory lock; others stand by.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/audit/log_receiver.h"
#include "common/audit/trail.h"
#include "common/pg/connection.h"
#include "common/pg/pool.h"
#include "common/process/loop.h"

namespace avvik::audit {

struct ForwarderSettings {
  std::string service;
  pg::Settings database;  // For the lock.
  int batch = 500;        // Records, and checkpoints, sent at a time.
};

class Forwarder final : public process::Runnable {
 public:
  // Gives the way to the receiver, anew for each round: its certificates may have changed.
  using FindReceiver = std::function<absl::StatusOr<std::unique_ptr<LogReceiver>>()>;

  // `pool` must outlive the forwarder.
  Forwarder(ForwarderSettings settings, pg::Pool& pool, FindReceiver find);
  ~Forwarder() override { Stop(); }

  absl::Status Start() override { return loop_.Start(); }
  void Stop() override;

  // Sends up to a batch of each municipality's, and answers how many messages were sent; nothing when another
  // forwarder is active. What went out before an error stays sent.
  absl::StatusOr<int64_t> RunOnce();

 private:
  absl::StatusOr<bool> HoldLock();
  absl::Duration Step();

  const ForwarderSettings settings_;
  pg::Pool& pool_;
  const FindReceiver find_;
  Trail trail_;
  std::unique_ptr<pg::Connection> database_;
  bool locked_ = false;
  absl::Duration wait_;
  process::Loop loop_;
};

}  // namespace avvik::audit
