// An alarm: people are called because a stage of a duty comes due or is past its target, step by
// step up the organisation's ladder, until somebody answers. Pure: values in, values out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "avvik/escalation/v1/ladder.pb.h"
#include "common/deadline/deadline.h"
#include "common/organisation/rights.h"
#include "services/escalation/duty.h"

namespace avvik::escalation {

using v1::AlarmEnd;
using v1::AlarmKind;

// A step that was taken.
struct AlarmStep {
  absl::Time time;
  std::vector<std::string> person_ids;  // Who was called; in order, each once.

  friend bool operator==(const AlarmStep&, const AlarmStep&) = default;
};

struct Alarm {
  std::string id;  // UUID.
  std::string tenant;
  std::string duty_id;
  std::string stage;
  AlarmKind kind = AlarmKind::ALARM_KIND_UNSPECIFIED;
  bool statutory = false;  // Whether the law names the stage's time: what can wait waits for the office.
  absl::Time begin_time;
  std::vector<AlarmStep> steps;
  // The timer: when the next step may be taken. Unset when there is none, and when it has ended.
  std::optional<absl::Time> due_time;
  std::optional<absl::Time> end_time;
  AlarmEnd end = AlarmEnd::ALARM_END_UNSPECIFIED;
  std::string answered_by;  // A pseudonym.

  friend bool operator==(const Alarm&, const Alarm&) = default;
};

// What people are called by.
struct LadderRules {
  std::vector<organisation::v1::LadderStep> steps;
  deadline::Calendar calendar;
};

// The ladder for a unit and a regime; without one, a single step that tells the owner.
LadderRules RulesFor(const organisation::Organisation& organisation, const std::string& unit,
                     const std::string& regime);

// What the changes of a duty begin. A stage that was past its target when its duty was found begins
// none: who gets the case sees that with it.
struct AlarmCause {
  std::string stage;
  AlarmKind kind = AlarmKind::ALARM_KIND_UNSPECIFIED;
  bool statutory = false;

  friend bool operator==(const AlarmCause&, const AlarmCause&) = default;
};
std::vector<AlarmCause> CausesIn(const DutyOutcome& outcome);

// The stages of a duty for which people are still called; none when the duty is not open.
std::vector<std::string> AlarmingStages(const Duty& duty);

// An alarm that begins now; its first step is tried at once.
Alarm BeginAlarm(std::string id, const Duty& duty, const AlarmCause& cause, absl::Time now);

// What comes of an alarm whose time has come: the step to take now, by its place in the rules, or
// nothing when the office is closed; and when to look again.
struct Climb {
  std::optional<std::size_t> step;
  std::optional<absl::Time> due_time;

  friend bool operator==(const Climb&, const Climb&) = default;
};
Climb ClimbOn(const Alarm& alarm, const LadderRules& rules, absl::Time now);

// Who is called in a step: the owner of the case, or those who hold the role for its unit, with
// those who stand in for them today; of all but the owner, those who may read the duty. In the order
// they are found, each once.
std::vector<std::string> PeopleToCall(const organisation::v1::LadderStep& step,
                                      const organisation::Organisation& organisation,
                                      const organisation::RoleCatalogue& roles,
                                      const organisation::Matter& matter,
                                      const std::string& owner_person_id, absl::Time now);

// Somebody has taken it on. Nothing changes when it has ended.
Alarm AnswerAlarm(const Alarm& alarm, const std::string& person_id, absl::Time now);

}  // namespace avvik::escalation
