#include "services/escalation/duty_tables.h"

#include <map>
#include <utility>

#include "common/events/outbox.h"
#include "common/organisation/visible.h"
#include "common/status/macros.h"
#include "services/escalation/alarm_tables.h"
#include "services/escalation/duty_rows.h"
#include "services/escalation/errors.h"
#include "services/escalation/escalation_events.h"

namespace avvik::escalation {
namespace {

// $3 to $5 what is visible. What is hidden is as good as absent.
constexpr pg::Statement kGetDuty{"escalation_get_duty", R"sql(
    SELECT * FROM duty
     WHERE tenant = $1 AND id = $2
       AND avvik_visible(sphere, unit, parties, $3, $4, $5))sql"};

constexpr pg::Statement kLockDuty{"escalation_lock_duty", R"sql(
    SELECT * FROM duty
     WHERE tenant = $1 AND id = $2
       AND avvik_visible(sphere, unit, parties, $3, $4, $5)
       FOR UPDATE)sql"};

constexpr pg::Statement kListStages{"escalation_list_stages", R"sql(
    SELECT * FROM duty_stage
     WHERE duty_id = ANY ($1::uuid[])
     ORDER BY duty_id, place)sql"};

constexpr pg::Statement kLockDuties{"escalation_lock_duties", R"sql(
    SELECT * FROM duty
     WHERE tenant = $1 AND case_id = $2
     ORDER BY id
       FOR UPDATE)sql"};

constexpr pg::Statement kDutiesOf{"escalation_duties_of_cases", R"sql(
    SELECT * FROM duty
     WHERE tenant = $1 AND case_id = ANY ($2::uuid[])
     ORDER BY id)sql"};

constexpr pg::Statement kWriteDuty{"escalation_write_duty", R"sql(
    INSERT INTO duty (id, tenant, case_id, number, regime, regime_version, entity, entity_name,
                      state, reasons, aware_at, handled_at, rule_out_reason, rule_out_person,
                      ruled_out_from, unit, parties, urgent_at, due_at, created_at, updated_at,
                      version, sphere, wrapped_key, erased_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
            COALESCE($18::timestamptz, 'infinity'), $19, $20, $21, $22, $23, $24, $25)
    ON CONFLICT (id) DO UPDATE
       SET number          = excluded.number,
           regime_version  = excluded.regime_version,
           entity          = excluded.entity,
           entity_name     = excluded.entity_name,
           state           = excluded.state,
           reasons         = excluded.reasons,
           aware_at        = excluded.aware_at,
           handled_at      = excluded.handled_at,
           rule_out_reason = excluded.rule_out_reason,
           rule_out_person = excluded.rule_out_person,
           ruled_out_from  = excluded.ruled_out_from,
           unit            = excluded.unit,
           parties         = excluded.parties,
           sphere          = excluded.sphere,
           urgent_at       = excluded.urgent_at,
           due_at          = excluded.due_at,
           updated_at      = excluded.updated_at,
           version         = excluded.version,
           wrapped_key     = excluded.wrapped_key,
           erased_at       = excluded.erased_at)sql"};

// Apart from the duty, for row-level security lets a stage be written when its duty can be seen. Stages that
// are gone from the duty are other rows than those written, so the order of the parts does not matter.
constexpr pg::Statement kWriteStages{"escalation_write_stages", R"sql(
    WITH gone AS (
      DELETE FROM duty_stage WHERE duty_id = $1 AND stage <> ALL ($2::text[]))
    INSERT INTO duty_stage (duty_id, stage, place, state, statutory, target_at, outer_at, remind_at,
                            submitted_at, external_id, reason, dossier_version)
    SELECT $1, *
      FROM unnest($2::text[], $3::smallint[], $4::smallint[], $5::boolean[],
                  $6::timestamptz[], $7::timestamptz[], $8::timestamptz[], $9::timestamptz[],
                  $10::bytea[], $11::bytea[], $12::integer[])
    ON CONFLICT (duty_id, stage) DO UPDATE
       SET place        = excluded.place,
           state        = excluded.state,
           statutory    = excluded.statutory,
           target_at    = excluded.target_at,
           outer_at     = excluded.outer_at,
           remind_at    = excluded.remind_at,
           submitted_at = excluded.submitted_at,
           external_id  = excluded.external_id,
           reason       = excluded.reason,
           dossier_version = excluded.dossier_version)sql"};

absl::StatusOr<Duty> ReadOne(pg::Transaction& transaction, secrecy::Vault& vault,
                             const pg::Statement& statement, const std::string& tenant,
                             const std::string& duty_id,
                             const organisation::Visibility& visibility) {
  const organisation::VisibleParams visible(visibility);
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         transaction.Execute(statement, {tenant, duty_id, visible.spheres,
                                                         visible.places, visible.keys}));
  AVVIK_ASSIGN_OR_RETURN(std::vector<Duty> duties, WithStages(transaction, vault, rows));
  if (duties.empty()) return error::DutyNotFound(duty_id);
  return std::move(duties.front());
}

}  // namespace

