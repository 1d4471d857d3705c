#include "common/process/loop.h"

#include <pthread.h>

#include <utility>

namespace avvik::process {

Loop::Loop(std::string name, std::function<absl::Duration()> step)
    : name_(std::move(name)), step_(std::move(step)) {}

absl::Status Loop::Start() {
  if (thread_.joinable()) return absl::FailedPreconditionError(name_ + " is already running");
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), name_.substr(0, 15).c_str());
  return absl::OkStatus();
}

void Loop::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Loop::Wake() {
  {
    std::lock_guard lock(mutex_);
    if (woken_) return;
    woken_ = true;
  }
  changed_.notify_all();
}

bool Loop::stopping() const {
  std::lock_guard lock(mutex_);
  return stopping_;
}

void Loop::Run() {
  while (true) {
    {
      std::lock_guard lock(mutex_);
      if (stopping_) return;
      woken_ = false;
    }
    const absl::Duration wait = step_();
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, absl::ToChronoMilliseconds(wait),
                      [this] { return stopping_ || woken_; });
  }
}

}  // namespace avvik::process
