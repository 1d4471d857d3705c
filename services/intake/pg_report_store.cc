#include "services/intake/pg_report_store.h"

#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/time/clock.h"
#include "common/events/outbox.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/intake/errors.h"
#include "services/intake/intake_events.h"
#include "services/intake/report_rows.h"
#include "services/intake/submit_statements.h"

namespace avvik::intake {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);

// $3 whether everything is visible, $4 visible units, $5 login. What is hidden is as good as absent.
constexpr pg::Statement kGetReport{"intake_get_report", R"sql(
    SELECT report.*, reporter.name, reporter.email
      FROM report
      JOIN reporter ON reporter.report_id = report.id
     WHERE tenant = $1
       AND (number = $2 OR id = CASE WHEN $2 LIKE '________-____-____-____-____________'
                                     THEN $2::uuid END)
       AND ($3::boolean OR unit = ANY ($4::text[]) OR reporter_login = $5))sql"};

constexpr pg::Statement kLockReport{"intake_lock_report", R"sql(
    SELECT report.*, reporter.name, reporter.email
      FROM report
      JOIN reporter ON reporter.report_id = report.id
     WHERE tenant = $1
       AND (number = $2 OR id = CASE WHEN $2 LIKE '________-____-____-____-____________'
                                     THEN $2::uuid END)
       AND ($3::boolean OR unit = ANY ($4::text[]) OR reporter_login = $5)
       FOR UPDATE OF report)sql"};

constexpr pg::Statement kListSupplements{"intake_list_supplements", R"sql(
    SELECT id, text, created_at FROM supplement
     WHERE report_id = $1
     ORDER BY created_at, id)sql"};

constexpr pg::Statement kFindSupplement{
    "intake_find_supplement",
    "SELECT 1 FROM supplement WHERE report_id = $1 AND request_id = $2"};

constexpr pg::Statement kInsertSupplement{"intake_insert_supplement", R"sql(
    INSERT INTO supplement (id, report_id, request_id, text, created_at)
    VALUES                 ($1, $2,        $3,         $4,   $5))sql"};

constexpr pg::Statement kUpdateReport{"intake_update_report", R"sql(
    UPDATE report SET state = $2, withdraw_reason = $3, version = $4 WHERE id = $1)sql"};

// Ids are ordered by time, so paging by id is paging by time. $6 units to narrow to, $7 register, $8 the
// id after which to go on.
constexpr pg::Statement kListReports{"intake_list_reports", R"sql(
    SELECT report.*, reporter.name, reporter.email
      FROM report
      JOIN reporter ON reporter.report_id = report.id
     WHERE tenant = $1
       AND ($2::boolean OR unit = ANY ($3::text[]) OR reporter_login = $4)
       AND ($5::text[] = '{}' OR unit = ANY ($5))
       AND ($6 = '' OR register = $6)
       AND ($7 = '' OR id < CASE WHEN $7 = '' THEN NULL ELSE $7::uuid END)
     ORDER BY id DESC
     LIMIT $8)sql"};

constexpr pg::Statement kCountReports{"intake_count_reports", R"sql(
    SELECT count(*) AS total
      FROM report
     WHERE tenant = $1
       AND ($2::boolean OR unit = ANY ($3::text[]) OR reporter_login = $4)
       AND ($5::text[] = '{}' OR unit = ANY ($5))
       AND ($6 = '' OR register = $6))sql"};

constexpr pg::Statement kGetReports{"intake_get_reports", R"sql(
    SELECT report.*, reporter.name, reporter.email
      FROM report
      JOIN reporter ON reporter.report_id = report.id
     WHERE tenant = $1 AND id = ANY ($2::uuid[]))sql"};

using Counter = std::pair<std::string, int>;  // Tenant and year.

absl::StatusOr<std::map<Counter, int64_t>> LockCounters(pg::Transaction& transaction,
                                                        const std::set<Counter>& counters) {
  std::vector<pg::Param> tenants;
  std::vector<pg::Param> years;
  for (const auto& [tenant, year] : counters) {
    tenants.emplace_back(tenant);
    years.emplace_back(year);
  }
  const pg::Param tenant_array = pg::Array(tenants);
  const pg::Param year_array = pg::Array(years);
  std::map<Counter, int64_t> last;
  while (true) {
    AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                           transaction.Execute(kLockCounters, {tenant_array, year_array}));
    for (const pg::Row row : rows) {
      last[{row.Text("tenant"), static_cast<int>(row.Int("year"))}] = row.Int("last");
    }
    if (last.size() == counters.size()) return last;
    AVVIK_RETURN_IF_ERROR(
        transaction.Execute(kBeginCounters, {tenant_array, year_array}).status());
  }
}

