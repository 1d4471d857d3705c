#include "services/delivery/queue_keeper.h"

#include <utility>

#include "common/log/log.h"
#include "common/status/macros.h"

namespace avvik::delivery {

QueueKeeper::QueueKeeper(QueueKeeperSettings settings, SendQueue& queue, const Clock& clock,
                         telemetry::Registry& telemetry)
    : settings_(std::move(settings)),
      queue_(queue),
      clock_(clock),
      waiting_(telemetry.Gauge("avvik_delivery_notices", "Notices, by where they stand.",
                               {{"state", "waiting"}})),
      failed_(telemetry.Gauge("avvik_delivery_notices", "Notices, by where they stand.",
                              {{"state", "failed"}})),
      age_(telemetry.Gauge("avvik_delivery_queue_age_seconds",
                           "How long the oldest notice in the queue has waited.")),
      rescued_(telemetry.Counter("avvik_delivery_rescued_total",
                                 "Notices put back after their sender was gone.")),
      loop_("keep-queue", [this] { return Step(); }) {}

absl::Duration QueueKeeper::Step() {
  if (const absl::StatusOr<Round> round = RunOnce(); !round.ok()) {
    log::Warning("queue_keeper_waiting", {{"error", round.status()}});
  } else if (round->rescued + round->erased > 0) {
    log::Info("queue_kept", {{"rescued", round->rescued}, {"addresses_erased", round->erased}});
  }
  // Several rounds fit in a lease.
  return settings_.lease / 5;
}

absl::StatusOr<QueueKeeper::Round> QueueKeeper::RunOnce() {
  Round round;
  const absl::Time now = clock_.Now();
  AVVIK_RETURN_IF_ERROR(queue_.Renew(settings_.holder, now + settings_.lease));
  AVVIK_ASSIGN_OR_RETURN(round.rescued, queue_.Rescue(now));
  rescued_.Add(static_cast<double>(round.rescued));
  AVVIK_ASSIGN_OR_RETURN(round.erased, queue_.EraseAddresses(now - settings_.keep_addresses));
  AVVIK_ASSIGN_OR_RETURN(const QueueDepth depth, queue_.Depth());
  waiting_.Set(static_cast<double>(depth.waiting));
  failed_.Set(static_cast<double>(depth.failed));
  age_.Set(depth.oldest.has_value() ? absl::ToDoubleSeconds(now - *depth.oldest) : 0);
  return round;
}

}  // namespace avvik::delivery
