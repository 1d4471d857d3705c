#include "services/intake/case_progress.h"

#include <utility>

#include "common/rpc/time.h"
#include "common/status/macros.h"

namespace avvik::intake {
namespace {

// Since when it has come so far does not change with what changes beside.
constexpr pg::Statement kPut{"intake_put_case_progress", R"sql(
    INSERT INTO case_progress AS known (tenant, case_id, progress, changed_at, due_at, told, leader_id)
    VALUES                             ($1,     $2,      $3,       $4,         $5,     $6,   $7)
    ON CONFLICT (tenant, case_id) DO UPDATE
       SET progress = excluded.progress, due_at = excluded.due_at, told = excluded.told,
           leader_id = excluded.leader_id,
           changed_at = CASE WHEN known.progress = excluded.progress THEN known.changed_at
                             ELSE excluded.changed_at END
     WHERE (known.progress, known.due_at, known.told, known.leader_id)
           IS DISTINCT FROM
           (excluded.progress, excluded.due_at, excluded.told, excluded.leader_id))sql"};

constexpr pg::Statement kFind{"intake_find_progress", R"sql(
    SELECT about.report_id, own.case_id, own.progress, own.changed_at, own.due_at, own.told,
           leader.case_id AS leader_id, leader.progress AS leader_progress,
           leader.changed_at AS leader_changed_at, leader.due_at AS leader_due_at,
           coalesce(leader.told, false) AS leader_told
      FROM report_access AS about
      JOIN case_progress AS own ON own.tenant = about.tenant AND own.case_id = about.case_id
      LEFT JOIN case_progress AS leader
        ON leader.tenant = own.tenant AND leader.case_id = own.leader_id
     WHERE about.tenant = $1 AND about.report_id = ANY ($2::uuid[]))sql"};

}  // namespace

v1::ReportProgress ProgressOf(const triage::v1::CaseFacts& facts) {
  if (facts.state() == triage::v1::CASE_STATE_CLOSED) {
    return facts.resolution() == triage::v1::RESOLUTION_HANDLED_ELSEWHERE
               ? v1::REPORT_PROGRESS_HANDLED_ELSEWHERE
               : v1::REPORT_PROGRESS_DONE;
  }
  if (facts.measure_count() > 0) return v1::REPORT_PROGRESS_WORKED_ON;
  const bool looked_at = facts.state() == triage::v1::CASE_STATE_ACKNOWLEDGED ||
                         facts.classification().confirmed() || facts.reopen_count() > 0;
  return looked_at ? v1::REPORT_PROGRESS_LOOKED_AT : v1::REPORT_PROGRESS_RECEIVED;
}

absl::Status PutProgress(pg::Transaction& transaction, const std::string& tenant,
                         const triage::v1::CaseFacts& facts, absl::Time now) {
  std::optional<absl::Time> due;
  if (facts.has_work_due_time()) due = rpc::FromProtoTime(facts.work_due_time());
  const pg::Param leader = facts.group_case_id().empty() ? pg::Param(std::nullopt)
                                                         : pg::Param(facts.group_case_id());
  const bool told =
      facts.told_reporter() && facts.state() == triage::v1::CASE_STATE_CLOSED;
  return transaction
      .Execute(kPut, {tenant, facts.case_id(), static_cast<int>(ProgressOf(facts)), now, due, told,
                      leader})
      .status();
}

absl::StatusOr<std::map<std::string, KnownProgress>> FindProgress(
    pg::Pool& pool, const std::string& tenant, const std::vector<std::string>& report_ids) {
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      pool.Query(pg::Scope::Tenant(tenant), kFind, {tenant, pg::TextArray(report_ids)}));
  std::map<std::string, KnownProgress> known;
  for (const pg::Row row : rows) {
    KnownProgress& found = known[row.Text("report_id")];
    found.own = CaseProgress{.case_id = row.Text("case_id"),
                             .progress = static_cast<v1::ReportProgress>(row.Int("progress")),
                             .changed = row.Time("changed_at"),
                             .due = row.OptionalTime("due_at"),
                             .told = row.Bool("told")};
    if (row.IsNull("leader_id")) continue;
    found.leader =
        CaseProgress{.case_id = row.Text("leader_id"),
                     .progress = static_cast<v1::ReportProgress>(row.Int("leader_progress")),
                     .changed = row.Time("leader_changed_at"),
                     .due = row.OptionalTime("leader_due_at"),
                     .told = row.Bool("leader_told")};
  }
  return known;
}

}  // namespace avvik::intake
