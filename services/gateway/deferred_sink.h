// A sink for a body whose taker is not known yet, because something has to be looked up first: holds the
// first piece, and with it the client, until then.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "services/gateway/http_message.h"

namespace avvik::gateway {

// Thread-safe.
class DeferredSink final : public BodySink {
 public:
  // Says who takes the body; null when the request has been answered already. Once.
  void Bind(std::shared_ptr<BodySink> sink) {
    std::unique_lock lock(mutex_);
    bound_ = true;
    sink_ = std::move(sink);
    auto waiting = std::exchange(waiting_, nullptr);
    const auto bound = sink_;
    lock.unlock();
    if (waiting && bound) waiting(*bound);
  }

  void Take(std::string piece, std::function<void()> more) override {
    Do([piece = std::move(piece), more = std::move(more)](BodySink& sink) mutable {
      sink.Take(std::move(piece), std::move(more));
    });
  }
  void End() override {
    Do([](BodySink& sink) { sink.End(); });
  }
  void BreakOff() override {
    Do([](BodySink& sink) { sink.BreakOff(); });
  }

 private:
  // Now or later. Breaking off replaces what waits: the piece before it is of no use then.
  void Do(std::function<void(BodySink&)> act) {
    std::shared_ptr<BodySink> bound;
    {
      std::lock_guard lock(mutex_);
      if (!bound_) {
        waiting_ = std::move(act);
        return;
      }
      bound = sink_;
    }
    if (bound) act(*bound);
  }

  std::mutex mutex_;
  bool bound_ = false;
  std::shared_ptr<BodySink> sink_;
  std::function<void(BodySink&)> waiting_;
};

}  // namespace avvik::gateway
