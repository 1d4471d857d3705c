#include "services/metrics/watchers.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/log/log.h"
#include "services/metrics/errors.h"

namespace avvik::metrics {
namespace {

// Another copy of the service may be the one that commits: the store is looked at this often anyway.
constexpr absl::Duration kLookAround = absl::Seconds(1);

bool SameButForTheTime(const v1::Situation& a, const v1::Situation& b) {
  v1::Situation left = a;
  v1::Situation right = b;
  left.clear_as_of_time();
  right.clear_as_of_time();
  return left.SerializeAsString() == right.SerializeAsString();
}

}  // namespace

// What is shared by those who look at the same. Written under the watchers' mutex, and but for `watchers`
// only by the one that paints.
struct Watchers::Watcher::Look {
  explicit Look(View v) : view(std::move(v)) {}

  const View view;
  int watchers = 0;
  Picture picture;    // Null until the first.
  int64_t shown = 0;  // Counts the pictures.
  absl::Time painted = absl::InfinitePast();  // Last, shown or not.
  int64_t version = -1;                       // Of the source, then.
  absl::Time shown_at = absl::InfinitePast();
};

Watchers::Watcher::Watcher(Watchers* watchers, std::shared_ptr<Look> look)
    : watchers_(watchers), look_(std::move(look)) {}

Watchers::Watcher::Watcher(Watcher&& other) noexcept
    : watchers_(std::exchange(other.watchers_, nullptr)),
      look_(std::move(other.look_)),
      had_(other.had_) {}

Watchers::Watcher::~Watcher() {
  if (watchers_ != nullptr) watchers_->Leave(*look_);
}

Watchers::Picture Watchers::Watcher::Next(absl::Duration wait) {
  std::unique_lock lock(watchers_->mutex_);
  watchers_->changed_.wait_for(lock, absl::ToChronoMilliseconds(wait), [this] {
    return watchers_->stopped_ || look_->shown > had_;
  });
  if (watchers_->stopped_ || look_->shown == had_) return nullptr;
  had_ = look_->shown;
  return look_->picture;
}

Watchers::Watchers(Source source, const Clock& clock, telemetry::Registry& telemetry, int most)
    : source_(std::move(source)),
      clock_(clock),
      most_(most),
      watching_gauge_(telemetry.Gauge("avvik_situation_watchers", "Calls that watch the situation.")),
      loop_("watchers", [this] { return RunOnce(); }) {}

absl::Status Watchers::Start() { return loop_.Start(); }

void Watchers::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  loop_.Stop();
}

absl::StatusOr<Watchers::Watcher> Watchers::Join(const View& view) {
  std::lock_guard lock(mutex_);
  if (stopped_) return error::WatchersStopped();
  if (watching_ >= most_) return error::TooManyWatchers(most_);
  ++watching_;
  watching_gauge_.Set(watching_);
  std::shared_ptr<Look>& look = looks_[view];
  if (look == nullptr) look = std::make_shared<Look>(view);
  ++look->watchers;
  loop_.Wake();
  return Watcher(this, look);
}

void Watchers::Leave(Look& look) {
  std::lock_guard lock(mutex_);
  --watching_;
  watching_gauge_.Set(watching_);
  if (--look.watchers == 0) looks_.erase(look.view);
}

bool Watchers::stopped() const {
  std::lock_guard lock(mutex_);
  return stopped_;
}

void Watchers::Wake() { loop_.Wake(); }

absl::Duration Watchers::RunOnce() {
  const absl::Time now = clock_.Now();
  std::vector<std::shared_ptr<Look>> looks;
  absl::Duration wait = kLookAround;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [view, look] : looks_) {
      if (now - look->painted >= kPictureInterval) {
        looks.push_back(look);
      } else {
        wait = std::min(wait, look->painted + kPictureInterval - now);
      }
    }
  }
  if (looks.empty()) return wait;
  const absl::StatusOr<int64_t> version = source_.version();
  if (!version.ok()) {
    log::Warning("situation_waiting", {{"error", version.status()}});
    return wait;
  }
  for (const std::shared_ptr<Look>& look : looks) {
    if (look->version != *version || now - look->painted >= kPictureHeartbeat) {
      Paint(*look, *version, now);
      wait = std::min(wait, kPictureInterval);
    }
  }
  return wait;
}

void Watchers::Paint(Look& look, int64_t version, absl::Time now) {
  absl::StatusOr<v1::Situation> painted = source_.paint(look.view);
  if (!painted.ok()) {
    log::Warning("situation_waiting", {{"error", painted.status()}});
    return;
  }
  std::lock_guard lock(mutex_);
  look.painted = now;
  look.version = version;
  if (look.picture != nullptr && now - look.shown_at < kPictureHeartbeat &&
      SameButForTheTime(*look.picture, *painted)) {
    return;
  }
  look.picture = std::make_shared<const v1::Situation>(*std::move(painted));
  look.shown_at = now;
  ++look.shown;
  changed_.notify_all();
}

}  // namespace avvik::metrics
