#include "services/intake/pg_report_store.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/time/clock.h"
#include "common/events/outbox.h"
#include "common/organisation/visible.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/intake/errors.h"
#include "services/intake/intake_events.h"
#include "services/intake/report_rows.h"
#include "services/intake/sealed_report.h"
#include "services/intake/submit_statements.h"

namespace avvik::intake {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);

// What a caller may see: spheres, places and keys, and the pseudonyms of the one who reported. What is hidden is as
// good as absent. The sphere of a report without a case is as common/organisation/rights.h SphereOf has it: 1 is
// ANSWER_YES.
#define AVVIK_REPORT_VISIBLE(spheres, places, keys, pseudonyms)                                  \
  "(avvik_visible(coalesce(about.sphere, CASE WHEN national_security = 1 THEN 4::smallint"       \
  "                                           WHEN personal_data = 1 THEN 2::smallint"           \
  "                                           ELSE 1::smallint END),"                            \
  "               coalesce(about.unit, report.unit), coalesce(about.parties, '{}'),"             \
  "               " spheres ", " places ", " keys ")"                                            \
  " OR reporter_pseudonym = ANY (" pseudonyms "::text[]))"

#define AVVIK_ONE_VISIBLE_REPORT                                                                   \
  "SELECT report.*, report_key.wrapped"                                                            \
  "  FROM report"                                                                                  \
  "  LEFT JOIN report_key ON report_key.report_id = report.id"                                     \
  "  LEFT JOIN report_access AS about ON about.report_id = report.id"                              \
  " WHERE report.tenant = $1"                                                                      \
  "   AND (number = $2 OR id = CASE WHEN $2 LIKE '________-____-____-____-____________'"           \
  "                                 THEN $2::uuid END)"                                            \
  "   AND " AVVIK_REPORT_VISIBLE("$3", "$4", "$5", "$6")

constexpr pg::Statement kGetReport{"intake_get_report", AVVIK_ONE_VISIBLE_REPORT};

constexpr pg::Statement kLockReport{"intake_lock_report",
                                    AVVIK_ONE_VISIBLE_REPORT " FOR UPDATE OF report"};

constexpr pg::Statement kListSupplements{"intake_list_supplements", R"sql(
    SELECT id, text, created_at FROM supplement
     WHERE report_id = $1
     ORDER BY created_at, id)sql"};

constexpr pg::Statement kListSupplementsOf{"intake_list_supplements_of", R"sql(
    SELECT report_id, id, text, created_at FROM supplement
     WHERE report_id = ANY ($1::uuid[])
     ORDER BY created_at, id)sql"};

constexpr pg::Statement kFindSupplement{
    "intake_find_supplement",
    "SELECT 1 FROM supplement WHERE report_id = $1 AND request_key = ANY ($2::text[])"};

constexpr pg::Statement kInsertSupplement{"intake_insert_supplement", R"sql(
    INSERT INTO supplement (id, report_id, request_key, text, created_at)
    VALUES                 ($1, $2,        $3,          $4,   $5))sql"};

constexpr pg::Statement kUpdateReport{"intake_update_report", R"sql(
    UPDATE report
       SET state = $2, withdraw_reason = coalesce($3, withdraw_reason), version = $4
     WHERE id = $1)sql"};

// Ids are ordered by time, so paging by id is paging by time. $6 units to narrow to, $7 register, $8 the
// id after which to go on.
constexpr pg::Statement kListReports{"intake_list_reports", R"sql(
    SELECT report.*, report_key.wrapped
      FROM report
      LEFT JOIN report_key ON report_key.report_id = report.id
      LEFT JOIN report_access AS about ON about.report_id = report.id
     WHERE report.tenant = $1
       AND )sql" AVVIK_REPORT_VISIBLE("$2", "$3", "$4", "$5") R"sql(
       AND ($6::text[] = '{}' OR report.unit = ANY ($6))
       AND ($7 = '' OR register = $7)
       AND ($8 = '' OR id < CASE WHEN $8 = '' THEN NULL ELSE $8::uuid END)
     ORDER BY id DESC
     LIMIT $9)sql"};

