#include "services/escalation/pg_assessment_store.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "common/organisation/visible.h"
#include "common/status/macros.h"
#include "services/escalation/decision_tables.h"
#include "services/escalation/duty_tables.h"
#include "services/escalation/errors.h"

namespace avvik::escalation {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);

// $2 id or human number, $3 to $5 what is visible. What is hidden is as good as absent.
constexpr pg::Statement kFindCase{"escalation_find_case", R"sql(
    SELECT * FROM case_record
     WHERE tenant = $1
       AND (number = $2
            OR case_id = CASE WHEN $2 LIKE '________-____-____-____-____________'
                              THEN $2::uuid END)
       AND avvik_visible(sphere, unit, parties, $3, $4, $5))sql"};

constexpr pg::Statement kLockCase{"escalation_lock_case", R"sql(
    SELECT * FROM case_record
     WHERE tenant = $1
       AND (number = $2
            OR case_id = CASE WHEN $2 LIKE '________-____-____-____-____________'
                              THEN $2::uuid END)
       AND avvik_visible(sphere, unit, parties, $3, $4, $5)
       FOR UPDATE)sql"};

// $5 and $6 the times of awareness to narrow to; $7 and $8 the place after which to go on.
constexpr pg::Statement kListBreaches{"escalation_list_breaches", R"sql(
    SELECT * FROM case_record
     WHERE tenant = $1 AND documented
       AND avvik_visible(sphere, unit, parties, $2, $3, $4)
       AND ($5::timestamptz IS NULL OR aware_at >= $5)
       AND ($6::timestamptz IS NULL OR aware_at < $6)
       AND ($7::timestamptz IS NULL OR (aware_at, case_id) < ($7::timestamptz, $8::uuid))
     ORDER BY aware_at DESC, case_id DESC
     LIMIT $9)sql"};

constexpr pg::Statement kCountBreaches{"escalation_count_breaches", R"sql(
    SELECT count(*) AS total FROM case_record
     WHERE tenant = $1 AND documented
       AND avvik_visible(sphere, unit, parties, $2, $3, $4)
       AND ($5::timestamptz IS NULL OR aware_at >= $5)
       AND ($6::timestamptz IS NULL OR aware_at < $6))sql"};

absl::StatusOr<CaseRecord> Read(pg::Transaction& transaction, const pg::Statement& statement,
                                const std::string& tenant, const std::string& reference,
                                const Visibility& visibility) {
  const organisation::VisibleParams visible(visibility);
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      transaction.Execute(statement,
                          {tenant, reference, visible.spheres, visible.places, visible.keys}));
  if (rows.empty()) return error::CaseNotFound(reference);
  return CaseFromRow(rows[0]);
}

}  // namespace

std::string EtagOf(const CaseRecord& record) { return std::to_string(record.version); }

absl::StatusOr<AssessedCase> PgAssessmentStore::Get(const std::string& tenant,
                                                    const std::string& reference,
                                                    const Visibility& visibility) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<AssessedCase> {
        AssessedCase found;
        AVVIK_ASSIGN_OR_RETURN(found.record,
                               Read(transaction, kFindCase, tenant, reference, visibility));
        AVVIK_ASSIGN_OR_RETURN(
            found.duties, DutiesOf(transaction, vault_, tenant, {found.record.facts.case_id}));
        return found;
      });
}

