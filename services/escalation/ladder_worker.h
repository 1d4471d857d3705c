// Climbs the ladders: takes the steps whose time has come, and tells of them. The timers are rows,
// so nothing is lost with a process, and several copies share the work.
#pragma once

#include <functional>

#include "common/clock/clock.h"
#include "common/organisation/directory.h"
#include "common/process/loop.h"
#include "common/telemetry/registry.h"
#include "services/escalation/alarm_store.h"

namespace avvik::escalation {

class LadderWorker final : public process::Runnable {
 public:
  // `roles` is what each role may. `committed` is called after each round that told something. All
  // of them must outlive the worker.
  LadderWorker(AlarmStore& store, organisation::Directory& directory,
               const organisation::RoleCatalogue& roles, const Clock& clock,
               telemetry::Registry& telemetry, std::function<void()> committed);

  absl::Status Start() override { return loop_.Start(); }
  void Stop() override { loop_.Stop(); }

  // An alarm may have begun: look now instead of at the next round. Thread-safe, cheap.
  void Wake() { loop_.Wake(); }

  // Takes what is due now, at most one batch.
  absl::StatusOr<ClimbRound> RunOnce();

 private:
  static constexpr int kBatch = 200;

  absl::Duration Step();
  Alarm Climb(const Alarm& alarm, const Duty& duty, const triage::v1::CaseFacts& facts,
              absl::Time now) const;

  AlarmStore& store_;
  organisation::Directory& directory_;
  const organisation::RoleCatalogue& roles_;
  const Clock& clock_;
  const std::function<void()> committed_;
  const telemetry::Counter steps_;
  const telemetry::Counter unheard_;
  const telemetry::Gauge lag_;
  process::Loop loop_;
};

}  // namespace avvik::escalation
