// Watches whether the machine's clock is synchronised: times in the trace and of statutory duties
// are worth no more than it.
#pragma once

#include <functional>
#include <optional>

#include "absl/time/time.h"
#include "common/clock/synchronisation.h"
#include "common/process/loop.h"
#include "common/telemetry/registry.h"

namespace avvik {

// Keeps the gauge `avvik_clock_synchronised`, which is 1, 0, or -1 where the kernel does not say,
// and `avvik_clock_estimated_error_seconds`; a warning line tells each change, and a wrong clock at
// the start.
class ClockWatch final : public process::Runnable {
 public:
  explicit ClockWatch(telemetry::Registry& registry,
                      std::function<KernelClock()> ask = AskKernelClock);
  ~ClockWatch() override { Stop(); }

  absl::Status Start() override { return loop_.Start(); }
  void Stop() override { loop_.Stop(); }

  // Looks once. Whether a warning was written.
  bool RunOnce();

 private:
  const std::function<KernelClock()> ask_;
  const telemetry::Gauge synchronised_;
  const telemetry::Gauge error_;
  std::optional<Synchronisation> last_;
  process::Loop loop_;
};

}  // namespace avvik