absl::StatusOr<AssessmentStore::Answered> PgAssessmentStore::Answer(
    const std::string& tenant, const std::string& reference, const Visibility& visibility,
    const std::string& etag, const Decide& decide, const std::string& person,
    const organisation::Organisation& organisation, const audit::Record& trace) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Answered> {
        AVVIK_ASSIGN_OR_RETURN(CaseRecord record,
                               Read(transaction, kLockCase, tenant, reference, visibility));
        if (record.erase_time) return error::CaseErased(record.facts.number);
        if (!etag.empty() && etag != EtagOf(record)) {
          return error::AssessmentHasChanged(record.facts.number);
        }
        AVVIK_ASSIGN_OR_RETURN(Answers wanted, decide(record));
        AVVIK_ASSIGN_OR_RETURN(
            const std::vector<Duty> duties,
            LockDuties(transaction, vault_, tenant, record.facts.case_id));
        Answered answered{.after = {}, .before = record.results};
        if (wanted == record.facts.answers) {
          answered.after = {std::move(record), duties};
          return answered;
        }
        record.facts.answers = std::move(wanted);
        AVVIK_RETURN_IF_ERROR(assessor_.Assess(transaction, record, duties, organisation,
                                               {.cause = v1::DECISION_CAUSE_ANSWERS,
                                                .person = person,
                                                .now = trace.at,
                                                .trace_parent = trace.trace_parent,
                                                .answered = true}));
        AVVIK_RETURN_IF_ERROR(audit::Append(transaction, trace));
        AVVIK_ASSIGN_OR_RETURN(
            answered.after.duties,
            DutiesOf(transaction, vault_, tenant, {record.facts.case_id}));
        answered.after.record = std::move(record);
        return answered;
      });
}

absl::StatusOr<DecisionPage> PgAssessmentStore::ListDecisions(const std::string& tenant,
                                                              const std::string& reference,
                                                              const Visibility& visibility,
                                                              const std::string& key, int limit) {
  AVVIK_ASSIGN_OR_RETURN(const PagePlace after, PlaceOfKey(key));
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<DecisionPage> {
        AVVIK_ASSIGN_OR_RETURN(const CaseRecord record,
                               Read(transaction, kFindCase, tenant, reference, visibility));
        DecisionPage page;
        AVVIK_ASSIGN_OR_RETURN(
            page.decisions,
            escalation::ListDecisions(transaction, vault_, tenant, record.facts.case_id, after,
                                      limit + 1));
        if (page.decisions.size() > static_cast<std::size_t>(limit)) {
          page.decisions.resize(static_cast<std::size_t>(limit));
          page.next = KeyAfter(page.decisions.back().time, page.decisions.back().id);
        }
        return page;
      });
}

absl::StatusOr<BreachPage> PgAssessmentStore::ListBreaches(const std::string& tenant,
                                                           const Visibility& visibility,
                                                           const BreachFilter& filter,
                                                           const std::string& key, int limit) {
  AVVIK_ASSIGN_OR_RETURN(const PagePlace after, PlaceOfKey(key));
  const organisation::VisibleParams visible(visibility);
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<BreachPage> {
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows total,
            transaction.Execute(kCountBreaches, {tenant, visible.spheres, visible.places,
                                                 visible.keys, filter.from, filter.until}));
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows rows,
            transaction.Execute(
                kListBreaches,
                {tenant, visible.spheres, visible.places, visible.keys, filter.from, filter.until,
                 after.time, after.id, limit + 1}));
        BreachPage page;
        page.total = total[0].Int("total");
        std::vector<std::string> ids;
        for (const pg::Row row : rows) {
          if (page.cases.size() == static_cast<std::size_t>(limit)) {
            page.next = KeyAfter(page.cases.back().record.facts.aware_time, ids.back());
            break;
          }
          AVVIK_ASSIGN_OR_RETURN(page.cases.emplace_back().record, CaseFromRow(row));
          ids.push_back(row.Text("case_id"));
        }
        AVVIK_ASSIGN_OR_RETURN(const std::vector<Duty> duties,
                               DutiesOf(transaction, vault_, tenant, ids));
        for (const Duty& duty : duties) {
          const auto place = std::find(ids.begin(), ids.end(), duty.case_id);
          if (place == ids.end()) continue;
          page.cases[static_cast<std::size_t>(place - ids.begin())].duties.push_back(duty);
        }
        return page;
      });
}

}  // namespace avvik::escalation
