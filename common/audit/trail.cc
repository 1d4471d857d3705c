#include "common/audit/trail.h"

#include <utility>

#include "common/audit/rows.h"
#include "common/status/macros.h"

namespace avvik::audit {
namespace {

// What a record is narrowed to: $4 actor, $5 method, $6 outcome, $7 from, $8 to; empty and NULL narrow nothing.
#define AVVIK_NARROWED                                \
  "  AND ($4 = '' OR actor = $4)"                     \
  "  AND ($5 = '' OR method = $5)"                    \
  "  AND ($6 = '' OR outcome = $6)"                   \
  "  AND ($7::timestamptz IS NULL OR at >= $7)"       \
  "  AND ($8::timestamptz IS NULL OR at < $8)"

// Run by run, from the one that holds the place behind $2, until there are as many as asked for; $3 is not used.
constexpr pg::Statement kRecords{
    "audit_list_records",
    "SELECT found.* FROM ("
    "  SELECT tenant, first, ordinals, hashes FROM audit_run"
    "   WHERE tenant = $1"
    "     AND first >= coalesce((SELECT max(first) FROM audit_run"
    "                             WHERE tenant = $1 AND first <= $2::bigint + 1), 0)"
    "   ORDER BY first) AS run"
    " CROSS JOIN LATERAL ("
    "  SELECT record.*, run.first + seal.place - 1 AS sequence, seal.hash"
    "    FROM unnest(run.ordinals, run.hashes) WITH ORDINALITY AS seal (ordinal, hash, place)"
    "    JOIN audit_record AS record ON record.ordinal = seal.ordinal"
    "   WHERE record.tenant = $1 AND run.first + seal.place - 1 > $2 AND $3::text[] = '{}'" AVVIK_NARROWED
    "   ORDER BY seal.place) AS found"
    " ORDER BY run.first, found.sequence"
    " LIMIT $9"};

// From the records of subjects $3 to the run that holds each: the first that reaches as far, or, when the record
// was committed late, one a little behind that.
constexpr pg::Statement kRecordsOfSubjects{
    "audit_list_records_of_subjects",
    "SELECT record.*, seal.sequence, seal.hash"
    "  FROM audit_record AS record"
    " CROSS JOIN LATERAL ("
    "  SELECT run.first + run.place - 1 AS sequence, run.hashes[run.place] AS hash FROM ("
    "    SELECT first, hashes, highest, array_position(ordinals, record.ordinal) AS place FROM audit_run"
    "     WHERE tenant = $1 AND highest >= record.ordinal AND lowest <= record.ordinal) AS run"
    "   WHERE run.place IS NOT NULL"
    "   ORDER BY run.highest LIMIT 1) AS seal"
    " WHERE record.tenant = $1 AND subject = ANY ($3::text[]) AND seal.sequence > $2" AVVIK_NARROWED
    " ORDER BY seal.sequence"
    " LIMIT $9"};

#undef AVVIK_NARROWED

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
      pool_.Query(pg::Scope::Tenant(tenant), filter.subjects.empty() ? kRecords : kRecordsOfSubjects,
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