absl::StatusOr<std::vector<Duty>> WithStages(pg::Transaction& transaction, secrecy::Vault& vault,
                                             const pg::Rows& rows) {
  std::vector<Duty> duties;
  std::vector<DutyKey> keys;
  std::vector<std::string> ids;
  std::map<std::string, std::size_t> places;
  for (const pg::Row row : rows) {
    Duty& duty = duties.emplace_back(DutyFromRow(row));
    AVVIK_ASSIGN_OR_RETURN(DutyKey key, OpenKey(vault, duty));
    AVVIK_RETURN_IF_ERROR(OpenTexts(row, key, duty));
    keys.push_back(std::move(key));
    places.emplace(duties.back().id, duties.size() - 1);
    ids.push_back(duties.back().id);
  }
  if (duties.empty()) return duties;
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows stages,
                         transaction.Execute(kListStages, {pg::TextArray(ids)}));
  for (const pg::Row row : stages) {
    const std::size_t place = places.at(row.Text("duty_id"));
    AVVIK_ASSIGN_OR_RETURN(DutyStage stage, StageFromRow(row, keys[place]));
    duties[place].stages.push_back(std::move(stage));
  }
  return duties;
}

absl::StatusOr<Duty> ReadDuty(pg::Transaction& transaction, secrecy::Vault& vault,
                              const std::string& tenant, const std::string& duty_id,
                              const organisation::Visibility& visibility) {
  return ReadOne(transaction, vault, kGetDuty, tenant, duty_id, visibility);
}

absl::StatusOr<Duty> LockDuty(pg::Transaction& transaction, secrecy::Vault& vault,
                              const std::string& tenant, const std::string& duty_id,
                              const organisation::Visibility& visibility) {
  return ReadOne(transaction, vault, kLockDuty, tenant, duty_id, visibility);
}

absl::StatusOr<std::vector<Duty>> LockDuties(pg::Transaction& transaction, secrecy::Vault& vault,
                                             const std::string& tenant,
                                             const std::string& case_id) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kLockDuties, {tenant, case_id}));
  return WithStages(transaction, vault, rows);
}

absl::StatusOr<std::vector<Duty>> DutiesOf(pg::Transaction& transaction, secrecy::Vault& vault,
                                           const std::string& tenant,
                                           const std::vector<std::string>& case_ids) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         transaction.Execute(kDutiesOf, {tenant, pg::TextArray(case_ids)}));
  return WithStages(transaction, vault, rows);
}

absl::Status WriteOutcome(pg::Transaction& transaction, secrecy::Vault& vault, IdSource& ids,
                          DutyOutcome& outcome, absl::Time now, const std::string& trace_parent) {
  outcome.duty.update_time = now;
  AVVIK_ASSIGN_OR_RETURN(const DutyKey key, KeyForWriting(vault, outcome.duty));
  AVVIK_RETURN_IF_ERROR(
      transaction.ExecuteWith(kWriteDuty, DutyColumns(outcome.duty, key)).status());
  std::vector<pg::Param> stages = {outcome.duty.id};
  for (pg::Param& column : StageColumns(outcome.duty, key)) stages.push_back(std::move(column));
  AVVIK_RETURN_IF_ERROR(transaction.ExecuteWith(kWriteStages, stages).status());
  AVVIK_RETURN_IF_ERROR(FollowDuty(transaction, ids, outcome, now));
  return events::Append(transaction, EventsOf(ids, outcome, now, trace_parent));
}

}  // namespace avvik::escalation
