#include "services/escalation/alarm_tables.h"

#include <algorithm>
#include <map>
#include <string>

#include "common/status/macros.h"

namespace avvik::escalation {
namespace {

// $3 the stages that people are still called for.
constexpr pg::Statement kEndDone{"escalation_end_done_alarms", R"sql(
    UPDATE alarm SET ended_at = $2, due_at = NULL, ending = 2
     WHERE duty_id = $1 AND ended_at IS NULL AND stage <> ALL ($3::text[]))sql"};

constexpr pg::Statement kOvertake{"escalation_overtake_alarm", R"sql(
    UPDATE alarm SET ended_at = $2, due_at = NULL, ending = 3
     WHERE duty_id = $1 AND ended_at IS NULL AND stage = $3)sql"};

constexpr pg::Statement kBegin{"escalation_begin_alarm", R"sql(
    INSERT INTO alarm (id, tenant, duty_id, stage, kind, statutory, began_at, due_at)
    VALUES            ($1, $2,     $3,      $4,    $5,   $6,        $7,       $8))sql"};

constexpr pg::Statement kListSteps{"escalation_list_alarm_steps", R"sql(
    SELECT * FROM alarm_step WHERE alarm_id = ANY ($1::uuid[]) ORDER BY alarm_id, step)sql"};

constexpr pg::Statement kWrite{"escalation_write_alarm", R"sql(
    UPDATE alarm SET due_at = $2, ended_at = $3, ending = $4, answered_by = $5 WHERE id = $1)sql"};

constexpr pg::Statement kAddStep{"escalation_add_alarm_step", R"sql(
    INSERT INTO alarm_step (alarm_id, step, taken_at, person_ids) VALUES ($1, $2, $3, $4))sql"};

Alarm AlarmFromRow(const pg::Row& row) {
  Alarm alarm;
  alarm.id = row.Text("id");
  alarm.tenant = row.Text("tenant");
  alarm.duty_id = row.Text("duty_id");
  alarm.stage = row.Text("stage");
  alarm.kind = static_cast<AlarmKind>(row.Int("kind"));
  alarm.statutory = row.Bool("statutory");
  alarm.begin_time = row.Time("began_at");
  alarm.due_time = row.OptionalTime("due_at");
  alarm.end_time = row.OptionalTime("ended_at");
  alarm.end = static_cast<AlarmEnd>(row.Int("ending"));
  alarm.answered_by = row.Text("answered_by");
  return alarm;
}

// A duty that was only found, or whose facts moved nothing, has no alarm to end: the usual case
// costs no statement.
bool MayEndAlarms(const DutyOutcome& outcome) {
  return std::any_of(outcome.changes.begin(), outcome.changes.end(), [](const DutyChange& change) {
           return change.kind != DutyChange::Kind::kFound;
         }) ||
         !IsOpen(outcome.duty);
}

}  // namespace

absl::Status FollowDuty(pg::Transaction& transaction, IdSource& ids, const DutyOutcome& outcome,
                        absl::Time now) {
  const Duty& duty = outcome.duty;
  if (MayEndAlarms(outcome)) {
    AVVIK_RETURN_IF_ERROR(
        transaction.Execute(kEndDone, {duty.id, now, pg::TextArray(AlarmingStages(duty))}).status());
  }
  for (const AlarmCause& cause : CausesIn(outcome)) {
    AVVIK_RETURN_IF_ERROR(transaction.Execute(kOvertake, {duty.id, now, cause.stage}).status());
    const Alarm alarm = BeginAlarm(ids.Next(), duty, cause, now);
    AVVIK_RETURN_IF_ERROR(
        transaction
            .Execute(kBegin, {alarm.id, alarm.tenant, alarm.duty_id, alarm.stage,
                              static_cast<int>(alarm.kind), alarm.statutory, alarm.begin_time,
                              alarm.due_time})
            .status());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Alarm>> WithSteps(pg::Transaction& transaction, const pg::Rows& rows) {
  std::vector<Alarm> alarms;
  std::vector<std::string> ids;
  std::map<std::string, std::size_t> places;
  for (const pg::Row row : rows) {
    alarms.push_back(AlarmFromRow(row));
    ids.push_back(alarms.back().id);
    places.emplace(alarms.back().id, alarms.size() - 1);
  }
  if (alarms.empty()) return alarms;
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows steps,
                         transaction.Execute(kListSteps, {pg::TextArray(ids)}));
  for (const pg::Row row : steps) {
    alarms[places.at(row.Text("alarm_id"))].steps.push_back(
        {row.Time("taken_at"), row.TextArray("person_ids")});
  }
  return alarms;
}

absl::Status WriteAlarm(pg::Transaction& transaction, const Alarm& alarm) {
  return transaction
      .Execute(kWrite, {alarm.id, alarm.due_time, alarm.end_time, static_cast<int>(alarm.end),
                        alarm.answered_by})
      .status();
}

absl::Status WriteLastStep(pg::Transaction& transaction, const Alarm& alarm) {
  const AlarmStep& step = alarm.steps.back();
  return transaction
      .Execute(kAddStep, {alarm.id, static_cast<int>(alarm.steps.size()), step.time,
                          pg::TextArray(step.person_ids)})
      .status();
}

}  // namespace avvik::escalation