constexpr pg::Statement kCountReports{"intake_count_reports", R"sql(
    SELECT count(*) AS total
      FROM report
      LEFT JOIN report_access AS about ON about.report_id = report.id
     WHERE report.tenant = $1
       AND )sql" AVVIK_REPORT_VISIBLE("$2", "$3", "$4", "$5") R"sql(
       AND ($6::text[] = '{}' OR report.unit = ANY ($6))
       AND ($7 = '' OR register = $7))sql"};

constexpr pg::Statement kGetReports{"intake_get_reports", R"sql(
    SELECT report.*, report_key.wrapped
      FROM report
      LEFT JOIN report_key ON report_key.report_id = report.id
     WHERE report.tenant = $1 AND report.id = ANY ($2::uuid[]))sql"};

constexpr pg::Statement kGetRepeats{"intake_get_repeats", R"sql(
    SELECT report.*, report_key.wrapped
      FROM report
      LEFT JOIN report_key ON report_key.report_id = report.id
     WHERE report.id = ANY ($1::uuid[]))sql"};

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

// A report already there that answers a submission.
struct Repeat {
  Report report;
  bool same_request = false;  // Otherwise the same record of an older register.
};

// The reports already there, by the place of the submission they answer.
absl::StatusOr<std::map<size_t, Repeat>> FindRepeats(pg::Transaction& transaction,
                                                     secrecy::Vault& vault,
                                                     const std::vector<Submission>& submissions,
                                                     const std::vector<SealedReport>& sealed) {
  std::vector<pg::Param> tenants, pseudonyms, request_keys, registers, keys;
  std::vector<size_t> places;  // Of the submissions.
  const auto ask = [&](size_t place, const std::string& pseudonym, const std::string& request_key) {
    const Report& report = submissions[place].report;
    places.push_back(place);
    tenants.emplace_back(report.tenant);
    pseudonyms.emplace_back(pseudonym);
    request_keys.emplace_back(request_key);
    if (report.origin.has_value()) {
      registers.emplace_back(report.origin->register_name);
      keys.emplace_back(report.origin->key);
    } else {
      registers.emplace_back(std::nullopt);
      keys.emplace_back(std::nullopt);
    }
  };
  for (size_t place = 0; place < submissions.size(); ++place) {
    // Once, but for while the tenant's key is replaced; a pseudonym is made anew before its request is forgotten.
    for (const std::string& pseudonym : sealed[place].pseudonyms) {
      for (const std::string& request_key : sealed[place].request_keys) {
        ask(place, pseudonym, request_key);
      }
    }
  }
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      transaction.Execute(kFindRepeats, {pg::Array(tenants), pg::Array(pseudonyms),
                                         pg::Array(request_keys), pg::Array(registers),
                                         pg::Array(keys)}));
  std::map<size_t, Repeat> repeats;
  if (rows.empty()) return repeats;
  std::vector<std::string> ids;
  for (const pg::Row row : rows) ids.push_back(row.Text("id"));
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows found,
                         transaction.Execute(kGetRepeats, {pg::TextArray(ids)}));
  std::map<std::string, Report> reports;
  for (const pg::Row row : found) {
    AVVIK_ASSIGN_OR_RETURN(Report report, ReportFromRow(row, vault));
    reports.emplace(report.id, std::move(report));
  }
  for (const pg::Row row : rows) {
    const auto report = reports.find(row.Text("id"));
    if (report == reports.end()) continue;
    const bool same_request = row.Bool("same_request");
    const auto [repeat, first] =
        repeats.try_emplace(places[static_cast<size_t>(row.Int("place") - 1)],
                            Repeat{.report = report->second, .same_request = same_request});
    if (!first && same_request) repeat->second = {.report = report->second, .same_request = true};
  }
  return repeats;
}

// A submission with its place in the group.
struct Fresh {
  Submission* submission;
  const SealedReport* sealed;
};

// Neither by name nor by address does the trace tell who a confidential reporter is.
void Disguise(const Report& report, audit::Record* trace) {
  std::string actor = ActorOn(report, trace->actor);
  if (actor != trace->actor) trace->client.clear();
  trace->actor = std::move(actor);
}

