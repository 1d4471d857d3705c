// The records of rebuilds, and the set of tables that a rebuild makes beside the one in use.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/metrics/v1/metrics.pb.h"
#include "common/audit/audit.h"
#include "common/pg/connection.h"
#include "common/pg/pool.h"

namespace avvik::metrics {

// The schema a rebuild fills.
inline constexpr char kNextSchema[] = "figures_next";

// How far each source was applied.
using Positions = std::map<std::string, int64_t>;

// The sole right to rebuild, held as long as it lives; ends with the process at the latest. Not thread-safe.
class RebuildTurn {
 public:
  // The right, or null when somebody else has it. `database` is on the service's own schema.
  static absl::StatusOr<std::unique_ptr<RebuildTurn>> TryTake(const pg::Settings& database);

  // Whether the right is gone, with the session that held it.
  bool lost() const { return connection_->broken(); }

  // Ends what a process that is gone has left: its record says so, its tables are dropped.
  absl::Status ClearLeftovers(absl::Time now);

  // Records a rebuild that begins, with the deed that caused it.
  absl::Status RecordBegin(int64_t total_events, absl::Time now, const audit::Record& trace);
  absl::Status RecordProgress(int64_t applied_events);
  absl::Status RecordFailure(const absl::Status& error, absl::Time now);

  // Makes an empty set of tables in kNextSchema.
  absl::Status MakeNextSet();

  // Puts the set in kNextSchema in the place of the one in use, which is dropped, and records the end, in
  // one transaction. Meanwhile nobody reads or writes the set in use: `catch_up` must bring the next set at
  // least to the positions given, those of the set in use. Whoever works on figures by the schema's name
  // goes on with the new set. An error changes nothing; DEADLINE_EXCEEDED when somebody reads for long.
  absl::Status Swap(const std::function<absl::StatusOr<int64_t>(const Positions& in_use)>& catch_up,
                    absl::Time now);

 private:
  RebuildTurn(const pg::Settings& database, std::unique_ptr<pg::Connection> connection)
      : database_(database), connection_(std::move(connection)) {}

  const pg::Settings database_;
  const std::unique_ptr<pg::Connection> connection_;  // Its session holds the lock.
};

// The newest rebuild; REBUILD_STATE_UNSPECIFIED when there was none. One whose process is gone has failed.
absl::StatusOr<v1::Rebuild> ReadLastRebuild(pg::Pool& pool);

}  // namespace avvik::metrics
