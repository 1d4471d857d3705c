#include "common/audit/trail.h"

#include <utility>

#include "common/audit/rows.h"
#include "common/status/macros.h"

namespace avvik::audit {
namespace {

// $3 subjects, $4 actor, $5 method, $6 outcome, $7 from, $8 to; empty and NULL narrow nothing.
constexpr pg::Statement kRecords{"audit_list_records", R"sql(
    SELECT * FROM audit_record
     WHERE tenant = $1
       AND sequence > $2
       AND ($3::text[] = '{}' OR subject = ANY ($3))
       AND ($4 = '' OR actor = $4)
       AND ($5 = '' OR method = $5)
       AND ($6 = '' OR outcome = $6)
       AND ($7::timestamptz IS NULL OR at >= $7)
       AND ($8::timestamptz IS NULL OR at < $8)
     ORDER BY sequence
     LIMIT $9)sql"};

constexpr pg::Statement kCheckpoints{"audit_list_checkpoints", R"sql(
    SELECT * FROM audit_checkpoint
     WHERE tenant = $1 AND sequence > $2
     ORDER BY sequence
     LIMIT $3)sql"};

pg::Param Bound(absl::Time time) {
  return time == absl::InfinitePast() || time == absl::InfiniteFuture() ? pg::Param(std::nullopt)
                                                                         : pg::Param(time);
}

}  // namespace

absl::StatusOr<std::vector<Sealed>> Trail::Records(const std::string& tenant,
                                                   const TrailFilter& filter, int64_t after,
                                                   int limit) {
  const std::string outcome(filter.outcome.has_value() ? Name(*filter.outcome) : "");
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      pool_.Query(pg::Scope::Tenant(tenant), kRecords,
                  {tenant, after, pg::TextArray(filter.subjects), filter.actor, filter.method,
                   outcome, Bound(filter.from), Bound(filter.to), limit}));
  std::vector<Sealed> records;
  records.reserve(rows.size());
  for (const pg::Row row : rows) {
    records.push_back({RecordFromRow(row), row.Int("sequence"), row.Bytes("hash")});
  }
  return records;
}

absl::StatusOr<std::vector<Checkpoint>> Trail::Checkpoints(const std::string& tenant,
                                                           int64_t after, int limit) {
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      pool_.Query(pg::Scope::Tenant(tenant), kCheckpoints, {tenant, after, limit}));
  std::vector<Checkpoint> checkpoints;
  checkpoints.reserve(rows.size());
  for (const pg::Row row : rows) {
    checkpoints.push_back({.tenant = row.Text("tenant"),
                           .sequence = row.Int("sequence"),
                           .hash = row.Bytes("hash"),
                           .records = row.Int("records"),
                           .at = row.Time("at"),
                           .key_id = row.Text("key_id"),
                           .signature = row.Bytes("signature")});
  }
  return checkpoints;
}

}  // namespace avvik::audit
