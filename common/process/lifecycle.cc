#include "common/process/lifecycle.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <thread>

#include "common/log/log.h"
#include "common/process/wiping.h"

namespace avvik::process {
namespace {

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// Ends the process if stopping takes too long or is asked for twice.
void WatchStopping(absl::Duration grace) {
  std::thread([grace] {
    const sigset_t signals = StopSignals();
    const timespec wait = absl::ToTimespec(grace);
    const int signal = sigtimedwait(&signals, nullptr, &wait);
    log::Error("stopped_hard", {{"reason", signal > 0 ? "second signal" : "grace ran out"}});
    std::_Exit(1);
  }).detach();
}

void StopAll(const std::vector<Runnable*>& parts, size_t started) {
  while (started > 0) parts[--started]->Stop();
}

}  // namespace

void BlockStopSignals() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void ForbidDumps() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void Begin() {
  BlockStopSignals();
  ForbidDumps();
}

int RunUntilSignal(const std::vector<Runnable*>& parts, absl::Duration grace) {
  for (size_t i = 0; i < parts.size(); ++i) {
    if (const absl::Status status = parts[i]->Start(); !status.ok()) {
      log::Error("start_failed", {{"error", status}});
      StopAll(parts, i);
      return 1;
    }
  }
  log::Info("running", {{"wipes_freed_memory", WipesFreedMemory()}});
  const sigset_t signals = StopSignals();
  int signal = 0;
  sigwait(&signals, &signal);
  log::Info("stopping", {{"signal", signal}});
  WatchStopping(grace);
  StopAll(parts, parts.size());
  log::Info("stopped");
  return 0;
}

}  // namespace avvik::process
