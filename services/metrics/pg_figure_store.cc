#include "services/metrics/pg_figure_store.h"

#include <functional>
#include <memory>
#include <utility>

#include "common/events/migrations.h"
#include "common/status/macros.h"
#include "services/metrics/figure_rows.h"

namespace avvik::metrics {

namespace figures {
std::span<const pg::Migration> Migrations();
}  // namespace figures

namespace {

// An older event changes nothing.
constexpr pg::Statement kPutReport{"metrics_put_report", R"sql(
    INSERT INTO report_figure (report_id, tenant, number, version, unit, system, reported_at, sphere)
    VALUES                    ($1,        $2,     $3,     $4,      $5,   $6,     $7,          $8)
    ON CONFLICT (report_id) DO UPDATE
       SET number = excluded.number, version = excluded.version, unit = excluded.unit,
           system = excluded.system, reported_at = excluded.reported_at,
           sphere = excluded.sphere, change = excluded.change
     WHERE report_figure.version < excluded.version)sql"};

constexpr pg::Statement kPutCase{"metrics_put_case", R"sql(
    INSERT INTO case_figure (case_id, tenant, number, version, state, unit, system, kind, severity,
                             confidentiality, accuracy, availability, traceability, reported_at,
                             opened_at, acknowledged_at, closed_at, reopen_count, sphere, cause)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
            $20)
    ON CONFLICT (case_id) DO UPDATE
       SET number = excluded.number, version = excluded.version, state = excluded.state,
           unit = excluded.unit, system = excluded.system, kind = excluded.kind,
           severity = excluded.severity, confidentiality = excluded.confidentiality,
           accuracy = excluded.accuracy, availability = excluded.availability,
           traceability = excluded.traceability, reported_at = excluded.reported_at,
           opened_at = excluded.opened_at, acknowledged_at = excluded.acknowledged_at,
           closed_at = excluded.closed_at, reopen_count = excluded.reopen_count,
           sphere = excluded.sphere, cause = excluded.cause,
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

constexpr pg::Statement kPutMeasure{"metrics_put_measure", R"sql(
    INSERT INTO measure_figure (measure_id, tenant, number, version, state, due_at)
    VALUES                     ($1,         $2,     $3,     $4,      $5,    $6)
    ON CONFLICT (measure_id) DO UPDATE
       SET number = excluded.number, version = excluded.version, state = excluded.state,
           due_at = excluded.due_at, change = excluded.change
     WHERE measure_figure.version < excluded.version)sql"};

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
           (SELECT coalesce(max(change), 0) FROM notice_figure) AS notices,
           (SELECT coalesce(max(change), 0) FROM measure_figure) AS measures)sql"};

// What has changed is read by a cursor, so that a first reading of a large set needs little memory. Each
// takes what was seen of its table.
constexpr pg::Statement kOpenReports{"metrics_open_reports", R"sql(
    DECLARE changed NO SCROLL CURSOR FOR
    SELECT * FROM report_figure WHERE change > $1)sql"};

constexpr pg::Statement kOpenCases{"metrics_open_cases", R"sql(
    DECLARE changed NO SCROLL CURSOR FOR
    SELECT * FROM case_figure WHERE change > $1)sql"};

// All duties of those deviations of which one has changed, with their stages.
constexpr pg::Statement kOpenDuties{"metrics_open_duties", R"sql(
    DECLARE changed NO SCROLL CURSOR FOR
    SELECT duty_figure.*, stage, stage_figure.state AS stage_state, statutory, target_at,
           submitted_at
      FROM duty_figure
      LEFT JOIN stage_figure USING (duty_id)
     WHERE (tenant, number) IN (SELECT tenant, number FROM duty_figure WHERE change > $1)
     ORDER BY tenant, number, duty_id, stage)sql"};

// How all notices of those deviations stand of which one has changed: 3 is NOTICE_STATE_SENT, 4 is
// NOTICE_STATE_FAILED.
constexpr pg::Statement kOpenNotices{"metrics_open_notices", R"sql(
    DECLARE changed NO SCROLL CURSOR FOR
    SELECT tenant, number,
           count(*) FILTER (WHERE state = 3)          AS sent,
           count(*) FILTER (WHERE state = 4)          AS failed,
           count(*) FILTER (WHERE state NOT IN (3, 4)) AS waiting
      FROM notice_figure
     WHERE (tenant, number) IN (SELECT tenant, number FROM notice_figure WHERE change > $1)
     GROUP BY tenant, number)sql"};

// All measures of those deviations of which one has changed.
constexpr pg::Statement kOpenMeasures{"metrics_open_measures", R"sql(
    DECLARE changed NO SCROLL CURSOR FOR
    SELECT *
      FROM measure_figure
     WHERE (tenant, number) IN (SELECT tenant, number FROM measure_figure WHERE change > $1)
     ORDER BY tenant, number, measure_id)sql"};

constexpr pg::Statement kFetch{"metrics_fetch_changed", "FETCH 10000 FROM changed"};
constexpr pg::Statement kClose{"metrics_close_changed", "CLOSE changed"};

static_assert(delivery::v1::NOTICE_STATE_SENT == 3 && delivery::v1::NOTICE_STATE_FAILED == 4);

// Calls `take` with each row of `open` that has changed since `seen`.
absl::Status ReadChanged(pg::Transaction& transaction, const pg::Statement& open, int64_t seen,
                         const std::function<void(const pg::Row&)>& take) {
  AVVIK_RETURN_IF_ERROR(transaction.Execute(open, {seen}).status());
  while (true) {
    AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kFetch));
    if (rows.empty()) break;
    for (const pg::Row row : rows) take(row);
  }
  return transaction.Execute(kClose).status();
}

