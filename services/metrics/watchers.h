// Those who watch the situation: each look (municipality, filter and reach) is computed once for all who
// share it, when something was committed and when time alone may have changed it.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/metrics/v1/metrics.pb.h"
#include "common/clock/clock.h"
#include "common/process/loop.h"
#include "common/telemetry/registry.h"
#include "services/metrics/view.h"

namespace avvik::metrics {

// Least time between two pictures of one look.
inline constexpr absl::Duration kPictureInterval = absl::Milliseconds(250);
// Most time between two pictures: clocks run out and cases grow older without an event.
inline constexpr absl::Duration kPictureHeartbeat = absl::Seconds(15);

// Thread-safe.
class Watchers final : public process::Runnable {
 public:
  using Picture = std::shared_ptr<const v1::Situation>;

  // Where pictures come from.
  struct Source {
    // A number that is larger when any picture may have changed, other than by time.
    std::function<absl::StatusOr<int64_t>()> version;
    std::function<absl::StatusOr<v1::Situation>(const View& view)> paint;
  };

  // At most `most` watch at a time.
  Watchers(Source source, const Clock& clock, telemetry::Registry& telemetry, int most);
  ~Watchers() override { Stop(); }

  absl::Status Start() override;
  // Lets everyone go who watches, and nobody in.
  void Stop() override;

  // One who watches, until destroyed. Used by one thread. The watchers must outlive it.
  class Watcher {
   public:
    Watcher(Watcher&& other) noexcept;
    ~Watcher();

    // The newest picture that this watcher has not had yet, waiting for one at most `wait`; null when none
    // came, or when the watchers were stopped.
    Picture Next(absl::Duration wait);

   private:
    friend class Watchers;
    struct Look;
    Watcher(Watchers* watchers, std::shared_ptr<Look> look);

    Watchers* watchers_;
    std::shared_ptr<Look> look_;
    int64_t had_ = 0;
  };

  // RESOURCE_EXHAUSTED (TOO_MANY_WATCHERS), UNAVAILABLE (STOPPING).
  absl::StatusOr<Watcher> Join(const View& view);

  bool stopped() const;

  // Something was committed. Cheap.
  void Wake();

  // Paints what is due: a look that is new, one painted before the interval when something has changed
  // since, and one painted before the heartbeat. Answers how long to wait unless something is committed.
  absl::Duration RunOnce();

 private:
  using Look = Watcher::Look;

  void Leave(Look& look);
  // Paints one look, and shows the picture when it differs from the last one or that is as old as the
  // heartbeat.
  void Paint(Look& look, int64_t version, absl::Time now);

  const Source source_;
  const Clock& clock_;
  const int most_;
  const telemetry::Gauge watching_gauge_;
  process::Loop loop_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;  // A picture was shown, or the watchers were stopped.
  std::map<View, std::shared_ptr<Look>> looks_;
  int watching_ = 0;
  bool stopped_ = false;
};

}  // namespace avvik::metrics
