#include "services/metrics/rebuild_store.h"

#include <utility>

#include "common/rpc/time.h"
#include "common/status/macros.h"
#include "services/metrics/pg_figure_store.h"

namespace avvik::metrics {
namespace {

constexpr int kRunning = v1::REBUILD_STATE_RUNNING;
constexpr int kDone = v1::REBUILD_STATE_DONE;
constexpr int kFailed = v1::REBUILD_STATE_FAILED;

constexpr char kCutShort[] = "the process that rebuilt the figures ended before it was done";

constexpr pg::Statement kTryLock{"metrics_try_rebuild_lock",
                                 "SELECT pg_try_advisory_lock(4703, 1) AS held"};

constexpr pg::Statement kEndLeftovers{"metrics_end_leftovers", R"sql(
    UPDATE rebuild SET state = $1, ended_at = $2, error = $3 WHERE state = $4)sql"};

constexpr pg::Statement kInsertRebuild{"metrics_insert_rebuild", R"sql(
    INSERT INTO rebuild (state, total_events, started_at)
    VALUES              ($1,    $2,           $3))sql"};

// There is one running row at most: that of the holder of the lock.
constexpr pg::Statement kProgress{"metrics_update_rebuild", R"sql(
    UPDATE rebuild SET applied_events = $2 WHERE state = $1)sql"};

constexpr pg::Statement kEnd{"metrics_end_rebuild", R"sql(
    UPDATE rebuild
       SET state = $2, ended_at = $3, error = $4, applied_events = coalesce($5, applied_events)
     WHERE state = $1)sql"};

constexpr pg::Statement kLastRebuild{"metrics_read_last_rebuild", R"sql(
    SELECT state, applied_events, total_events, started_at, ended_at, error,
           EXISTS (SELECT FROM pg_locks
                    WHERE locktype = 'advisory' AND granted AND classid = 4703 AND objid = 1
                      AND database = (SELECT oid FROM pg_database
                                       WHERE datname = current_database())) AS held
      FROM rebuild
     ORDER BY seq DESC
     LIMIT 1)sql"};

// Whoever waits for the lock makes those wait who come after: a long reader must not stop everyone.
constexpr pg::Statement kShortPatience{"metrics_short_patience",
                                       "SET LOCAL statement_timeout = '2s'"};
constexpr pg::Statement kLongPatience{"metrics_long_patience",
                                      "SET LOCAL statement_timeout = '5min'"};

// Everyone who works on a set touches this table first.
constexpr pg::Statement kHoldSetAlone{
    "metrics_hold_set_alone", "LOCK TABLE figures.consumer_offset IN ACCESS EXCLUSIVE MODE"};
constexpr pg::Statement kPositions{"metrics_read_positions",
                                   "SELECT source, position FROM figures.consumer_offset"};
constexpr pg::Statement kDropInUse{"metrics_drop_figures", "DROP SCHEMA figures CASCADE"};
constexpr pg::Statement kTakeInUse{"metrics_rename_figures",
                                   "ALTER SCHEMA figures_next RENAME TO figures"};

constexpr pg::Statement kDropNext{"metrics_drop_next_figures",
                                  "DROP SCHEMA IF EXISTS figures_next CASCADE"};
constexpr pg::Statement kCreateNext{"metrics_create_next_figures", "CREATE SCHEMA figures_next"};

}  // namespace

absl::StatusOr<std::unique_ptr<RebuildTurn>> RebuildTurn::TryTake(const pg::Settings& database) {
  AVVIK_ASSIGN_OR_RETURN(std::unique_ptr<pg::Connection> connection,
                         pg::Connection::Open(database));
  AVVIK_RETURN_IF_ERROR(connection->Enter(pg::Scope::Everything()));
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, connection->Execute(kTryLock));
  if (!rows[0].Bool("held")) return nullptr;
  return std::unique_ptr<RebuildTurn>(new RebuildTurn(database, std::move(connection)));
}

