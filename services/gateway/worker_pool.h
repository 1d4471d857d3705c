// Threads for what blocks: the threads that serve HTTP must not.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/process/runnable.h"

namespace avvik::gateway {

// Thread-safe.
class WorkerPool final : public process::Runnable {
 public:
  // `name` is the threads', at most 15 characters. Jobs beyond `max_waiting` are not taken.
  WorkerPool(std::string name, int threads, size_t max_waiting)
      : name_(std::move(name)), count_(threads), max_waiting_(max_waiting) {}
  ~WorkerPool() override { Stop(); }

  absl::Status Start() override;

  // Lets jobs under way finish and forgets those that wait.
  void Stop() override;

  // Queues a job. False when too many wait, or the pool does not run; the job is then forgotten.
  bool Post(std::function<void()> job);

 private:
  void Run();

  const std::string name_;
  const int count_;
  const size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool running_ = false;
  std::deque<std::function<void()>> jobs_;
  std::vector<std::thread> threads_;
};

}  // namespace avvik::gateway
