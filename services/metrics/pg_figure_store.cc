#include "services/metrics/pg_figure_store.h"

#include <utility>

#include "common/events/migrations.h"
#include "common/status/macros.h"
#include "services/metrics/figure_rows.h"

namespace avvik::metrics {

namespace figures {
std::span<const pg::Migration> Migrations();
}  // namespace figures

namespace {

// Rows read at a time, so that a first reading of a large set needs little memory.
constexpr int kPage = 10'000;

// An older event changes nothing.
constexpr pg::Statement kPutReport{"metrics_put_report", R"sql(
    INSERT INTO report_figure (report_id, tenant, number, version, unit, system, reported_at)
    VALUES                    ($1,        $2,     $3,     $4,      $5,   $6,     $7)
    ON CONFLICT (report_id) DO UPDATE
       SET number = excluded.number, version = excluded.version, unit = excluded.unit,
           system = excluded.system, reported_at = excluded.reported_at, change = excluded.change
     WHERE report_figure.version < excluded.version)sql"};

constexpr pg::Statement kPutCase{"metrics_put_case", R"sql(
    INSERT INTO case_figure (case_id, tenant, number, version, state, unit, system, kind, severity,
                             confidentiality, accuracy, availability, traceability, reported_at,
                             opened_at, acknowledged_at, closed_at, reopen_count)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
    ON CONFLICT (case_id) DO UPDATE
       SET number = excluded.number, version = excluded.version, state = excluded.state,
           unit = excluded.unit, system = excluded.system, kind = excluded.kind,
           severity = excluded.severity, confidentiality = excluded.confidentiality,
           accuracy = excluded.accuracy, availability = excluded.availability,
           traceability = excluded.traceability, reported_at = excluded.reported_at,
           opened_at = excluded.opened_at, acknowledged_at = excluded.acknowledged_at,
           closed_at = excluded.closed_at, reopen_count = excluded.reopen_count,
           change = excluded.change
     WHERE case_figure.version < excluded.version)sql"};

// Stages are replaced with their duty: those that are gone, and those that are there.
constexpr pg::Statement kPutDuty{"metrics_put_duty", R"sql(
    WITH duty AS (
           INSERT INTO duty_figure (duty_id, tenant, number, version, regime, state)
           VALUES                  ($1,      $2,     $3,     $4,      $5,     $6)
           ON CONFLICT (duty_id) DO UPDATE
              SET number = excluded.number, version = excluded.version,
                  regime = excluded.regime, state = excluded.state, change = excluded.change
            WHERE duty_figure.version < excluded.version
           RETURNING duty_id),
         gone AS (
           DELETE FROM stage_figure USING duty
            WHERE stage_figure.duty_id = duty.duty_id AND stage_figure.stage <> ALL ($7::text[]))
    INSERT INTO stage_figure (duty_id, stage, state, statutory, target_at, submitted_at)
    SELECT duty.duty_id, input.*
      FROM duty,
           unnest($7::text[], $8::smallint[], $9::boolean[], $10::timestamptz[],
                  $11::timestamptz[]) AS input (stage, state, statutory, target_at, submitted_at)
    ON CONFLICT (duty_id, stage) DO UPDATE
       SET state = excluded.state, statutory = excluded.statutory,
           target_at = excluded.target_at, submitted_at = excluded.submitted_at)sql"};

constexpr pg::Statement kPutNotice{"metrics_put_notice", R"sql(
    INSERT INTO notice_figure (notice_id, tenant, number, version, state)
    VALUES                    ($1,        $2,     $3,     $4,      $5)
    ON CONFLICT (notice_id) DO UPDATE
       SET number = excluded.number, version = excluded.version, state = excluded.state,
           change = excluded.change
     WHERE notice_figure.version < excluded.version)sql"};

constexpr pg::Statement kOneMoment{
    "metrics_one_moment", "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"};

// Whoever puts another set in place locks this table first and for itself alone. Locking it before the
// moment is taken keeps all statements of a transaction on one set.
constexpr pg::Statement kHoldSet{"metrics_hold_set",
                                 "LOCK TABLE consumer_offset IN ACCESS SHARE MODE"};

constexpr pg::Statement kHeads{"metrics_read_heads", R"sql(
    SELECT current_schema()::regnamespace::oid::text              AS set,
           (SELECT coalesce(max(change), 0) FROM report_figure) AS reports,
           (SELECT coalesce(max(change), 0) FROM case_figure)   AS cases,
           (SELECT coalesce(max(change), 0) FROM duty_figure)   AS duties,
           (SELECT coalesce(max(change), 0) FROM notice_figure) AS notices)sql"};

constexpr pg::Statement kReadReports{"metrics_read_reports", R"sql(
    SELECT * FROM report_figure WHERE change > $1 ORDER BY change LIMIT $2)sql"};

constexpr pg::Statement kReadCases{"metrics_read_cases", R"sql(
    SELECT * FROM case_figure WHERE change > $1 ORDER BY change LIMIT $2)sql"};

// All duties of those deviations of which one has changed, and their stages.
constexpr pg::Statement kReadDuties{"metrics_read_duties", R"sql(
    WITH page AS (
           SELECT tenant, number, change FROM duty_figure
            WHERE change > $1 ORDER BY change LIMIT $2),
         touched AS (SELECT DISTINCT tenant, number FROM page)
    SELECT duty_figure.*, stage, stage_figure.state AS stage_state, statutory, target_at,
           submitted_at, (SELECT max(change) FROM page) AS page_change
      FROM touched
      JOIN duty_figure USING (tenant, number)
      LEFT JOIN stage_figure USING (duty_id)
     ORDER BY tenant, number, duty_id, stage)sql"};

// How all notices of those deviations stand of which one has changed: $3 sent, $4 failed, else waiting.
constexpr pg::Statement kReadNotices{"metrics_read_notices", R"sql(
    WITH page AS (
           SELECT tenant, number, change FROM notice_figure
            WHERE change > $1 ORDER BY change LIMIT $2),
         touched AS (SELECT DISTINCT tenant, number FROM page)
    SELECT tenant, number,
           count(*) FILTER (WHERE state = $3)          AS sent,
           count(*) FILTER (WHERE state = $4)          AS failed,
           count(*) FILTER (WHERE state NOT IN ($3, $4)) AS waiting,
           (SELECT max(change) FROM page)              AS page_change
      FROM touched
      JOIN notice_figure USING (tenant, number)
     GROUP BY tenant, number)sql"};

// Each reads one page after `*seen`, moves it, and answers how many rows there were.
using ReadPage = absl::StatusOr<size_t> (*)(pg::Transaction&, FigureSink&, int64_t* seen);

absl::StatusOr<size_t> ReadReports(pg::Transaction& transaction, FigureSink& sink, int64_t* seen) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kReadReports, {*seen, kPage}));
  for (const pg::Row row : rows) {
    sink.Take(ReportFromRow(row));
    *seen = row.Int("change");
  }
  return rows.size();
}