absl::Status ReadReports(pg::Transaction& transaction, int64_t seen, FigureSink& sink) {
  return ReadChanged(transaction, kOpenReports, seen,
                     [&](const pg::Row& row) { sink.Take(ReportFromRow(row)); });
}

absl::Status ReadCases(pg::Transaction& transaction, int64_t seen, FigureSink& sink) {
  return ReadChanged(transaction, kOpenCases, seen,
                     [&](const pg::Row& row) { sink.Take(CaseFromRow(row)); });
}

absl::Status ReadDuties(pg::Transaction& transaction, int64_t seen, FigureSink& sink) {
  std::vector<DutyFigure> duties;  // Of one deviation.
  auto give = [&] {
    if (duties.empty()) return;
    const FigureHeading& heading = duties.front().heading;
    sink.TakeDuties(heading.tenant, heading.number, duties);
    duties.clear();
  };
  AVVIK_RETURN_IF_ERROR(ReadChanged(transaction, kOpenDuties, seen, [&](const pg::Row& row) {
    DutyFigure duty = DutyFromRow(row);
    if (!duties.empty() && (duties.front().heading.tenant != duty.heading.tenant ||
                            duties.front().heading.number != duty.heading.number)) {
      give();
    }
    if (duties.empty() || duties.back().heading.id != duty.heading.id) {
      duties.push_back(std::move(duty));
    }
    if (!row.IsNull("stage")) duties.back().stages.push_back(StageFromRow(row));
  }));
  give();
  return absl::OkStatus();
}

absl::Status ReadMeasures(pg::Transaction& transaction, int64_t seen, FigureSink& sink) {
  std::vector<MeasureFigure> measures;  // Of one deviation.
  auto give = [&] {
    if (measures.empty()) return;
    const FigureHeading& heading = measures.front().heading;
    sink.TakeMeasures(heading.tenant, heading.number, measures);
    measures.clear();
  };
  AVVIK_RETURN_IF_ERROR(ReadChanged(transaction, kOpenMeasures, seen, [&](const pg::Row& row) {
    MeasureFigure measure = MeasureFromRow(row);
    if (!measures.empty() && (measures.front().heading.tenant != measure.heading.tenant ||
                              measures.front().heading.number != measure.heading.number)) {
      give();
    }
    measures.push_back(std::move(measure));
  }));
  give();
  return absl::OkStatus();
}

absl::Status ReadNotices(pg::Transaction& transaction, int64_t seen, FigureSink& sink) {
  return ReadChanged(transaction, kOpenNotices, seen, [&](const pg::Row& row) {
    sink.TakeNotices(row.Text("tenant"), NumberFromRow(row),
                     {.sent = static_cast<uint32_t>(row.Int("sent")),
                      .waiting = static_cast<uint32_t>(row.Int("waiting")),
                      .failed = static_cast<uint32_t>(row.Int("failed"))});
  });
}

}  // namespace