// The reports already there, by the place of the submission they answer.
absl::StatusOr<std::map<size_t, Report>> FindRepeats(pg::Transaction& transaction,
                                                     const std::vector<Submission>& submissions) {
  std::vector<pg::Param> tenants, logins, request_ids, registers, keys;
  for (const Submission& submission : submissions) {
    const Report& report = submission.report;
    tenants.emplace_back(report.tenant);
    logins.emplace_back(report.reporter.login);
    request_ids.emplace_back(report.request_id);
    if (report.origin.has_value()) {
      registers.emplace_back(report.origin->register_name);
      keys.emplace_back(report.origin->key);
    } else {
      registers.emplace_back(std::nullopt);
      keys.emplace_back(std::nullopt);
    }
  }
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      transaction.Execute(kFindRepeats, {pg::Array(tenants), pg::Array(logins),
                                         pg::Array(request_ids), pg::Array(registers),
                                         pg::Array(keys)}));
  std::map<size_t, Report> repeats;
  for (const pg::Row row : rows) {
    repeats.emplace(static_cast<size_t>(row.Int("place") - 1), ReportFromRow(row));
  }
  return repeats;
}

absl::Status InsertReports(pg::Transaction& transaction, IdSource& ids,
                           const std::vector<Submission*>& fresh,
                           const std::map<Counter, int64_t>& last) {
  std::vector<const Report*> reports;
  std::vector<std::string> names, emails;
  std::vector<events::v1::Event> told;
  std::vector<audit::Record> traces;
  for (Submission* submission : fresh) {
    const Report& report = submission->report;
    reports.push_back(&report);
    names.push_back(report.reporter.name);
    emails.push_back(report.reporter.email);
    told.push_back(SubmittedEvent(ids, report, submission->trace_parent));
    traces.push_back(submission->trace);
  }
  std::vector<pg::Param> params = ReportColumns(reports);
  params.push_back(pg::TextArray(names));
  params.push_back(pg::TextArray(emails));
  params.push_back(pg::Array(events::Serialized(told)));
  for (pg::Param& column : audit::Columns(traces)) params.push_back(std::move(column));
  std::vector<pg::Param> tenants, years, counts;
  for (const auto& [counter, count] : last) {
    tenants.emplace_back(counter.first);
    years.emplace_back(counter.second);
    counts.emplace_back(count);
  }
  params.push_back(pg::Array(tenants));
  params.push_back(pg::Array(years));
  params.push_back(pg::Array(counts));
  return transaction.ExecuteWith(kInsertReports, params).status();
}

// What a submission is answered when `earlier` holds its place. A record of the older register counts as
// the same whatever was corrected in it since.
absl::StatusOr<Report> AnswerRepeat(const Report& submitted, const Report& earlier) {
  if (submitted.request_id == earlier.request_id && submitted.digest != earlier.digest) {
    return error::RequestIdReused(submitted.request_id);
  }
  return earlier;
}

absl::StatusOr<Report> LoadSupplements(pg::Transaction& transaction, Report report) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kListSupplements, {report.id}));
  for (const pg::Row row : rows) {
    report.supplements.push_back(
        {.id = row.Text("id"), .text = row.Text("text"), .created = row.Time("created_at")});
  }
  return report;
}

absl::StatusOr<Report> Read(pg::Transaction& transaction, const pg::Statement& statement,
                            const std::string& tenant, const std::string& reference,
                            const Visibility& visibility) {
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      transaction.Execute(statement, {tenant, reference, visibility.everything,
                                      pg::TextArray(visibility.units), visibility.login}));
  if (rows.empty()) return error::ReportNotFound(reference);
  return LoadSupplements(transaction, ReportFromRow(rows[0]));
}

absl::Status Update(pg::Transaction& transaction, const Report& report, audit::Record trace,
                    const events::v1::Event& event) {
  AVVIK_RETURN_IF_ERROR(transaction
                            .Execute(kUpdateReport, {report.id, static_cast<int>(report.state),
                                                     report.withdraw_reason, report.version})
                            .status());
  trace.subject = "reports/" + report.id;
  AVVIK_RETURN_IF_ERROR(audit::Append(transaction, trace));
  return events::Append(transaction, std::span(&event, 1));
}

}  // namespace

