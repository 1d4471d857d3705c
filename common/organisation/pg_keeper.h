// Keeps organisations in the service's own database.
#pragma once

#include <span>

#include "common/organisation/directory.h"
#include "common/pg/migrations.h"
#include "common/pg/pool.h"

namespace avvik::organisation {

// Thread-safe.
class PgKeeper final : public Keeper {
 public:
  explicit PgKeeper(pg::Pool& pool) : pool_(pool) {}

  // An older version never replaces a newer one.
  absl::Status Keep(const Snapshot& snapshot) override;
  absl::StatusOr<std::vector<Snapshot>> Load() override;

 private:
  pg::Pool& pool_;
};

// The table, for a service to join to its own.
std::span<const pg::Migration> Migrations();

}  // namespace avvik::organisation
