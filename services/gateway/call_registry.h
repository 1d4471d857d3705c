// The calls under way to other services, so that stopping can cancel them and wait for their end.
#pragma once

#include <grpcpp/client_context.h>

#include <condition_variable>
#include <mutex>
#include <set>

namespace avvik::gateway {

// Thread-safe.
class CallRegistry {
 public:
  // Takes up a call about to be started. False when no more are taken; the call must not start
  // then.
  bool Add(grpc::ClientContext* context) {
    std::lock_guard lock(mutex_);
    if (stopping_) return false;
    calls_.insert(context);
    return true;
  }

  // Must come after everything else that the end of a call does.
  void Remove(grpc::ClientContext* context) {
    std::lock_guard lock(mutex_);
    calls_.erase(context);
    // Within the lock: once the waiter wakes, this object may be gone.
    if (calls_.empty()) changed_.notify_all();
  }

  // Takes no more calls, cancels those under way, and returns when all have ended.
  void Stop() {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    for (grpc::ClientContext* context : calls_) context->TryCancel();
    changed_.wait(lock, [this] { return calls_.empty(); });
  }

  bool stopping() const {
    std::lock_guard lock(mutex_);
    return stopping_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::set<grpc::ClientContext*> calls_;
};

}  // namespace avvik::gateway
