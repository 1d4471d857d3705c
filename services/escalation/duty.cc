#include "services/escalation/duty.h"

#include <algorithm>
#include <set>

#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/escalation/errors.h"
#include "services/escalation/evaluate.h"

namespace avvik::escalation {
namespace {

using ChangeKind = DutyChange::Kind;

bool IsRunning(StageState state) {
  return state == StageState::STAGE_STATE_RUNNING || state == StageState::STAGE_STATE_DUE_SOON ||
         state == StageState::STAGE_STATE_OVERDUE;
}

bool IsDone(const DutyStage& stage) {
  return stage.submit_time || stage.state == StageState::STAGE_STATE_NOT_APPLICABLE;
}

// The stage of this id; null when there is none.
auto* FindStage(auto& stages, const std::string& id) {
  const auto found = std::find_if(stages.begin(), stages.end(),
                                  [&](const DutyStage& stage) { return stage.id == id; });
  return found == stages.end() ? nullptr : &*found;
}

const DutyStage* FindStage(const Duty& duty, const std::string& id) {
  return FindStage(duty.stages, id);
}

std::set<std::string> SubmittedStages(const Duty& duty) {
  std::set<std::string> ids;
  for (const DutyStage& stage : duty.stages) {
    if (stage.submit_time) ids.insert(stage.id);
  }
  return ids;
}

// Where a running clock stands.
StageState RunningState(const DutyStage& stage, absl::Time now) {
  if (stage.times.target && now >= *stage.times.target) return StageState::STAGE_STATE_OVERDUE;
  if (stage.times.remind && now >= *stage.times.remind) return StageState::STAGE_STATE_DUE_SOON;
  return StageState::STAGE_STATE_RUNNING;
}

// When a stage's clock starts; unset while it has not.
std::optional<absl::Time> StartOf(const StageClock& clock, const Duty& duty) {
  switch (clock.from) {
    case StageClock::From::kAware:
      return duty.aware_time;
    case StageClock::From::kFound:
      return duty.create_time;
    case StageClock::From::kHandled:
      return duty.handled_time;
    case StageClock::From::kStageSubmitted: {
      const DutyStage* first = FindStage(duty, clock.from_stage);
      return first == nullptr ? std::nullopt : first->submit_time;
    }
    case StageClock::From::kRequest:
      break;
  }
  return std::nullopt;
}

// When the stage that comes first was due; unset when none comes first.
std::optional<absl::Time> FirstDue(const StageClock& clock, const Duty& duty) {
  if (clock.from != StageClock::From::kStageSubmitted) return std::nullopt;
  const DutyStage* first = FindStage(duty, clock.from_stage);
  return first == nullptr ? std::nullopt : first->times.target;
}

// Brings one stage in line with its rule. The stages before it in `duty` are in line already.
void RefreshStage(const StageRule& rule, const Duty& duty, const DutyRules& rules, bool applies,
                  absl::Time now, DutyStage& stage) {
  stage.statutory = rule.clock.statutory();
  const std::optional<absl::Time> start = StartOf(rule.clock, duty);
  if (start && (applies || stage.submit_time)) {
    stage.times = TimesFrom(*start, rule, FirstDue(rule.clock, duty), rules.calendar);
  }
  if (stage.submit_time) {
    stage.state = stage.times.target && *stage.submit_time > *stage.times.target
                      ? StageState::STAGE_STATE_SUBMITTED_LATE
                      : StageState::STAGE_STATE_SUBMITTED;
  } else if (applies && start) {
    stage.state = RunningState(stage, now);
  } else {
    stage.times = {};
    stage.state =
        applies ? StageState::STAGE_STATE_WAITING : StageState::STAGE_STATE_NOT_APPLICABLE;
  }
}

bool AllDone(const Duty& duty, const RegimeVersion& version) {
  return std::all_of(version.stages.begin(), version.stages.end(), [&](const StageRule& rule) {
    const DutyStage* stage = FindStage(duty, rule.id);
    return rule.optional || (stage != nullptr && IsDone(*stage));
  });
}

// The stages in the order of the rules, with what is known of them; then those that were told and
// that the rules no longer have.
std::vector<DutyStage> StagesByRule(const Duty& duty, const RegimeVersion& version) {
  std::vector<DutyStage> stages;
  for (const StageRule& rule : version.stages) {
    const DutyStage* known = FindStage(duty, rule.id);
    stages.push_back(known == nullptr ? DutyStage{.id = rule.id} : *known);
  }
  for (const DutyStage& stage : duty.stages) {
    if (stage.submit_time && version.FindStage(stage.id) == nullptr) stages.push_back(stage);
  }
  return stages;
}

// The rule with the hours that hold for the case.
StageRule WithOverride(const StageRule& rule, const Situation& situation) {
  StageRule effective = rule;
  for (const regimes::ClockOverride& other : rule.overrides) {
    if (Evaluate(other.when, situation).truth != Truth::kYes) continue;
    effective.clock.amount = other.hours;
    break;
  }
  return effective;
}

// Brings the stages of an open or fulfilled duty in line with the rules, the facts and the time.
// `open` is the state while something is left to do.
void RefreshStages(Duty& duty, DutyState open, const DutyRules& rules, const CaseFacts& facts,
                   absl::Time now) {
  const std::set<std::string> submitted = SubmittedStages(duty);
  const Situation situation{facts, submitted};
  duty.stages = StagesByRule(duty, rules.version);
  for (std::size_t i = 0; i < rules.version.stages.size(); ++i) {
    const StageRule& rule = rules.version.stages[i];
    const bool applies =
        !rule.applies_when || Evaluate(*rule.applies_when, situation).truth != Truth::kNo;
    if (rule.overrides.empty()) {
      RefreshStage(rule, duty, rules, applies, now, duty.stages[i]);
    } else {
      RefreshStage(WithOverride(rule, situation), duty, rules, applies, now, duty.stages[i]);
    }
  }
  duty.state = AllDone(duty, rules.version) ? DutyState::DUTY_STATE_FULFILLED : open;
}

void RuleOutStages(Duty& duty) {
  duty.state = DutyState::DUTY_STATE_RULED_OUT;
  for (DutyStage& stage : duty.stages) {
    if (stage.submit_time) continue;
    stage.state = StageState::STAGE_STATE_NOT_APPLICABLE;
    stage.times = {};
  }
}

// Stages that come due soon or overdue between two states of a duty.
void AddAlarms(const Duty& before, const Duty& after, std::vector<DutyChange>& changes) {
  for (const DutyStage& stage : after.stages) {
    const DutyStage* earlier = FindStage(before, stage.id);
    const StageState was =
        earlier == nullptr ? StageState::STAGE_STATE_UNSPECIFIED : earlier->state;
    if (stage.state == StageState::STAGE_STATE_OVERDUE && was != stage.state) {
      changes.push_back({ChangeKind::kStageOverdue, stage.id});
    } else if (stage.state == StageState::STAGE_STATE_DUE_SOON && was != stage.state &&
               was != StageState::STAGE_STATE_OVERDUE) {
      changes.push_back({ChangeKind::kStageDueSoon, stage.id});
    }
  }
}

// Whether something the others are told of differs, apart from how near a running clock is to its
// target.
bool DiffersForOthers(const Duty& a, const Duty& b) {
  const auto state = [](const DutyStage& stage) {
    return IsRunning(stage.state) ? StageState::STAGE_STATE_RUNNING : stage.state;
  };
  const auto same_stage = [&](const DutyStage& x, const DutyStage& y) {
    return x.id == y.id && state(x) == state(y) && x.times.target == y.times.target &&
           x.submit_time == y.submit_time;
  };
  return a.state != b.state || a.entity.unit != b.entity.unit || a.aware_time != b.aware_time ||
         !std::equal(a.stages.begin(), a.stages.end(), b.stages.begin(), b.stages.end(),
                     same_stage);
}

std::vector<DutyChange> ChangesBetween(const Duty& before, const Duty& after) {
  std::vector<DutyChange> changes;
  if (after.state == DutyState::DUTY_STATE_RULED_OUT && before.state != after.state) {
    changes.push_back({ChangeKind::kRuledOut, ""});
    return changes;
  }
  if (DiffersForOthers(before, after)) changes.push_back({ChangeKind::kChanged, ""});
  AddAlarms(before, after, changes);
  return changes;
}

// What the duty takes over from its case whatever becomes of the duty.
void FollowCase(const CaseFacts& facts, Duty& duty) {
  duty.tenant = facts.tenant;
  duty.case_id = facts.case_id;
  duty.number = facts.number;
  duty.unit = facts.unit;
  duty.sphere = facts.sphere;
  duty.parties = facts.parties;
  if (facts.close_time) {
    if (!duty.handled_time) duty.handled_time = facts.close_time;
  } else if (facts.ongoing == Answer::ANSWER_NO) {
    if (!duty.handled_time) duty.handled_time = facts.as_of;
  } else {
    duty.handled_time.reset();
  }
}

// The outcome with its changes counted.
DutyOutcome Counted(DutyOutcome outcome) {
  outcome.duty.version += static_cast<std::int64_t>(outcome.changes.size());
  return outcome;
}

DutyState OpenState(Need need) {
  return need == Need::kRequired ? DutyState::DUTY_STATE_REQUIRED : DutyState::DUTY_STATE_TO_ASSESS;
}

// Takes over what the decision says of a duty that the law asks for.
void FollowDecision(const DutyDecision& decision, const CaseFacts& facts,
                    const deadline::Calendar& calendar, absl::Time now, Duty& duty) {
  duty.regime_version = decision.version->version;
  duty.entity = decision.entity;
  duty.reasons = decision.reasons;
  duty.aware_time = decision.aware_time;
  RefreshStages(duty, OpenState(decision.need), {*decision.version, calendar}, facts, now);
}

absl::Status CheckSubmitTime(const Duty& duty, const StageRule& rule, absl::Time submit_time,
                             absl::Time now) {
  if (submit_time > now) return status::InvalidField("submit_time", "lies in the future");
  if (submit_time < duty.aware_time) {
    return status::InvalidField("submit_time", "lies before the time of awareness");
  }
  const std::optional<absl::Time> start = StartOf(rule.clock, duty);
  if (rule.clock.from == StageClock::From::kStageSubmitted && start && submit_time < *start) {
    return status::InvalidField("submit_time",
                                "lies before '" + rule.clock.from_stage + "' was told");
  }
  return absl::OkStatus();
}

bool IsToldLate(const DutyStage& stage, absl::Time submit_time) {
  return stage.times.target && submit_time > *stage.times.target;
}

absl::Status CheckSubmission(const Duty& duty, const StageRule& rule, const DutyStage& stage,
                             const Submission& submission, absl::Time submit_time, absl::Time now) {
  if (stage.state == StageState::STAGE_STATE_NOT_APPLICABLE)
    return error::StageNotApplicable(stage.id);
  if (rule.clock.from == StageClock::From::kStageSubmitted && !StartOf(rule.clock, duty)) {
    return error::StageWaits(stage.id, rule.clock.from_stage);
  }
  AVVIK_RETURN_IF_ERROR(CheckSubmitTime(duty, rule, submit_time, now));
  if (submission.external_id.empty() && submission.reason.empty()) {
    return status::InvalidField("external_id", "is required, unless reason says why there is none");
  }
  if (IsToldLate(stage, submit_time) && rule.late_reasons && submission.reason.empty() &&
      submission.late_reasons.empty()) {
    return status::InvalidField("reason",
                                "is required: the stage is told late and the law asks why");
  }
  return absl::OkStatus();
}

}  // namespace

DutyOutcome OpenDuty(std::string id, const DutyDecision& decision, const CaseFacts& facts,
                     const deadline::Calendar& calendar, absl::Time now) {
  Duty duty;
  duty.id = std::move(id);
  duty.regime = decision.regime->id;
  duty.create_time = now;
  duty.update_time = now;
  FollowCase(facts, duty);
  const Duty nothing = duty;
  FollowDecision(decision, facts, calendar, now, duty);
  DutyOutcome outcome{std::move(duty), {{ChangeKind::kFound, ""}}};
  if (!facts.imported) AddAlarms(nothing, outcome.duty, outcome.changes);
  return Counted(std::move(outcome));
}

DutyOutcome ReassessDuty(const Duty& duty, const DutyDecision& decision, const CaseFacts& facts,
                         const deadline::Calendar& calendar, absl::Time now) {
  DutyOutcome outcome{duty, {}};
  Duty& after = outcome.duty;
  FollowCase(facts, after);
  if (duty.erase_time) return outcome;
  const bool decided_by_person = duty.ruled_out_from != DutyState::DUTY_STATE_UNSPECIFIED;
  const bool decision_outdated =
      duty.ruled_out_from == DutyState::DUTY_STATE_TO_ASSESS && decision.need == Need::kRequired;
  if (decided_by_person && !decision_outdated) return outcome;
  if (decision.need == Need::kNone) {
    // What has been told in full cannot be taken back.
    if (duty.state == DutyState::DUTY_STATE_FULFILLED) return outcome;
    after.reasons = decision.reasons;
    after.aware_time = decision.aware_time;
    RuleOutStages(after);
  } else if (decision.need == Need::kMayBe && duty.state == DutyState::DUTY_STATE_RULED_OUT) {
    // What is only possible brings nothing back.
    return outcome;
  } else {
    after.ruled_out_from = DutyState::DUTY_STATE_UNSPECIFIED;
    FollowDecision(decision, facts, calendar, now, after);
  }
  outcome.changes = ChangesBetween(duty, after);
  return Counted(std::move(outcome));
}

absl::StatusOr<DutyOutcome> SubmitStage(const Duty& duty, const DutyRules& rules,
                                        const CaseFacts& facts, const Submission& submission,
                                        absl::Time now) {
  if (duty.erase_time) return error::CaseErased(duty.number);
  DutyOutcome outcome{duty, {}};
  DutyStage* stage = FindStage(outcome.duty.stages, submission.stage);
  if (stage == nullptr) return error::StageNotFound(submission.stage);
  if (stage->submit_time) {
    const bool same = stage->external_id == submission.external_id &&
                      stage->reason == submission.reason &&
                      (!submission.submit_time || submission.submit_time == stage->submit_time) &&
                      (submission.dossier_version == 0 ||
                       submission.dossier_version == stage->dossier_version);
    if (same) return outcome;
    return error::StageAlreadySubmitted(stage->id);
  }
  if (duty.state == DutyState::DUTY_STATE_RULED_OUT) return error::DutyIsRuledOut();
  const StageRule* rule = rules.version.FindStage(stage->id);
  if (rule == nullptr) return error::StageNotFound(submission.stage);
  absl::Time submit_time = submission.submit_time.value_or(now);
  if (submit_time > now && submit_time <= now + kClockTolerance) submit_time = now;
  AVVIK_RETURN_IF_ERROR(CheckSubmission(duty, *rule, *stage, submission, submit_time, now));

  stage->submit_time = submit_time;
  stage->external_id = submission.external_id;
  stage->reason = submission.reason;
  stage->dossier_version = submission.told_version;
  const DutyState open =
      duty.state == DutyState::DUTY_STATE_FULFILLED ? DutyState::DUTY_STATE_REQUIRED : duty.state;
  RefreshStages(outcome.duty, open, rules, facts, now);
  outcome.changes.push_back({ChangeKind::kStageSubmitted, submission.stage});
  AddAlarms(duty, outcome.duty, outcome.changes);
  return Counted(std::move(outcome));
}

absl::StatusOr<DutyOutcome> RuleOutDuty(const Duty& duty, const std::string& reason,
                                        const std::string& person) {
  if (duty.erase_time) return error::CaseErased(duty.number);
  if (duty.state == DutyState::DUTY_STATE_RULED_OUT) return error::DutyIsRuledOut();
  if (duty.state == DutyState::DUTY_STATE_FULFILLED) return error::DutyIsFulfilled();
  DutyOutcome outcome{duty, {{ChangeKind::kRuledOut, ""}}};
  outcome.duty.rule_out_reason = reason;
  outcome.duty.rule_out_person = person;
  outcome.duty.ruled_out_from = duty.state;
  RuleOutStages(outcome.duty);
  return Counted(std::move(outcome));
}

std::optional<Duty> EraseDuty(const Duty& duty, absl::Time now) {
  if (duty.erase_time) return std::nullopt;
  Duty erased = duty;
  erased.erase_time = now;
  erased.wrapped_key.clear();
  erased.rule_out_reason.clear();
  erased.reasons.clear();
  for (DutyStage& stage : erased.stages) {
    stage.external_id.clear();
    stage.reason.clear();
  }
  return erased;
}

DutyOutcome AdvanceDuty(const Duty& duty, absl::Time now) {
  DutyOutcome outcome{duty, {}};
  if (!IsOpen(duty)) return outcome;
  for (DutyStage& stage : outcome.duty.stages) {
    if (IsRunning(stage.state)) stage.state = RunningState(stage, now);
  }
  AddAlarms(duty, outcome.duty, outcome.changes);
  return Counted(std::move(outcome));
}

std::optional<absl::Time> NextDueTime(const Duty& duty) {
  std::optional<absl::Time> next;
  if (!IsOpen(duty)) return next;
  for (const DutyStage& stage : duty.stages) {
    const bool waits_for_reminder =
        stage.state == StageState::STAGE_STATE_RUNNING && stage.times.remind;
    const bool waits_for_target =
        stage.state == StageState::STAGE_STATE_DUE_SOON && stage.times.target;
    if (!waits_for_reminder && !waits_for_target) continue;
    const absl::Time due = waits_for_reminder ? *stage.times.remind : *stage.times.target;
    next = std::min(next.value_or(due), due);
  }
  return next;
}

std::optional<absl::Time> UrgentTime(const Duty& duty) {
  std::optional<absl::Time> urgent;
  if (!IsOpen(duty)) return urgent;
  for (const DutyStage& stage : duty.stages) {
    if (!IsRunning(stage.state) || !stage.times.target) continue;
    urgent = std::min(urgent.value_or(*stage.times.target), *stage.times.target);
  }
  return urgent;
}

bool IsOpen(const Duty& duty) {
  return !duty.erase_time && (duty.state == DutyState::DUTY_STATE_TO_ASSESS ||
                              duty.state == DutyState::DUTY_STATE_REQUIRED);
}

std::string EtagOf(const Duty& duty) { return std::to_string(duty.version); }

}  // namespace avvik::escalation