absl::StatusOr<size_t> ReadCases(pg::Transaction& transaction, FigureSink& sink, int64_t* seen) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kReadCases, {*seen, kPage}));
  for (const pg::Row row : rows) {
    sink.Take(CaseFromRow(row));
    *seen = row.Int("change");
  }
  return rows.size();
}

absl::StatusOr<size_t> ReadDuties(pg::Transaction& transaction, FigureSink& sink, int64_t* seen) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kReadDuties, {*seen, kPage}));
  std::vector<DutyFigure> duties;
  auto give = [&] {
    if (duties.empty()) return;
    const FigureHeading heading = duties.front().heading;
    sink.TakeDuties(heading.tenant, heading.number, duties);
    duties.clear();
  };
  for (const pg::Row row : rows) {
    DutyFigure duty = DutyFromRow(row);
    if (!duties.empty() && (duties.front().heading.tenant != duty.heading.tenant ||
                            duties.front().heading.number != duty.heading.number)) {
      give();
    }
    if (duties.empty() || duties.back().heading.id != duty.heading.id) {
      duties.push_back(std::move(duty));
    }
    if (!row.IsNull("stage")) duties.back().stages.push_back(StageFromRow(row));
    *seen = row.Int("page_change");
  }
  give();
  return rows.size();
}

