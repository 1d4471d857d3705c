#include "services/gateway/sign_in/session_queue.h"

#include <utility>

#include "common/log/log.h"

namespace avvik::gateway {
namespace {

constexpr absl::Duration kIdle = absl::Seconds(10);  // Add wakes the loop sooner.
constexpr absl::Duration kRetry = absl::Seconds(1);

// Whether what was refused would be refused again: the deed's own fault, not that of the
// surroundings.
bool IsFinal(const absl::Status& status) { return absl::IsInvalidArgument(status); }

}  // namespace

SessionQueue::SessionQueue(Send send, IdSource& ids, telemetry::Registry& registry, size_t most)
    : send_(std::move(send)),
      ids_(ids),
      waiting_gauge_(registry.Gauge("avvik_session_records_waiting",
                                    "Signing in and out that is not in the trace yet.")),
      lost_(registry.Counter("avvik_session_records_lost_total",
                             "Signing in and out that never came into the trace.")),
      most_(most),
      loop_("session-log", [this] {
        const absl::StatusOr<int> sent = RunOnce();
        if (!sent.ok() && !away_) log::Warning("session_log_waiting", {{"error", sent.status()}});
        away_ = !sent.ok();
        return sent.ok() ? kIdle : kRetry;
      }) {}

void SessionQueue::Add(SessionDeed deed) {
  deed.id = ids_.Next();
  {
    std::lock_guard lock(mutex_);
    if (waiting_.size() >= most_) {
      Lose(1, absl::ResourceExhaustedError("too many are waiting"));
      return;
    }
    waiting_.push_back(std::move(deed));
    Note();
  }
  loop_.Wake();
}

absl::StatusOr<int> SessionQueue::RunOnce() {
  int recorded = 0;
  while (true) {
    SessionDeed deed;
    {
      std::lock_guard lock(mutex_);
      if (waiting_.empty()) return recorded;
      deed = waiting_.front();
    }
    const absl::Status status = send_(deed);
    if (!status.ok() && !IsFinal(status)) return status;
    if (!status.ok()) Lose(1, status);
    if (status.ok()) ++recorded;
    std::lock_guard lock(mutex_);
    waiting_.pop_front();
    Note();
  }
}

void SessionQueue::Stop() {
  loop_.Stop();
  if (std::exchange(stopped_, true)) return;
  const absl::StatusOr<int> sent = RunOnce();
  if (sent.ok()) return;
  std::lock_guard lock(mutex_);
  Lose(waiting_.size(), sent.status());
  waiting_.clear();
  Note();
}

void SessionQueue::Lose(size_t count, const absl::Status& why) {
  lost_.Add(static_cast<double>(count));
  log::Error("session_records_lost", {{"count", count}, {"error", why}});
}

void SessionQueue::Note() { waiting_gauge_.Set(static_cast<double>(waiting_.size())); }

}  // namespace avvik::gateway