absl::Status InsertReports(pg::Transaction& transaction, IdSource& ids,
                           const std::vector<Fresh>& fresh,
                           const std::map<Counter, int64_t>& last) {
  std::vector<ReportRow> rows;
  std::vector<events::v1::Event> told;
  std::vector<audit::Record> traces;
  for (const auto& [submission, sealed] : fresh) {
    const Report& report = submission->report;
    rows.push_back({&report, sealed});
    told.push_back(SubmittedEvent(ids, report, submission->trace_parent));
    audit::Record& trace = traces.emplace_back(submission->trace);
    Disguise(report, &trace);
  }
  std::vector<pg::Param> params = ReportColumns(rows);
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
absl::StatusOr<Report> AnswerRepeat(const Submission& submission, const SealedReport& sealed,
                                    const Report& earlier, bool same_request) {
  if (same_request && !earlier.erased.has_value() &&
      std::find(sealed.digests.begin(), sealed.digests.end(), earlier.digest) ==
          sealed.digests.end()) {
    return error::RequestIdReused(submission.report.request_id);
  }
  return earlier;
}

// A report with its key, as it is kept.
struct Stored {
  Report report;
  std::string wrapped_key;
};

// A row of supplement.
absl::StatusOr<Supplement> SupplementFromRow(const pg::Row& row, const secrecy::DataKey& key) {
  const std::string id = row.Text("id");
  AVVIK_ASSIGN_OR_RETURN(std::string text,
                         key.Open(row.Bytes("text"), SealContext(kSupplement, id)));
  return Supplement{.id = id, .text = std::move(text), .created = row.Time("created_at")};
}

absl::Status LoadSupplements(pg::Transaction& transaction, secrecy::Vault& vault, Stored* stored) {
  Report& report = stored->report;
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kListSupplements, {report.id}));
  if (rows.empty()) return absl::OkStatus();
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key,
                         vault.Unwrap(report.tenant, stored->wrapped_key));
  for (const pg::Row row : rows) {
    AVVIK_ASSIGN_OR_RETURN(Supplement supplement, SupplementFromRow(row, key));
    report.supplements.push_back(std::move(supplement));
  }
  return absl::OkStatus();
}

// A visibility as statements take it.
struct Sight {
  organisation::VisibleParams cases;
  pg::Param pseudonyms;
};

// Made before the transaction: it may have to fetch the tenant's key.
absl::StatusOr<Sight> SightOf(secrecy::Vault& vault, const std::string& tenant,
                              const Visibility& visibility) {
  AVVIK_ASSIGN_OR_RETURN(const std::vector<std::string> pseudonyms,
                         vault.Pseudonyms(tenant, visibility.login));
  return Sight{.cases = organisation::VisibleParams(visibility.cases),
               .pseudonyms = pg::TextArray(pseudonyms)};
}

absl::StatusOr<Stored> Read(pg::Transaction& transaction, secrecy::Vault& vault,
                            const pg::Statement& statement, const std::string& tenant,
                            const std::string& reference, const Sight& sight) {
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      transaction.Execute(statement, {tenant, reference, sight.cases.spheres, sight.cases.places,
                                      sight.cases.keys, sight.pseudonyms}));
  if (rows.empty()) return error::ReportNotFound(reference);
  Stored stored;
  AVVIK_ASSIGN_OR_RETURN(stored.report, ReportFromRow(rows[0], vault));
  stored.wrapped_key = rows[0].Bytes("wrapped");
  AVVIK_RETURN_IF_ERROR(LoadSupplements(transaction, vault, &stored));
  return stored;
}

absl::Status Update(pg::Transaction& transaction, const Report& report,
                    const pg::Param& withdraw_reason, audit::Record trace,
                    const events::v1::Event& event) {
  AVVIK_RETURN_IF_ERROR(transaction
                            .Execute(kUpdateReport, {report.id, static_cast<int>(report.state),
                                                     withdraw_reason, report.version})
                            .status());
  trace.subject = "reports/" + report.id;
  Disguise(report, &trace);
  AVVIK_RETURN_IF_ERROR(audit::Append(transaction, trace));
  return events::Append(transaction, std::span(&event, 1));
}

}  // namespace

