// Hands work from one thread to several, no more of it at a time than is soon done.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace avvik::cli {

// Thread-safe.
template <typename Work>
class WorkQueue {
 public:
  // Holds at most `capacity` that nobody has taken.
  explicit WorkQueue(size_t capacity) : capacity_(capacity) {}

  // Waits until there is room. False, and nothing is kept, after Abandon.
  bool Push(Work work) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return abandoned_ || waiting_.size() < capacity_; });
    if (abandoned_) return false;
    waiting_.push_back(std::move(work));
    changed_.notify_all();
    return true;
  }

  // Waits for work; nothing when there will be no more. Whoever took work says Done afterwards.
  std::optional<Work> Take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return abandoned_ || closed_ || !waiting_.empty(); });
    if (abandoned_ || waiting_.empty()) return std::nullopt;
    std::optional<Work> work(std::move(waiting_.front()));
    waiting_.pop_front();
    ++taken_;
    changed_.notify_all();
    return work;
  }
  void Done() {
    std::lock_guard lock(mutex_);
    --taken_;
    changed_.notify_all();
  }

  // Waits until everything pushed so far is done. False after Abandon.
  bool WaitUntilDone() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return abandoned_ || (waiting_.empty() && taken_ == 0); });
    return !abandoned_;
  }

  // There is no more work to come: what waits is still handed out.
  void Close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

  // Nothing is handed out any more.
  void Abandon() {
    std::lock_guard lock(mutex_);
    abandoned_ = true;
    changed_.notify_all();
  }

 private:
  const size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> waiting_;
  size_t taken_ = 0;
  bool closed_ = false;
  bool abandoned_ = false;
};

}  // namespace avvik::cli
