#include "services/gateway/sign_in/stream_watch.h"

#include <map>
#include <utility>
#include <vector>

namespace avvik::gateway {

void StreamWatch::Open::Close() {
  std::function<void()> closed;
  {
    std::lock_guard lock(mutex);
    closed = std::exchange(on_closed, nullptr);
  }
  if (closed) closed();
}

// Takes its stream off the list when it ends.
class StreamWatch::GuardedStream final : public EventStream {
 public:
  GuardedStream(StreamWatch& watch, std::shared_ptr<Open> open, std::unique_ptr<EventStream> next)
      : watch_(watch), open_(std::move(open)), next_(std::move(next)) {}
  ~GuardedStream() override {
    {
      // From here on nobody must be told that the stream has been closed.
      std::lock_guard lock(open_->mutex);
      open_->on_closed = nullptr;
    }
    watch_.Drop(open_);
  }
  bool Send(std::string frames) override { return next_->Send(std::move(frames)); }

 private:
  StreamWatch& watch_;
  const std::shared_ptr<Open> open_;
  const std::unique_ptr<EventStream> next_;
};

class StreamWatch::GuardedResponder final : public HttpResponder {
 public:
  GuardedResponder(StreamWatch& watch, std::string key, std::shared_ptr<HttpResponder> next)
      : watch_(watch), key_(std::move(key)), next_(std::move(next)) {}

  void Send(HttpResponse response) override { next_->Send(std::move(response)); }

  std::unique_ptr<EventStream> StartEvents(std::function<void()> on_closed) override {
    auto open = std::make_shared<Open>();
    open->key = key_;
    open->on_closed = std::move(on_closed);
    auto stream = next_->StartEvents([open] { open->Close(); });
    if (stream == nullptr) return nullptr;
    watch_.Add(open);
    return std::make_unique<GuardedStream>(watch_, std::move(open), std::move(stream));
  }

  std::unique_ptr<BodyStream> StartBody(HttpResponse head, uint64_t size) override {
    return next_->StartBody(std::move(head), size);
  }

 private:
  StreamWatch& watch_;
  const std::string key_;
  const std::shared_ptr<HttpResponder> next_;
};

StreamWatch::StreamWatch(Sessions& sessions, absl::Duration interval)
    : sessions_(sessions), loop_("stream-watch", [this, interval] {
        RunOnce();
        return interval;
      }) {}

std::shared_ptr<HttpResponder> StreamWatch::Guard(const std::string& key,
                                                  std::shared_ptr<HttpResponder> next) {
  return std::make_shared<GuardedResponder>(*this, key, std::move(next));
}

int StreamWatch::RunOnce() {
  std::vector<std::shared_ptr<Open>> open;
  {
    std::lock_guard lock(mutex_);
    open.assign(open_.begin(), open_.end());
  }
  std::map<std::string, bool> ended;  // By key, as far as it has been asked.
  int closed = 0;
  for (const auto& stream : open) {
    const auto [known, first] = ended.try_emplace(stream->key, false);
    // While the store does not answer, streams go on.
    if (first) known->second = absl::IsUnauthenticated(sessions_.Look(stream->key).status());
    if (!known->second) continue;
    stream->Close();
    ++closed;
  }
  return closed;
}

void StreamWatch::Add(const std::shared_ptr<Open>& open) {
  std::lock_guard lock(mutex_);
  open_.insert(open);
}

void StreamWatch::Drop(const std::shared_ptr<Open>& open) {
  std::lock_guard lock(mutex_);
  open_.erase(open);
}

}  // namespace avvik::gateway
