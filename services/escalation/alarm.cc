#include "services/escalation/alarm.h"

#include <algorithm>
#include <utility>

#include "common/deadline/instant.h"
#include "common/deadline/office_hours.h"

namespace avvik::escalation {
namespace {

using organisation::Organisation;
namespace org = organisation::v1;

constexpr char kMayRead[] = "duties.read";

const DutyStage* FindStage(const Duty& duty, const std::string& id) {
  const auto found = std::find_if(duty.stages.begin(), duty.stages.end(),
                                  [&](const DutyStage& stage) { return stage.id == id; });
  return found == duty.stages.end() ? nullptr : &*found;
}

template <typename List, typename Matches>
bool NoneOrAny(const List& list, const Matches& matches) {
  return list.empty() || std::any_of(list.begin(), list.end(), matches);
}

bool WaitsForOffice(const Alarm& alarm, const org::LadderStep& step) {
  return !alarm.statutory || step.hours() == org::LADDER_HOURS_OFFICE;
}

// Those who stand in for the person, or in the function, on the local day of `now`.
void AddStandIns(const Organisation& organisation, const org::Person& absent, org::Role role,
                 std::string_view unit, absl::Time now, std::vector<const org::Person*>* people) {
  const std::string today =
      deadline::FormatDay(absl::ToCivilDay(now, organisation.time_zone()));
  for (const org::StandIn& entry : organisation.proto().stand_ins()) {
    if (today < entry.first_day() || entry.last_day() < today) continue;
    const bool for_person = entry.absent() == absent.login();
    const bool in_function = role != org::ROLE_UNSPECIFIED && entry.role() == role &&
                             (entry.unit().empty() || organisation.IsBelow(unit, entry.unit()));
    if (!for_person && !in_function) continue;
    if (const org::Person* person = organisation.FindPerson(entry.person())) people->push_back(person);
  }
}

}  // namespace

LadderRules RulesFor(const Organisation& organisation, const std::string& unit,
                     const std::string& regime) {
  LadderRules rules;
  rules.calendar = CalendarOf(organisation);
  for (const org::Ladder& ladder : organisation.proto().ladders()) {
    const bool holds =
        NoneOrAny(ladder.units(), [&](const auto& id) { return organisation.IsBelow(unit, id); }) &&
        NoneOrAny(ladder.regimes(), [&](const auto& id) { return id == regime; });
    if (!holds) continue;
    rules.steps.assign(ladder.steps().begin(), ladder.steps().end());
    return rules;
  }
  org::LadderStep owner;
  owner.set_tell(org::LADDER_TELL_OWNER);
  rules.steps.push_back(std::move(owner));
  return rules;
}

std::vector<AlarmCause> CausesIn(const DutyOutcome& outcome) {
  std::vector<AlarmCause> causes;
  for (const DutyChange& change : outcome.changes) {
    const bool due_soon = change.kind == DutyChange::Kind::kStageDueSoon;
    if (!due_soon && change.kind != DutyChange::Kind::kStageOverdue) continue;
    const DutyStage* stage = FindStage(outcome.duty, change.stage);
    if (stage == nullptr) continue;
    if (stage->times.target && *stage->times.target < outcome.duty.create_time) continue;
    causes.push_back({change.stage,
                      due_soon ? AlarmKind::ALARM_KIND_DUE_SOON : AlarmKind::ALARM_KIND_OVERDUE,
                      stage->statutory});
  }
  return causes;
}

std::vector<std::string> AlarmingStages(const Duty& duty) {
  std::vector<std::string> stages;
  if (!IsOpen(duty)) return stages;
  for (const DutyStage& stage : duty.stages) {
    if (stage.state == StageState::STAGE_STATE_DUE_SOON ||
        stage.state == StageState::STAGE_STATE_OVERDUE) {
      stages.push_back(stage.id);
    }
  }
  return stages;
}

Alarm BeginAlarm(std::string id, const Duty& duty, const AlarmCause& cause, absl::Time now) {
  Alarm alarm;
  alarm.id = std::move(id);
  alarm.tenant = duty.tenant;
  alarm.duty_id = duty.id;
  alarm.stage = cause.stage;
  alarm.kind = cause.kind;
  alarm.statutory = cause.statutory;
  alarm.begin_time = now;
  alarm.due_time = now;
  return alarm;
}

Climb ClimbOn(const Alarm& alarm, const LadderRules& rules, absl::Time now) {
  const std::size_t at = alarm.steps.size();
  // The organisation may have shortened the ladder meanwhile.
  if (at >= rules.steps.size()) return {};
  const org::LadderStep& step = rules.steps[at];
  const absl::Duration wait = absl::Minutes(step.wait_minutes());
  const absl::Time since = alarm.steps.empty() ? alarm.begin_time : alarm.steps.back().time;
  const absl::Time due =
      WaitsForOffice(alarm, step)
          ? deadline::OpenOnOrAfter(
                std::max(now, deadline::AfterOfficeTime(since, wait, rules.calendar)),
                rules.calendar)
          : since + wait;
  if (now < due) return {std::nullopt, due};
  if (at + 1 == rules.steps.size()) return {at, std::nullopt};
  // When the next may be is worked out when its time has come, from when this one was taken.
  return {at, now + absl::Minutes(rules.steps[at + 1].wait_minutes())};
}

std::vector<std::string> PeopleToCall(const org::LadderStep& step, const Organisation& organisation,
                                      const organisation::RoleCatalogue& roles,
                                      const organisation::Matter& matter,
                                      const std::string& owner_person_id, absl::Time now) {
  std::vector<const org::Person*> found;
  if (step.tell() == org::LADDER_TELL_ROLE) {
    found = organisation.HoldersAt(step.role(), matter.unit);
  } else if (const org::Person* owner = organisation.FindPersonById(owner_person_id)) {
    found.push_back(owner);
  }
  for (std::size_t i = 0, holders = found.size(); i < holders; ++i) {
    AddStandIns(organisation, *found[i], step.role(), matter.unit, now, &found);
  }

  std::vector<std::string> people;
  for (const org::Person* person : found) {
    std::string id = organisation::PersonId(organisation.tenant(), person->login());
    if (std::find(people.begin(), people.end(), id) != people.end()) continue;
    // The owner was told of the case when it came to them.
    if (id == owner_person_id) {
      people.push_back(std::move(id));
      continue;
    }
    const organisation::Rights rights = organisation::RightsOf(
        &organisation, {.tenant = organisation.tenant(), .login = person->login(), .groups = {}}, now);
    if (!organisation::Judge(roles, &organisation, rights, kMayRead, matter).allowed()) continue;
    people.push_back(std::move(id));
  }
  return people;
}

Alarm AnswerAlarm(const Alarm& alarm, const std::string& person_id, absl::Time now) {
  if (alarm.end_time) return alarm;
  Alarm answered = alarm;
  answered.due_time.reset();
  answered.end_time = now;
  answered.end = AlarmEnd::ALARM_END_ANSWERED;
  answered.answered_by = person_id;
  return answered;
}

}  // namespace avvik::escalation