absl::Status RebuildTurn::ClearLeftovers(absl::Time now) {
  return pg::RunInTransaction(*connection_, [&](pg::Transaction& transaction) -> absl::Status {
    AVVIK_RETURN_IF_ERROR(
        transaction.Execute(kEndLeftovers, {kFailed, now, kCutShort, kRunning}).status());
    return transaction.Execute(kDropNext).status();
  });
}

absl::Status RebuildTurn::RecordBegin(int64_t total_events, absl::Time now,
                                      const audit::Record& trace) {
  return pg::RunInTransaction(*connection_, [&](pg::Transaction& transaction) -> absl::Status {
    AVVIK_RETURN_IF_ERROR(
        transaction.Execute(kInsertRebuild, {kRunning, total_events, now}).status());
    return audit::Append(transaction, trace);
  });
}

absl::Status RebuildTurn::RecordProgress(int64_t applied_events) {
  return connection_->Execute(kProgress, {kRunning, applied_events}).status();
}

absl::Status RebuildTurn::RecordFailure(const absl::Status& error, absl::Time now) {
  return pg::RunInTransaction(*connection_, [&](pg::Transaction& transaction) -> absl::Status {
    AVVIK_RETURN_IF_ERROR(
        transaction.Execute(kEnd, {kRunning, kFailed, now, error.ToString(), std::nullopt})
            .status());
    return transaction.Execute(kDropNext).status();
  });
}

absl::Status RebuildTurn::MakeNextSet() {
  AVVIK_RETURN_IF_ERROR(connection_->Execute(kDropNext).status());
  AVVIK_RETURN_IF_ERROR(connection_->Execute(kCreateNext).status());
  return pg::Migrate(OnSchema(database_, kNextSchema), FigureMigrations());
}

absl::Status RebuildTurn::Swap(
    const std::function<absl::StatusOr<int64_t>(const Positions& in_use)>& catch_up,
    absl::Time now) {
  return pg::RunInTransaction(*connection_, [&](pg::Transaction& transaction) -> absl::Status {
    AVVIK_RETURN_IF_ERROR(transaction.Execute(kShortPatience).status());
    AVVIK_RETURN_IF_ERROR(transaction.Execute(kHoldSetAlone).status());
    AVVIK_RETURN_IF_ERROR(transaction.Execute(kLongPatience).status());
    AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kPositions));
    Positions in_use;
    for (const pg::Row row : rows) in_use[row.Text("source")] = row.Int("position");
    AVVIK_ASSIGN_OR_RETURN(const int64_t applied_events, catch_up(in_use));
    AVVIK_RETURN_IF_ERROR(transaction.Execute(kDropInUse).status());
    AVVIK_RETURN_IF_ERROR(transaction.Execute(kTakeInUse).status());
    return transaction.Execute(kEnd, {kRunning, kDone, now, "", applied_events}).status();
  });
}

absl::StatusOr<v1::Rebuild> ReadLastRebuild(pg::Pool& pool) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, pool.Query(pg::Scope::Everything(), kLastRebuild));
  v1::Rebuild rebuild;
  if (rows.empty()) return rebuild;
  const pg::Row row = rows[0];
  rebuild.set_state(static_cast<v1::RebuildState>(row.Int("state")));
  rebuild.set_applied_events(row.Int("applied_events"));
  rebuild.set_total_events(row.Int("total_events"));
  *rebuild.mutable_start_time() = rpc::ToProtoTime(row.Time("started_at"));
  if (const auto ended = row.OptionalTime("ended_at"); ended.has_value()) {
    *rebuild.mutable_end_time() = rpc::ToProtoTime(*ended);
  }
  rebuild.set_error(row.Text("error"));
  if (rebuild.state() == v1::REBUILD_STATE_RUNNING && !row.Bool("held")) {
    rebuild.set_state(v1::REBUILD_STATE_FAILED);
    rebuild.set_error(kCutShort);
  }
  return rebuild;
}

}  // namespace avvik::metrics