absl::Status PgFigureStore::Put(pg::Transaction& transaction, const Figure& figure) {
  struct Writer {
    pg::Transaction& transaction;

    absl::StatusOr<pg::Rows> operator()(const ReportFigure& report) {
      const FigureHeading& heading = report.heading;
      return transaction.Execute(
          kPutReport, {heading.id, heading.tenant, heading.number.ToText(), heading.version,
                       report.unit, report.system, report.reported,
                       static_cast<int>(report.sphere)});
    }
    absl::StatusOr<pg::Rows> operator()(const CaseFigure& f) {
      return transaction.Execute(
          kPutCase,
          {f.heading.id, f.heading.tenant, f.heading.number.ToText(), f.heading.version,
           static_cast<int>(f.state), f.unit, f.system, static_cast<int>(f.kind),
           static_cast<int>(f.severity), f.levels[0], f.levels[1], f.levels[2], f.levels[3],
           f.reported, f.opened, f.acknowledged, f.closed, f.reopen_count,
           static_cast<int>(f.sphere), static_cast<int>(f.cause)});
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
    absl::StatusOr<pg::Rows> operator()(const MeasureFigure& measure) {
      const FigureHeading& heading = measure.heading;
      return transaction.Execute(
          kPutMeasure, {heading.id, heading.tenant, heading.number.ToText(), heading.version,
                        static_cast<int>(measure.state), measure.due});
    }
  };
  return std::visit(Writer{transaction}, figure).status();
}

absl::StatusOr<Seen> PgFigureStore::ReadChanges(const Seen& seen, FigureSink& sink,
                                                absl::Time deadline) {
  return pg::InTransaction(
      pool_, pg::Scope::Everything(), deadline,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Seen> {
        AVVIK_RETURN_IF_ERROR(transaction.Execute(kOneMoment).status());
        AVVIK_RETURN_IF_ERROR(transaction.Execute(kHoldSet).status());
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows heads, transaction.Execute(kHeads));
        const pg::Row head = heads[0];
        Seen from = seen;
        if (from.set != head.Text("set")) {
          from = {};
          sink.BeginAnew();
        }
        const Seen now = {.set = head.Text("set"),
                          .reports = head.Int("reports"),
                          .cases = head.Int("cases"),
                          .duties = head.Int("duties"),
                          .notices = head.Int("notices"),
                          .measures = head.Int("measures")};
        if (from.reports < now.reports) {
          AVVIK_RETURN_IF_ERROR(ReadReports(transaction, from.reports, sink));
        }
        if (from.cases < now.cases) {
          AVVIK_RETURN_IF_ERROR(ReadCases(transaction, from.cases, sink));
        }
        if (from.duties < now.duties) {
          AVVIK_RETURN_IF_ERROR(ReadDuties(transaction, from.duties, sink));
        }
        if (from.notices < now.notices) {
          AVVIK_RETURN_IF_ERROR(ReadNotices(transaction, from.notices, sink));
        }
        if (from.measures < now.measures) {
          AVVIK_RETURN_IF_ERROR(ReadMeasures(transaction, from.measures, sink));
        }
        return now;
      });
}

pg::Settings OnSchema(pg::Settings database, const std::string& schema) {
  database.search_path = schema;
  return database;
}

pg::Settings ForReading(pg::Settings database) {
  database.statement_timeout = absl::Minutes(1);
  return database;
}

std::vector<pg::Migration> FigureMigrations() {
  return pg::Join({events::inbox::Migrations(), figures::Migrations()});
}

absl::Status MigrateFigures(const pg::Settings& database) {
  {
    AVVIK_ASSIGN_OR_RETURN(const std::unique_ptr<pg::Connection> connection,
                           pg::Connection::Open(database));
    // Under the lock of the migrations: two copies that start at once make it once.
    AVVIK_RETURN_IF_ERROR(connection->ExecuteScript(
        "SELECT pg_advisory_xact_lock(4701, 1); CREATE SCHEMA IF NOT EXISTS figures"));
  }
  return pg::Migrate(OnSchema(database, kFigureSchema), FigureMigrations());
}

}  // namespace avvik::metrics
