// Ends the live streams of sessions that have ended: signing out, here or at another gateway, also
// stops what is being read.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "common/process/loop.h"
#include "common/process/runnable.h"
#include "services/gateway/http_message.h"
#include "services/gateway/sign_in/sessions.h"

namespace avvik::gateway {

// Thread-safe.
class StreamWatch final : public process::Runnable {
 public:
  // Looks at the sessions that have streams open every `interval`.
  StreamWatch(Sessions& sessions, absl::Duration interval);
  ~StreamWatch() override { Stop(); }

  absl::Status Start() override { return loop_.Start(); }
  void Stop() override { loop_.Stop(); }

  // A responder that answers through `next`; a stream begun with it is ended when the session with
  // this key has ended.
  std::shared_ptr<HttpResponder> Guard(const std::string& key, std::shared_ptr<HttpResponder> next);

  // Looks at them all now. How many streams it ended.
  int RunOnce();

 private:
  // A stream that is open.
  struct Open {
    std::string key;
    std::mutex mutex;
    std::function<void()> on_closed;  // Called once; then empty.

    void Close();
  };
  class GuardedResponder;
  class GuardedStream;

  void Add(const std::shared_ptr<Open>& open);
  void Drop(const std::shared_ptr<Open>& open);

  Sessions& sessions_;
  std::mutex mutex_;
  std::set<std::shared_ptr<Open>> open_;
  process::Loop loop_;
};

}  // namespace avvik::gateway
