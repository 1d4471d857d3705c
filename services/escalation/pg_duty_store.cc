#include "services/escalation/pg_duty_store.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "common/deadline/instant.h"
#include "common/organisation/visible.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/escalation/case_tables.h"
#include "services/escalation/decision_tables.h"
#include "services/escalation/dossier_tables.h"
#include "services/escalation/duty_tables.h"
#include "services/escalation/errors.h"

namespace avvik::escalation {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);

// $5 case, $6 states, $7 regime to narrow to; $8 and $9 the urgency and id after which to go on.
constexpr pg::Statement kListDuties{"escalation_list_duties", R"sql(
    SELECT * FROM duty
     WHERE tenant = $1
       AND avvik_visible(sphere, unit, parties, $2, $3, $4)
       AND ($5 = '' OR number = $5
            OR case_id = CASE WHEN $5 LIKE '________-____-____-____-____________'
                              THEN $5::uuid END)
       AND ($6::integer[] = '{}' OR state = ANY ($6))
       AND ($7 = '' OR regime = $7)
       AND ($8::timestamptz IS NULL OR (urgent_at, id) > ($8::timestamptz, $9::uuid))
     ORDER BY urgent_at, id
     LIMIT $10)sql"};

constexpr pg::Statement kCountDuties{"escalation_count_duties", R"sql(
    SELECT count(*) AS total FROM duty
     WHERE tenant = $1
       AND avvik_visible(sphere, unit, parties, $2, $3, $4)
       AND ($5 = '' OR number = $5
            OR case_id = CASE WHEN $5 LIKE '________-____-____-____-____________'
                              THEN $5::uuid END)
       AND ($6::integer[] = '{}' OR state = ANY ($6))
       AND ($7 = '' OR regime = $7))sql"};

// SKIP LOCKED: several copies of the service share the work, and nobody waits for a person's
// transaction.
constexpr pg::Statement kTakeDue{"escalation_take_due", R"sql(
    SELECT * FROM duty
     WHERE due_at <= $1
     ORDER BY due_at
     LIMIT $2
       FOR UPDATE SKIP LOCKED)sql"};

// The place of a duty in the list: its urgency, `infinity` when it has none, and its id.
struct PageKey {
  std::optional<std::string> urgent;
  std::optional<std::string> id;
};

std::string KeyOf(const Duty& duty) {
  const std::optional<absl::Time> urgent = UrgentTime(duty);
  return (urgent ? deadline::FormatInstant(*urgent, absl::UTCTimeZone()) : "infinity") + "/" +
         duty.id;
}

absl::StatusOr<PageKey> ReadKey(const std::string& key) {
  if (key.empty()) return PageKey{};
  const std::size_t slash = key.find('/');
  const std::string urgent = key.substr(0, slash);
  const std::string id = slash == std::string::npos ? "" : key.substr(slash + 1);
  const bool time =
      urgent == "infinity" || deadline::ParseInstant(urgent, absl::UTCTimeZone()).ok();
  if (!time || !IsUuid(id)) {
    return status::InvalidField("page_token", "is not from a page of this list");
  }
  return PageKey{urgent, id};
}

pg::Param StateArray(const std::vector<DutyState>& states) {
  std::vector<pg::Param> numbers;
  for (const DutyState state : states) numbers.emplace_back(static_cast<int>(state));
  return pg::Array(numbers);
}

}  // namespace

absl::StatusOr<Duty> PgDutyStore::Get(const std::string& tenant, const std::string& duty_id,
                                      const Visibility& visibility) {
  return pg::InTransaction(pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
                           [&](pg::Transaction& transaction) -> absl::StatusOr<Duty> {
                             return ReadDuty(transaction, vault_, tenant, duty_id, visibility);
                           });
}

absl::StatusOr<DutyPage> PgDutyStore::List(const std::string& tenant, const Visibility& visibility,
                                           const DutyFilter& filter, const std::string& key,
                                           int limit) {
  AVVIK_ASSIGN_OR_RETURN(const PageKey after, ReadKey(key));
  const organisation::VisibleParams visible(visibility);
  const pg::Param states = StateArray(filter.states);
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<DutyPage> {
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows total,
            transaction.Execute(kCountDuties,
                                {tenant, visible.spheres, visible.places, visible.keys,
                                 filter.case_reference, states, filter.regime}));
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows rows,
            transaction.Execute(kListDuties, {tenant, visible.spheres, visible.places, visible.keys,
                                              filter.case_reference, states, filter.regime,
                                              after.urgent, after.id, limit + 1}));
        DutyPage page;
        page.total = total[0].Int("total");
        AVVIK_ASSIGN_OR_RETURN(page.duties, WithStages(transaction, vault_, rows));
        if (page.duties.size() > static_cast<std::size_t>(limit)) {
          page.duties.resize(static_cast<std::size_t>(limit));
          page.next = KeyOf(page.duties.back());
        }
        return page;
      });
}

