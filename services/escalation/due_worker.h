// Lets time pass for the duties: stages come due soon and overdue when their time comes, and the
// others are told. The timers are rows, so nothing is lost with a process, and several copies share
// the work.
#pragma once

#include <functional>

#include "common/clock/clock.h"
#include "common/process/loop.h"
#include "common/telemetry/registry.h"
#include "services/escalation/duty_store.h"

namespace avvik::escalation {

class DueWorker final : public process::Runnable {
 public:
  // `committed` is called after each round that told something. All of them must outlive the
  // worker.
  DueWorker(DutyStore& store, const Clock& clock, telemetry::Registry& telemetry,
            std::function<void()> committed);

  absl::Status Start() override { return loop_.Start(); }
  void Stop() override { loop_.Stop(); }

  // A timer may have come due: look now instead of at the next round. Thread-safe, cheap.
  void Wake() { loop_.Wake(); }

  // Advances what is due now, at most one batch.
  absl::StatusOr<TimerRound> RunOnce();

 private:
  static constexpr int kBatch = 200;

  absl::Duration Step();

  DutyStore& store_;
  const Clock& clock_;
  const std::function<void()> committed_;
  const telemetry::Counter due_soon_;
  const telemetry::Counter overdue_;
  const telemetry::Gauge lag_;
  process::Loop loop_;
};

}  // namespace avvik::escalation