absl::StatusOr<std::vector<absl::StatusOr<Report>>> PgReportStore::SubmitAll(
    std::vector<Submission> submissions) {
  std::set<Counter> counters;
  std::vector<SealedReport> sealed;
  sealed.reserve(submissions.size());
  for (Submission& submission : submissions) {
    counters.emplace(submission.report.tenant, submission.year);
    AVVIK_ASSIGN_OR_RETURN(SealedReport report, SealReport(vault_, submission.report));
    submission.report.pseudonym = report.pseudonyms.front();
    sealed.push_back(std::move(report));
  }
  using Answers = std::vector<absl::StatusOr<Report>>;
  return pg::InTransaction(
      by_key_, pg::Scope::Everything(), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Answers> {
        AVVIK_ASSIGN_OR_RETURN(auto last, LockCounters(transaction, counters));
        // After the lock: what another copy of the service has committed is seen from here on.
        AVVIK_ASSIGN_OR_RETURN(const auto repeats,
                               FindRepeats(transaction, vault_, submissions, sealed));
        Answers answers;
        answers.reserve(submissions.size());
        std::vector<Fresh> fresh;
        // The first of each key within the batch, by place, so that the others are answered with it.
        std::map<std::tuple<std::string, std::string, std::string>, size_t> seen;
        for (size_t place = 0; place < submissions.size(); ++place) {
          Submission& submission = submissions[place];
          Report& report = submission.report;
          auto answer = [&](const Report& earlier, bool same_request) {
            answers.push_back(AnswerRepeat(submission, sealed[place], earlier, same_request));
          };
          if (const auto found = repeats.find(place); found != repeats.end()) {
            answer(found->second.report, found->second.same_request);
            continue;
          }
          const auto by_request =
              seen.emplace(std::tuple(report.tenant, "request:" + report.reporter.login, report.request_id),
                           place);
          if (!by_request.second) {
            answer(submissions[by_request.first->second].report, true);
            continue;
          }
          if (report.origin.has_value()) {
            const auto by_origin =
                seen.emplace(std::tuple(report.tenant, "register:" + report.origin->register_name,
                                        report.origin->key),
                             place);
            if (!by_origin.second) {
              answer(submissions[by_origin.first->second].report, false);
              continue;
            }
          }
          report.digest = sealed[place].digests.front();
          report.number = NumberOf(submission.year, ++last[{report.tenant, submission.year}]);
          fresh.push_back({&submission, &sealed[place]});
          answers.push_back(report);
        }
        if (fresh.empty()) return answers;
        AVVIK_RETURN_IF_ERROR(InsertReports(transaction, ids_, fresh, last));
        return answers;
      });
}

absl::StatusOr<Report> PgReportStore::Get(const std::string& tenant, const std::string& reference,
                                          const Visibility& visibility) {
  AVVIK_ASSIGN_OR_RETURN(const Sight sight, SightOf(vault_, tenant, visibility));
  return pg::InTransaction(
      by_key_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Report> {
        AVVIK_ASSIGN_OR_RETURN(
            Stored stored, Read(transaction, vault_, kGetReport, tenant, reference, sight));
        return std::move(stored.report);
      });
}

absl::StatusOr<Report> PgReportStore::Reveal(const std::string& tenant,
                                             const std::string& reference,
                                             const Visibility& visibility,
                                             const audit::Record& trace) {
  AVVIK_ASSIGN_OR_RETURN(const Sight sight, SightOf(vault_, tenant, visibility));
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Report> {
        AVVIK_ASSIGN_OR_RETURN(
            Stored stored, Read(transaction, vault_, kGetReport, tenant, reference, sight));
        if (stored.report.erased.has_value()) return error::ReportErased(stored.report.number);
        audit::Record record = trace;
        record.subject = "reports/" + stored.report.id;
        AVVIK_RETURN_IF_ERROR(audit::Append(transaction, record));
        return std::move(stored.report);
      });
}

absl::StatusOr<ReportPage> PgReportStore::List(const std::string& tenant,
                                               const Visibility& visibility,
                                               const ReportFilter& filter, const std::string& after,
                                               int limit) {
  AVVIK_ASSIGN_OR_RETURN(const Sight sight, SightOf(vault_, tenant, visibility));
  const pg::Param units = pg::TextArray(filter.units);
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows total,
      pool_.Query(pg::Scope::Tenant(tenant), kCountReports,
                  {tenant, sight.cases.spheres, sight.cases.places, sight.cases.keys,
                   sight.pseudonyms, units,
                   filter.register_name}));
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      pool_.Query(pg::Scope::Tenant(tenant), kListReports,
                  {tenant, sight.cases.spheres, sight.cases.places, sight.cases.keys,
                   sight.pseudonyms, units,
                   filter.register_name, after, limit + 1}));
  ReportPage page;
  page.total = total[0].Int("total");
  page.more = rows.size() > static_cast<size_t>(limit);
  for (const pg::Row row : rows) {
    if (page.reports.size() == static_cast<size_t>(limit)) break;
    AVVIK_ASSIGN_OR_RETURN(Report report, ReportFromRow(row, vault_));
    page.reports.push_back(std::move(report));
  }
  return page;
}

