// Builds all figures anew from the logs of the services, beside the ones in use.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/events/consumer.h"
#include "common/process/loop.h"
#include "services/metrics/hearing.h"
#include "services/metrics/rebuild_store.h"

namespace avvik::metrics {

// Thread-safe. One rebuild at a time over all copies of the service. Whatever happens to it, the figures in
// use stay in use until the new ones have caught up with them.
class Rebuilder final : public process::Runnable {
 public:
  // `database` and `pool` are on the service's own schema. `handler` applies events; `done` is called when
  // new figures are in use. What is pointed to must outlive the rebuilder.
  Rebuilder(const pg::Settings& database, pg::Pool& pool, std::vector<Source> sources,
            events::EventHandler& handler, const Clock& clock, std::function<void()> done);
  ~Rebuilder() override { Stop(); }

  // Clears what a process that is gone has left.
  absl::Status Start() override;
  // Gives a rebuild that is under way up.
  void Stop() override;

  // Begins a rebuild and answers it, or the one that is under way. `trace` is recorded when one begins.
  // UNAVAILABLE when a source cannot be reached.
  absl::StatusOr<v1::Rebuild> Begin(const audit::Record& trace);
  // The newest rebuild.
  absl::StatusOr<v1::Rebuild> Last() { return ReadLastRebuild(pool_); }

  // Does one step of the rebuild that this process has begun: a round for each source, and when little was
  // left to apply, the exchange. Answers whether there is more to do.
  bool RunOnce();

 private:
  // A rebuild under way.
  struct Run {
    std::unique_ptr<RebuildTurn> turn;
    // As the sources; empty before the first step.
    std::vector<std::unique_ptr<events::Consumer>> consumers;
    std::vector<int64_t> positions;  // Reached, as the sources.
    int64_t applied = 0;
    absl::Time stuck = absl::InfiniteFuture();  // Since when every try has failed.
  };

  absl::Status Prepare(Run& run);
  // One round of every source at the same time; answers how many events were applied.
  absl::StatusOr<int64_t> ReplayRound(Run& run);
  absl::Status Exchange(Run& run);
  void Fail(Run& run, const absl::Status& error);
  absl::Duration Step();

  const pg::Settings database_;
  pg::Pool& pool_;
  const std::vector<Source> sources_;
  events::EventHandler& handler_;
  const Clock& clock_;
  const std::function<void()> done_;
  std::mutex mutex_;
  std::unique_ptr<Run> run_;  // Set by Begin, used and reset by the loop only.
  process::Loop loop_;
};

}  // namespace avvik::metrics
