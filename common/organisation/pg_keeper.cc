#include "common/organisation/pg_keeper.h"

#include "common/status/macros.h"

namespace avvik::organisation {
namespace {

constexpr pg::Statement kLoad{"organisation_load",
                              "SELECT version, organisation FROM organisation_snapshot"};

constexpr pg::Statement kKeep{"organisation_keep", R"sql(
    INSERT INTO organisation_snapshot (tenant, version, organisation) VALUES ($1, $2, $3)
    ON CONFLICT (tenant) DO UPDATE
       SET version = excluded.version, organisation = excluded.organisation
     WHERE organisation_snapshot.version < excluded.version)sql"};

}  // namespace

absl::StatusOr<std::vector<Snapshot>> PgKeeper::Load() {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, pool_.Query(pg::Scope::Everything(), kLoad));
  std::vector<Snapshot> snapshots;
  for (const pg::Row row : rows) {
    Snapshot& snapshot = snapshots.emplace_back();
    snapshot.version = row.Int("version");
    if (!snapshot.organisation.ParseFromString(row.Bytes("organisation"))) {
      return absl::DataLossError("a stored organisation cannot be read");
    }
  }
  return snapshots;
}

absl::Status PgKeeper::Keep(const Snapshot& snapshot) {
  return pool_
      .Query(pg::Scope::Tenant(snapshot.organisation.tenant()), kKeep,
             {snapshot.organisation.tenant(), snapshot.version,
              pg::Bytes{snapshot.organisation.SerializeAsString()}})
      .status();
}

}  // namespace avvik::organisation
