// Figures in PostgreSQL: tables in a schema of their own, found by the connection's search path, so that a
// rebuild makes its own beside the ones in use.
#pragma once

#include <string>
#include <vector>

#include "common/pg/migrations.h"
#include "common/pg/pool.h"
#include "services/metrics/figure_store.h"

namespace avvik::metrics {

// The schema in use.
inline constexpr char kFigureSchema[] = "figures";

class PgFigureStore final : public FigureStore {
 public:
  // `pool` connects with search path kFigureSchema.
  explicit PgFigureStore(pg::Pool& pool) : pool_(pool) {}

  absl::Status Put(pg::Transaction& transaction, const Figure& figure) override;
  absl::StatusOr<Seen> ReadChanges(const Seen& seen, FigureSink& sink,
                                   absl::Time deadline) override;

 private:
  pg::Pool& pool_;
};

// `database` with connections that work on the figures in `schema`.
pg::Settings OnSchema(pg::Settings database, const std::string& schema);

// The same connections with time enough to read a large set for the first time.
pg::Settings ForReading(pg::Settings database);
// How many are enough: one brings the ledgers up to date at a time, and operators look in.
inline constexpr int kReadingConnections = 4;
// How long the first reading may take.
inline constexpr absl::Duration kFirstReading = absl::Minutes(5);

// The tables of a set of figures: the figures, and how far each source was heard.
std::vector<pg::Migration> FigureMigrations();

// Brings the set in use to the schema the program was built for.
absl::Status MigrateFigures(const pg::Settings& database);

}  // namespace avvik::metrics
