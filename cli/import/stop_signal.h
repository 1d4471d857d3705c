// Tells threads to come to an end, and lets them wait in the meantime.
#pragma once

#include <condition_variable>
#include <mutex>

#include "absl/time/time.h"

namespace avvik::cli {

// Thread-safe.
class StopSignal {
 public:
  void Stop() {
    {
      std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
  }

  bool stopped() const {
    std::lock_guard lock(mutex_);
    return stopped_;
  }

  // Waits, at most until Stop. False when stopped.
  bool Wait(absl::Duration duration) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, absl::ToChronoMicroseconds(duration),
                              [this] { return stopped_; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
};

}  // namespace avvik::cli