absl::StatusOr<size_t> ReadNotices(pg::Transaction& transaction, FigureSink& sink, int64_t* seen) {
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      transaction.Execute(kReadNotices, {*seen, kPage, int{delivery::v1::NOTICE_STATE_SENT},
                                         int{delivery::v1::NOTICE_STATE_FAILED}}));
  for (const pg::Row row : rows) {
    sink.TakeNotices(row.Text("tenant"), NumberFromRow(row),
                     {.sent = static_cast<uint32_t>(row.Int("sent")),
                      .waiting = static_cast<uint32_t>(row.Int("waiting")),
                      .failed = static_cast<uint32_t>(row.Int("failed"))});
    *seen = row.Int("page_change");
  }
  return rows.size();
}

}  // namespace

absl::Status PgFigureStore::Put(pg::Transaction& transaction, const Figure& figure) {
  struct Writer {
    pg::Transaction& transaction;

    absl::StatusOr<pg::Rows> operator()(const ReportFigure& report) {
      const FigureHeading& heading = report.heading;
      return transaction.Execute(
          kPutReport, {heading.id, heading.tenant, heading.number.ToText(), heading.version,
                       report.unit, report.system, report.reported});
    }
    absl::StatusOr<pg::Rows> operator()(const CaseFigure& f) {
      return transaction.Execute(
          kPutCase,
          {f.heading.id, f.heading.tenant, f.heading.number.ToText(), f.heading.version,
           static_cast<int>(f.state), f.unit, f.system, static_cast<int>(f.kind),
           static_cast<int>(f.severity), f.levels[0], f.levels[1], f.levels[2], f.levels[3],
           f.reported, f.opened, f.acknowledged, f.closed, f.reopen_count});
    }
    absl::StatusOr<pg::Rows> operator()(const DutyFigure& duty) {
      const FigureHeading& heading = duty.heading;
      const StageColumns stages = StageColumnsOf(duty.stages);
      return transaction.Execute(
          kPutDuty, {heading.id, heading.tenant, heading.number.ToText(), heading.version,
                     duty.regime, static_cast<int>(duty.state), stages.stage, stages.state,
                     stages.statutory, stages.target, stages.submitted});
    }
    absl::StatusOr<pg::Rows> operator()(const NoticeFigure& notice) {
      const FigureHeading& heading = notice.heading;
      return transaction.Execute(kPutNotice,
                                 {heading.id, heading.tenant, heading.number.ToText(),
                                  heading.version, static_cast<int>(notice.state)});
    }
  };
  return std::visit(Writer{transaction}, figure).status();
}

absl::StatusOr<Seen> PgFigureStore::ReadChanges(const Seen& seen, FigureSink& sink,
                                                absl::Time deadline) {
  return pg::InTransaction(
      pool_, deadline, [&](pg::Transaction& transaction) -> absl::StatusOr<Seen> {
        AVVIK_RETURN_IF_ERROR(transaction.Execute(kOneMoment).status());
        AVVIK_RETURN_IF_ERROR(transaction.Execute(kHoldSet).status());
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows heads, transaction.Execute(kHeads));
        Seen now = seen;
        if (now.set != heads[0].Text("set")) {
          now = {.set = heads[0].Text("set")};
          sink.BeginAnew();
        }
        for (const auto& [read, mark, head] :
             {std::tuple<ReadPage, int64_t*, int64_t>(ReadReports, &now.reports,
                                                      heads[0].Int("reports")),
              std::tuple<ReadPage, int64_t*, int64_t>(ReadCases, &now.cases,
                                                      heads[0].Int("cases")),
              std::tuple<ReadPage, int64_t*, int64_t>(ReadDuties, &now.duties,
                                                      heads[0].Int("duties")),
              std::tuple<ReadPage, int64_t*, int64_t>(ReadNotices, &now.notices,
                                                      heads[0].Int("notices"))}) {
          while (*mark < head) {
            AVVIK_ASSIGN_OR_RETURN(const size_t rows, read(transaction, sink, mark));
            if (rows == 0) break;
          }
        }
        return now;
      });
}

pg::Settings OnSchema(pg::Settings database, const std::string& schema) {
  database.search_path = schema;
  return database;
}

std::vector<pg::Migration> FigureMigrations() {
  return pg::Join({events::inbox::Migrations(), figures::Migrations()});
}

absl::Status MigrateFigures(const pg::Settings& database) {
  return pg::Migrate(OnSchema(database, kFigureSchema), FigureMigrations());
}

}  // namespace avvik::metrics
