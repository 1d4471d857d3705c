// A thread that does one step, waits as long as the step says, and goes on. What a step does is public
// in its owner as RunOnce, so that tests run steps and never wait.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "common/process/runnable.h"

namespace avvik::process {

class Loop final : public Runnable {
 public:
  // `step` answers how long to wait before the next one; zero means at once. `name` is the thread's,
  // at most 15 characters.
  Loop(std::string name, std::function<absl::Duration()> step);
  ~Loop() override { Stop(); }

  absl::Status Start() override;
  void Stop() override;

  // Cuts the present or the next wait short. Thread-safe, cheap.
  void Wake();

  // Whether Stop was called; long steps look at it between parts.
  bool stopping() const;

 private:
  void Run();

  const std::string name_;
  const std::function<absl::Duration()> step_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool woken_ = false;
  std::thread thread_;
};

}  // namespace avvik::process
