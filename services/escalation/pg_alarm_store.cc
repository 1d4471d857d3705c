#include "services/escalation/pg_alarm_store.h"

#include <map>
#include <utility>

#include "absl/time/clock.h"
#include "common/events/outbox.h"
#include "common/organisation/visible.h"
#include "common/status/macros.h"
#include "services/escalation/alarm_tables.h"
#include "services/escalation/duty_tables.h"
#include "services/escalation/errors.h"
#include "services/escalation/escalation_events.h"
#include "services/escalation/page_place.h"

namespace avvik::escalation {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);

// $2 to $4 what is visible; $5 case and $6 whether only those that go on; $7 and $8 when the alarm
// began after which to go on, and its id.
constexpr pg::Statement kList{"escalation_list_alarms", R"sql(
    SELECT alarm.*, duty.number, duty.unit, duty.sphere, duty.parties
      FROM alarm JOIN duty ON duty.id = alarm.duty_id
     WHERE alarm.tenant = $1
       AND avvik_visible(duty.sphere, duty.unit, duty.parties, $2, $3, $4)
       AND ($5 = '' OR duty.number = $5
            OR duty.case_id = CASE WHEN $5 LIKE '________-____-____-____-____________'
                                   THEN $5::uuid END)
       AND (NOT $6 OR alarm.ended_at IS NULL)
       AND ($7::timestamptz IS NULL OR (began_at, alarm.id) < ($7::timestamptz, $8::uuid))
     ORDER BY began_at DESC, alarm.id DESC
     LIMIT $9)sql"};

constexpr pg::Statement kLock{"escalation_lock_alarm", R"sql(
    SELECT alarm.*, duty.number, duty.unit, duty.sphere, duty.parties
      FROM alarm JOIN duty ON duty.id = alarm.duty_id
     WHERE alarm.tenant = $1 AND alarm.id = $2
       AND avvik_visible(duty.sphere, duty.unit, duty.parties, $3, $4, $5)
       FOR UPDATE OF alarm)sql"};

// SKIP LOCKED: several copies of the service share the work, and nobody waits for somebody who answers.
constexpr pg::Statement kTakeDue{"escalation_take_due_alarms", R"sql(
    SELECT * FROM alarm
     WHERE due_at <= $1
     ORDER BY due_at
     LIMIT $2
       FOR UPDATE SKIP LOCKED)sql"};

constexpr pg::Statement kDutiesOf{"escalation_duties_of_alarms",
                                  "SELECT * FROM duty WHERE id = ANY ($1::uuid[])"};

constexpr pg::Statement kFactsOf{"escalation_facts_of_alarms", R"sql(
    SELECT duty.id, case_record.facts
      FROM duty JOIN case_record USING (tenant, case_id)
     WHERE duty.id = ANY ($1::uuid[]))sql"};

absl::StatusOr<std::vector<KnownAlarm>> KnownFrom(pg::Transaction& transaction, const pg::Rows& rows) {
  AVVIK_ASSIGN_OR_RETURN(std::vector<Alarm> alarms, WithSteps(transaction, rows));
  std::vector<KnownAlarm> known;
  std::size_t place = 0;
  for (const pg::Row row : rows) {
    known.push_back({std::move(alarms[place++]), row.Text("number"),
                     {.unit = row.Text("unit"),
                      .sphere = static_cast<type::v1::Sphere>(row.Int("sphere")),
                      .parties = row.TextArray("parties")}});
  }
  return known;
}

// What surrounds the alarms of a round, by the id of their duties.
struct Surroundings {
  std::map<std::string, Duty> duties;
  std::map<std::string, triage::v1::CaseFacts> facts;
};

absl::StatusOr<Surroundings> Surround(pg::Transaction& transaction, secrecy::Vault& vault,
                                      const std::vector<Alarm>& alarms) {
  std::vector<std::string> ids;
  for (const Alarm& alarm : alarms) ids.push_back(alarm.duty_id);
  Surroundings found;
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kDutiesOf, {pg::TextArray(ids)}));
  AVVIK_ASSIGN_OR_RETURN(std::vector<Duty> duties, WithStages(transaction, vault, rows));
  for (Duty& duty : duties) {
    std::string id = duty.id;
    found.duties.emplace(std::move(id), std::move(duty));
  }
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows facts, transaction.Execute(kFactsOf, {pg::TextArray(ids)}));
  for (const pg::Row row : facts) {
    if (!found.facts[row.Text("id")].ParseFromString(row.Bytes("facts"))) {
      return absl::DataLossError("the facts of the case of duty " + row.Text("id") +
                                 " cannot be read");
    }
  }
  return found;
}