absl::StatusOr<std::vector<absl::StatusOr<Report>>> PgReportStore::SubmitAll(
    std::vector<Submission> submissions) {
  std::set<Counter> counters;
  for (const Submission& submission : submissions) {
    counters.emplace(submission.report.tenant, submission.year);
  }
  using Answers = std::vector<absl::StatusOr<Report>>;
  return pg::InTransaction(
      pool_, pg::Scope::Everything(), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Answers> {
        AVVIK_ASSIGN_OR_RETURN(auto last, LockCounters(transaction, counters));
        // After the lock: what another copy of the service has committed is seen from here on.
        AVVIK_ASSIGN_OR_RETURN(const auto repeats, FindRepeats(transaction, submissions));
        Answers answers;
        answers.reserve(submissions.size());
        std::vector<Submission*> fresh;
        // The first of each key within the batch, so that the others are answered with it.
        std::map<std::tuple<std::string, std::string, std::string>, const Report*> seen;
        for (size_t place = 0; place < submissions.size(); ++place) {
          Submission& submission = submissions[place];
          Report& report = submission.report;
          if (const auto found = repeats.find(place); found != repeats.end()) {
            answers.push_back(AnswerRepeat(report, found->second));
            continue;
          }
          const auto by_request =
              seen.emplace(std::tuple(report.tenant, "login:" + report.reporter.login,
                                      report.request_id),
                           &report);
          if (!by_request.second) {
            answers.push_back(AnswerRepeat(report, *by_request.first->second));
            continue;
          }
          if (report.origin.has_value()) {
            const auto by_origin =
                seen.emplace(std::tuple(report.tenant, "register:" + report.origin->register_name,
                                        report.origin->key),
                             &report);
            if (!by_origin.second) {
              answers.push_back(AnswerRepeat(report, *by_origin.first->second));
              continue;
            }
          }
          report.number = NumberOf(submission.year, ++last[{report.tenant, submission.year}]);
          fresh.push_back(&submission);
          answers.push_back(report);
        }
        if (fresh.empty()) return answers;
        AVVIK_RETURN_IF_ERROR(InsertReports(transaction, ids_, fresh, last));
        return answers;
      });
}

absl::StatusOr<Report> PgReportStore::Get(const std::string& tenant, const std::string& reference,
                                          const Visibility& visibility) {
  return pg::InTransaction(pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
                           [&](pg::Transaction& transaction) -> absl::StatusOr<Report> {
                             return Read(transaction, kGetReport, tenant, reference, visibility);
                           });
}

absl::StatusOr<ReportPage> PgReportStore::List(const std::string& tenant,
                                               const Visibility& visibility,
                                               const ReportFilter& filter, const std::string& after,
                                               int limit) {
  const pg::Param visible = pg::TextArray(visibility.units);
  const pg::Param units = pg::TextArray(filter.units);
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows total,
                         pool_.Query(pg::Scope::Tenant(tenant), kCountReports,
                                     {tenant, visibility.everything, visible, visibility.login,
                                      units, filter.register_name}));
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         pool_.Query(pg::Scope::Tenant(tenant), kListReports,
                                     {tenant, visibility.everything, visible, visibility.login,
                                      units, filter.register_name, after, limit + 1}));
  ReportPage page;
  page.total = total[0].Int("total");
  page.more = rows.size() > static_cast<size_t>(limit);
  for (const pg::Row row : rows) {
    if (page.reports.size() == static_cast<size_t>(limit)) break;
    page.reports.push_back(ReportFromRow(row));
  }
  return page;
}

absl::StatusOr<std::vector<Report>> PgReportStore::GetMany(const std::string& tenant,
                                                           const std::vector<std::string>& ids) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, pool_.Query(pg::Scope::Tenant(tenant), kGetReports,
                                                          {tenant, pg::TextArray(ids)}));
  std::vector<Report> reports;
  reports.reserve(rows.size());
  for (const pg::Row row : rows) reports.push_back(ReportFromRow(row));
  return reports;
}

absl::StatusOr<Report> PgReportStore::AddSupplement(const std::string& tenant,
                                                    const std::string& reference,
                                                    const Visibility& visibility,
                                                    const std::string& request_id,
                                                    Supplement supplement,
                                                    const audit::Record& trace) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Report> {
        AVVIK_ASSIGN_OR_RETURN(Report report,
                               Read(transaction, kLockReport, tenant, reference, visibility));
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows repeat,
                               transaction.Execute(kFindSupplement, {report.id, request_id}));
        if (!repeat.empty()) return report;
        AVVIK_ASSIGN_OR_RETURN(report, Supplemented(std::move(report), supplement));
        AVVIK_RETURN_IF_ERROR(transaction
                                  .Execute(kInsertSupplement, {supplement.id, report.id, request_id,
                                                               supplement.text, supplement.created})
                                  .status());
        AVVIK_RETURN_IF_ERROR(
            Update(transaction, report, trace,
                   SupplementedEvent(ids_, report, supplement.created, trace.trace_parent)));
        return report;
      });
}

absl::StatusOr<Report> PgReportStore::Withdraw(const std::string& tenant,
                                               const std::string& reference,
                                               const Visibility& visibility,
                                               const std::string& reason, const std::string& etag,
                                               absl::Time now, const audit::Record& trace) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Report> {
        AVVIK_ASSIGN_OR_RETURN(Report report,
                               Read(transaction, kLockReport, tenant, reference, visibility));
        AVVIK_ASSIGN_OR_RETURN(report, Withdrawn(std::move(report), reason, etag));
        AVVIK_RETURN_IF_ERROR(Update(transaction, report, trace,
                                     WithdrawnEvent(ids_, report, now, trace.trace_parent)));
        return report;
      });
}

}  // namespace avvik::intake
