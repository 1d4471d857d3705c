#include "services/escalation/stage_times.h"

#include <algorithm>

#include "common/deadline/office_hours.h"

namespace avvik::escalation {
namespace {

deadline::Deadline StatutoryEnd(const StageClock& clock, absl::Time start,
                                const deadline::Calendar& calendar) {
  return clock.kind == StageClock::Kind::kMonths
             ? deadline::AfterMonths(start, clock.amount, calendar)
             : deadline::AfterHours(start, clock.amount, calendar.zone);
}

absl::Time OwnTarget(absl::Time start, absl::Duration term, const StageClock& clock,
                     const deadline::Calendar& calendar) {
  return clock.office ? deadline::AfterOfficeTime(start, term, calendar) : start + term;
}

absl::Time ReminderFor(const StageRule& rule, absl::Time start, absl::Time target) {
  const absl::Duration before = rule.remind_minutes_before > 0
                                    ? absl::Minutes(rule.remind_minutes_before)
                                    : absl::Trunc((target - start) / 4, absl::Microseconds(1));
  return std::max(start, target - before);
}

}  // namespace

StageTimes TimesFrom(absl::Time start, const StageRule& rule, std::optional<absl::Time> first_due,
                     const deadline::Calendar& calendar) {
  StageTimes times;
  if (rule.clock.statutory()) {
    const deadline::Deadline end = StatutoryEnd(rule.clock, start, calendar);
    times.target = end.target;
    times.outer = end.outer;
    times.remind = ReminderFor(rule, start, end.target);
    if (first_due && *first_due < start) {
      const absl::Time control = StatutoryEnd(rule.clock, *first_due, calendar).target;
      times.remind = std::min(*times.remind, control);
    }
  } else if (rule.clock.amount > 0) {
    const absl::Duration term = absl::Minutes(rule.clock.amount);
    times.target = OwnTarget(start, term, rule.clock, calendar);
    // A quarter of the time that people are at work, where only that counts: not in the night
    // before.
    times.remind = rule.clock.office && rule.remind_minutes_before == 0
                       ? OwnTarget(start, term * 3 / 4, rule.clock, calendar)
                       : ReminderFor(rule, start, *times.target);
  }
  return times;
}

}  // namespace avvik::escalation
