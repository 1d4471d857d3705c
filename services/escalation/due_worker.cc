#include "services/escalation/due_worker.h"

#include <utility>

#include "common/log/log.h"
#include "common/status/macros.h"

namespace avvik::escalation {
namespace {

// How often timers are looked at: a deadline is known to be due at the latest so long after it.
constexpr absl::Duration kPause = absl::Milliseconds(200);

}  // namespace

DueWorker::DueWorker(DutyStore& store, const Clock& clock, telemetry::Registry& telemetry,
                     std::function<void()> committed)
    : store_(store),
      clock_(clock),
      committed_(std::move(committed)),
      due_soon_(telemetry.Counter("avvik_stages_due_soon_total", "Stages that came due soon.")),
      overdue_(telemetry.Counter("avvik_stages_overdue_total", "Stages that came overdue.")),
      lag_(telemetry.Gauge("avvik_timer_lag_seconds",
                           "How late the oldest timer of the last round was looked at.")),
      loop_("due", [this] { return Step(); }) {}

absl::StatusOr<TimerRound> DueWorker::RunOnce() {
  AVVIK_ASSIGN_OR_RETURN(const TimerRound round, store_.Advance(clock_.Now(), kBatch));
  due_soon_.Add(round.due_soon);
  overdue_.Add(round.overdue);
  lag_.Set(absl::ToDoubleSeconds(round.lag));
  if (round.due_soon + round.overdue > 0) committed_();
  return round;
}

absl::Duration DueWorker::Step() {
  const absl::StatusOr<TimerRound> round = RunOnce();
  if (!round.ok()) {
    log::Warning("timers_waiting", {{"error", round.status()}});
    return absl::Milliseconds(500);
  }
  return round->duties == kBatch ? absl::ZeroDuration() : kPause;
}

}  // namespace avvik::escalation
