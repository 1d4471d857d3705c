#include "services/escalation/ladder_worker.h"

#include <utility>

#include "common/log/log.h"
#include "common/organisation/matter.h"
#include "common/status/macros.h"

namespace avvik::escalation {
namespace {

// How often timers are looked at.
constexpr absl::Duration kPause = absl::Milliseconds(200);
// While the organisation of a tenant is not known here yet.
constexpr absl::Duration kUnknownTenant = absl::Seconds(10);

}  // namespace

LadderWorker::LadderWorker(AlarmStore& store, organisation::Directory& directory,
                           const organisation::RoleCatalogue& roles, const Clock& clock,
                           telemetry::Registry& telemetry, std::function<void()> committed)
    : store_(store),
      directory_(directory),
      roles_(roles),
      clock_(clock),
      committed_(std::move(committed)),
      steps_(telemetry.Counter("avvik_ladder_steps_total", "Steps of ladders that were taken.")),
      unheard_(telemetry.Counter("avvik_ladder_steps_to_nobody_total",
                                 "Steps of ladders in which there was nobody to call.")),
      lag_(telemetry.Gauge("avvik_ladder_lag_seconds",
                           "How late the oldest alarm of the last round was looked at.")),
      loop_("ladder", [this] { return Step(); }) {}

Alarm LadderWorker::Climb(const Alarm& alarm, const Duty& duty, const triage::v1::CaseFacts& facts,
                          absl::Time now) const {
  Alarm after = alarm;
  const auto organisation = directory_.Find(alarm.tenant);
  if (organisation == nullptr) {
    after.due_time = now + kUnknownTenant;
    return after;
  }
  const LadderRules rules = RulesFor(*organisation, duty.unit, duty.regime);
  const escalation::Climb climb = ClimbOn(alarm, rules, now);
  after.due_time = climb.due_time;
  if (climb.step) {
    after.steps.push_back({now, PeopleToCall(rules.steps[*climb.step], *organisation, roles_,
                                             organisation::MatterOf(facts),
                                             facts.owner().person_id(), now)});
    if (after.steps.back().person_ids.empty()) {
      unheard_.Add(1);
      log::Warning("ladder_step_to_nobody",
                   {{"number", duty.number}, {"stage", alarm.stage}, {"step", after.steps.size()}});
    }
  }
  return after;
}

absl::StatusOr<ClimbRound> LadderWorker::RunOnce() {
  const absl::Time now = clock_.Now();
  AVVIK_ASSIGN_OR_RETURN(
      const ClimbRound round,
      store_.Climb(now, kBatch,
                   [&](const Alarm& alarm, const Duty& duty, const triage::v1::CaseFacts& facts) {
                     return Climb(alarm, duty, facts, now);
                   }));
  steps_.Add(round.steps);
  lag_.Set(absl::ToDoubleSeconds(round.lag));
  if (round.steps > 0) committed_();
  return round;
}

absl::Duration LadderWorker::Step() {
  const absl::StatusOr<ClimbRound> round = RunOnce();
  if (!round.ok()) {
    log::Warning("ladder_waiting", {{"error", round.status()}});
    return absl::Milliseconds(500);
  }
  return round->alarms == kBatch ? absl::ZeroDuration() : kPause;
}

}  // namespace avvik::escalation