absl::StatusOr<std::vector<Report>> PgReportStore::GetMany(const std::string& tenant,
                                                           const std::vector<std::string>& ids) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         pool_.Query(pg::Scope::Tenant(tenant), kGetReports,
                                     {tenant, pg::TextArray(ids)}));
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows supplements,
                         pool_.Query(pg::Scope::Tenant(tenant), kListSupplementsOf,
                                     {pg::TextArray(ids)}));
  std::multimap<std::string, pg::Row> by_report;
  for (const pg::Row row : supplements) by_report.emplace(row.Text("report_id"), row);
  std::vector<Report> reports;
  reports.reserve(rows.size());
  for (const pg::Row row : rows) {
    AVVIK_ASSIGN_OR_RETURN(Report report, ReportFromRow(row, vault_));
    const auto [begin, end] = by_report.equal_range(report.id);
    if (begin != end && !report.erased.has_value()) {
      AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key,
                             vault_.Unwrap(tenant, row.Bytes("wrapped")));
      for (auto entry = begin; entry != end; ++entry) {
        AVVIK_ASSIGN_OR_RETURN(Supplement supplement, SupplementFromRow(entry->second, key));
        report.supplements.push_back(std::move(supplement));
      }
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

absl::StatusOr<Report> PgReportStore::AddSupplement(const std::string& tenant,
                                                    const std::string& reference,
                                                    const Visibility& visibility,
                                                    const std::string& request_id,
                                                    Supplement supplement,
                                                    const audit::Record& trace) {
  AVVIK_ASSIGN_OR_RETURN(const Sight sight, SightOf(vault_, tenant, visibility));
  AVVIK_ASSIGN_OR_RETURN(const std::vector<std::string> request_keys,
                         RequestKeys(vault_, tenant, trace.actor, request_id));
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Report> {
        AVVIK_ASSIGN_OR_RETURN(
            Stored stored, Read(transaction, vault_, kLockReport, tenant, reference, sight));
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows repeat,
            transaction.Execute(kFindSupplement,
                                {stored.report.id, pg::TextArray(request_keys)}));
        if (!repeat.empty()) return std::move(stored.report);
        AVVIK_ASSIGN_OR_RETURN(Report report, Supplemented(std::move(stored.report), supplement));
        AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key,
                               vault_.Unwrap(tenant, stored.wrapped_key));
        const std::string text = key.Seal(supplement.text, SealContext(kSupplement, supplement.id));
        AVVIK_RETURN_IF_ERROR(
            transaction
                .Execute(kInsertSupplement, {supplement.id, report.id, request_keys.front(),
                                             pg::Bytes{text}, supplement.created})
                .status());
        AVVIK_RETURN_IF_ERROR(
            Update(transaction, report, std::nullopt, trace,
                   SupplementedEvent(ids_, report, supplement.created, trace.trace_parent)));
        return report;
      });
}

absl::StatusOr<Report> PgReportStore::Withdraw(const std::string& tenant,
                                               const std::string& reference,
                                               const Visibility& visibility,
                                               const std::string& reason, const std::string& etag,
                                               absl::Time now, const audit::Record& trace) {
  AVVIK_ASSIGN_OR_RETURN(const Sight sight, SightOf(vault_, tenant, visibility));
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Report> {
        AVVIK_ASSIGN_OR_RETURN(
            Stored stored, Read(transaction, vault_, kLockReport, tenant, reference, sight));
        AVVIK_ASSIGN_OR_RETURN(const Report report,
                               Withdrawn(std::move(stored.report), reason, etag));
        AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key,
                               vault_.Unwrap(tenant, stored.wrapped_key));
        const std::string sealed =
            key.Seal(report.withdraw_reason, SealContext(kWithdrawReason, report.id));
        AVVIK_RETURN_IF_ERROR(Update(transaction, report, pg::Bytes{sealed}, trace,
                                     WithdrawnEvent(ids_, report, now, trace.trace_parent)));
        return report;
      });
}

}  // namespace avvik::intake