// The event of the alarm's last step.
events::v1::Event StepEvent(IdSource& ids, const Alarm& alarm, const Duty& duty) {
  v1::LadderStepTaken taken;
  *taken.mutable_facts() = FactsOf(duty);
  taken.set_stage(alarm.stage);
  taken.set_alarm_id(alarm.id);
  taken.set_kind(alarm.kind);
  taken.set_step(static_cast<int>(alarm.steps.size()));
  for (const std::string& person : alarm.steps.back().person_ids) taken.add_person_ids(person);
  return events::MakeEvent(ids, "escalation",
                           {.tenant = alarm.tenant,
                            .subject = "alarms/" + alarm.id,
                            .subject_version = static_cast<int64_t>(alarm.steps.size()),
                            .time = alarm.steps.back().time},
                           taken);
}

}  // namespace

absl::StatusOr<AlarmPage> PgAlarmStore::List(const std::string& tenant, const Visibility& visibility,
                                             const AlarmFilter& filter, const std::string& key,
                                             int limit) {
  AVVIK_ASSIGN_OR_RETURN(const PagePlace after, PlaceOfKey(key));
  const organisation::VisibleParams visible(visibility);
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<AlarmPage> {
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows rows,
            transaction.Execute(kList, {tenant, visible.spheres, visible.places, visible.keys,
                                        filter.case_reference, filter.open, after.time, after.id,
                                        limit + 1}));
        AlarmPage page;
        AVVIK_ASSIGN_OR_RETURN(page.alarms, KnownFrom(transaction, rows));
        if (page.alarms.size() > static_cast<std::size_t>(limit)) {
          page.alarms.resize(static_cast<std::size_t>(limit));
          const Alarm& last = page.alarms.back().alarm;
          page.next = KeyAfter(last.begin_time, last.id);
        }
        return page;
      });
}

absl::StatusOr<KnownAlarm> PgAlarmStore::Change(const std::string& tenant, const std::string& alarm_id,
                                                const Visibility& visibility, const Decide& decide,
                                                const audit::Record& trace) {
  const organisation::VisibleParams visible(visibility);
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<KnownAlarm> {
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                               transaction.Execute(kLock, {tenant, alarm_id, visible.spheres,
                                                           visible.places, visible.keys}));
        AVVIK_ASSIGN_OR_RETURN(std::vector<KnownAlarm> found, KnownFrom(transaction, rows));
        if (found.empty()) return error::AlarmNotFound(alarm_id);
        KnownAlarm& known = found.front();
        Alarm after = decide(known);
        if (after == known.alarm) return std::move(known);
        AVVIK_RETURN_IF_ERROR(WriteAlarm(transaction, after));
        AVVIK_RETURN_IF_ERROR(audit::Append(transaction, trace));
        known.alarm = std::move(after);
        return std::move(known);
      });
}

absl::StatusOr<ClimbRound> PgAlarmStore::Climb(absl::Time now, int limit, const Climber& climb) {
  return pg::InTransaction(
      pool_, pg::Scope::Everything(), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<ClimbRound> {
        ClimbRound round;
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kTakeDue, {now, limit}));
        if (rows.empty()) return round;
        round.lag = now - rows[0].Time("due_at");
        AVVIK_ASSIGN_OR_RETURN(const std::vector<Alarm> alarms, WithSteps(transaction, rows));
        AVVIK_ASSIGN_OR_RETURN(Surroundings found, Surround(transaction, vault_, alarms));
        std::vector<events::v1::Event> told;
        for (const Alarm& alarm : alarms) {
          const Duty& duty = found.duties.at(alarm.duty_id);
          const Alarm after = climb(alarm, duty, found.facts[alarm.duty_id]);
          AVVIK_RETURN_IF_ERROR(WriteAlarm(transaction, after));
          ++round.alarms;
          if (after.steps.size() == alarm.steps.size()) continue;
          AVVIK_RETURN_IF_ERROR(WriteLastStep(transaction, after));
          told.push_back(StepEvent(ids_, after, duty));
          ++round.steps;
        }
        AVVIK_RETURN_IF_ERROR(events::Append(transaction, told));
        return round;
      });
}

}  // namespace avvik::escalation
