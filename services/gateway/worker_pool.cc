#include "services/gateway/worker_pool.h"

#include <pthread.h>

#include <exception>
#include <utility>

#include "common/log/log.h"

namespace avvik::gateway {

absl::Status WorkerPool::Start() {
  {
    std::lock_guard lock(mutex_);
    running_ = true;
  }
  for (int i = 0; i < count_; ++i) {
    threads_.emplace_back([this] { Run(); });
    pthread_setname_np(threads_.back().native_handle(), name_.c_str());
  }
  return absl::OkStatus();
}

void WorkerPool::Stop() {
  std::deque<std::function<void()>> forgotten;  // Destroyed without the lock.
  {
    std::lock_guard lock(mutex_);
    running_ = false;
    forgotten.swap(jobs_);
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

bool WorkerPool::Post(std::function<void()> job) {
  {
    std::lock_guard lock(mutex_);
    if (!running_ || jobs_.size() >= max_waiting_) return false;
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
  return true;
}

void WorkerPool::Run() {
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !running_ || !jobs_.empty(); });
      if (!running_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    try {
      job();
    } catch (const std::exception& error) {
      log::Error("job_failed", {{"worker", name_}, {"error", error.what()}});
    }
  }
}

}  // namespace avvik::gateway