absl::StatusOr<Duty> PgDutyStore::Write(pg::Transaction& transaction, const Duty& duty,
                                        const Decide& decide, const audit::Record& trace) {
  AVVIK_ASSIGN_OR_RETURN(const CaseRecord record, ReadCase(transaction, duty.tenant, duty.case_id));
  AVVIK_ASSIGN_OR_RETURN(DutyOutcome outcome, decide(duty, record.facts));
  if (outcome.duty == duty) return duty;
  AVVIK_RETURN_IF_ERROR(
      WriteOutcome(transaction, vault_, ids_, outcome, trace.at, trace.trace_parent));
  if (auto decision = DecisionOfPerson(duty, outcome, record.facts, trace.at)) {
    decision->id = ids_.Next();
    AVVIK_RETURN_IF_ERROR(
        AppendDecisions(transaction, vault_, {*decision}, outcome.duty.wrapped_key));
  }
  AVVIK_RETURN_IF_ERROR(audit::Append(transaction, trace));
  return std::move(outcome.duty);
}

absl::StatusOr<Duty> PgDutyStore::Change(const std::string& tenant, const std::string& duty_id,
                                         const Visibility& visibility, const std::string& etag,
                                         const Decide& decide, const audit::Record& trace) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Duty> {
        AVVIK_ASSIGN_OR_RETURN(const Duty duty,
                               LockDuty(transaction, vault_, tenant, duty_id, visibility));
        if (!etag.empty() && etag != EtagOf(duty)) return error::DutyHasChanged(duty_id);
        return Write(transaction, duty, decide, trace);
      });
}

absl::StatusOr<Duty> PgDutyStore::Tell(const std::string& tenant, const std::string& duty_id,
                                       const Visibility& visibility, const std::string& etag,
                                       const std::string& stage, int dossier_version,
                                       const DecideTold& decide, const audit::Record& trace) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Duty> {
        AVVIK_ASSIGN_OR_RETURN(const Duty before,
                               LockDuty(transaction, vault_, tenant, duty_id, visibility));
        if (!etag.empty() && etag != EtagOf(before)) return error::DutyHasChanged(duty_id);
        AVVIK_ASSIGN_OR_RETURN(const DutyKey key, OpenKey(vault_, before));
        AVVIK_ASSIGN_OR_RETURN(StageDossier dossier,
                               ReadDossier(transaction, key, duty_id, stage, dossier_version));
        const DossierVersion* version = ToldVersion(dossier, dossier_version);
        if (version == nullptr && dossier_version != 0) {
          return status::InvalidField("dossier_version", "is no version of the dossier");
        }
        ToldDossier told;
        if (version != nullptr) {
          told.version = version->version;
          if (!version->values) {
            AVVIK_ASSIGN_OR_RETURN(dossier,
                                   ReadDossier(transaction, key, duty_id, stage, told.version));
          }
          told.values = dossier.Find(told.version)->values.value_or(FieldValues());
        }
        std::string person;
        const Decide with_dossier = [&](const Duty& duty,
                                        const CaseFacts& facts) -> absl::StatusOr<DutyOutcome> {
          AVVIK_ASSIGN_OR_RETURN(DutyOutcome outcome, decide(duty, facts, told));
          person = outcome.person;
          return outcome;
        };
        AVVIK_ASSIGN_OR_RETURN(Duty after, Write(transaction, before, with_dossier, trace));
        if (after == before || told.version == 0) return after;
        return RecordTold(transaction, std::move(after), std::move(dossier), told.version, person,
                          trace);
      });
}

absl::StatusOr<Duty> PgDutyStore::RecordTold(pg::Transaction& transaction, Duty duty,
                                             StageDossier dossier, int version,
                                             const std::string& person,
                                             const audit::Record& trace) {
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key, KeyForDossier(transaction, vault_, duty));
  const DossierStep step{.id = ids_.Next(),
                         .kind = DossierStepKind::kSent,
                         .version = version,
                         .person = person,
                         .time = trace.at,
                         .statement = {}};
  AVVIK_RETURN_IF_ERROR(AppendStep(transaction, key, duty, dossier.stage, step));
  dossier.steps.push_back(step);
  AVVIK_RETURN_IF_ERROR(TellDossier(transaction, ids_, duty, dossier, version, person, trace.at,
                                    trace.trace_parent));
  return duty;
}

absl::StatusOr<TimerRound> PgDutyStore::Advance(absl::Time now, int limit) {
  return pg::InTransaction(
      pool_, pg::Scope::Everything(), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<TimerRound> {
        TimerRound round;
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kTakeDue, {now, limit}));
        if (!rows.empty()) round.lag = now - rows[0].Time("due_at");
        AVVIK_ASSIGN_OR_RETURN(const std::vector<Duty> duties, WithStages(transaction, vault_, rows));
        for (const Duty& duty : duties) {
          DutyOutcome outcome = AdvanceDuty(duty, now);
          AVVIK_RETURN_IF_ERROR(WriteOutcome(transaction, vault_, ids_, outcome, now, ""));
          ++round.duties;
          for (const DutyChange& change : outcome.changes) {
            if (change.kind == DutyChange::Kind::kStageDueSoon) ++round.due_soon;
            if (change.kind == DutyChange::Kind::kStageOverdue) ++round.overdue;
          }
        }
        return round;
      });
}

}  // namespace avvik::escalation
