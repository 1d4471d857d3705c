#include "common/audit/sealer.h"

#include <utility>

#include "common/audit/rows.h"
#include "common/log/log.h"
#include "common/status/macros.h"

namespace avvik::audit {
namespace {

// The lock ends with the session, so a sealer that lost its connection has lost its turn.
constexpr pg::Statement kTryLock{"audit_try_sealer_lock",
                                 "SELECT pg_try_advisory_lock(4701, 3) AS held"};

constexpr pg::Statement kUnlock{"audit_sealer_unlock", "SELECT pg_advisory_unlock(4701, 3)"};

// Each tenant's last record and last checkpoint. Tenants are found by hopping through the index.
constexpr pg::Statement kHeads{"audit_heads", R"sql(
    WITH RECURSIVE tenants AS (
      (SELECT tenant FROM audit_record WHERE sequence IS NOT NULL ORDER BY tenant LIMIT 1)
      UNION ALL
      SELECT (SELECT tenant FROM audit_record
               WHERE sequence IS NOT NULL AND tenant > tenants.tenant ORDER BY tenant LIMIT 1)
        FROM tenants
       WHERE tenants.tenant IS NOT NULL),
    all_tenants AS (
      SELECT tenant FROM tenants WHERE tenant IS NOT NULL
      UNION
      SELECT tenant FROM audit_checkpoint)
    SELECT tenant, coalesce(record.sequence, 0) AS sequence, record.hash,
           coalesce(checkpoint.sequence, 0) AS signed_sequence, checkpoint.hash AS signed_hash
      FROM all_tenants
      LEFT JOIN LATERAL (
        SELECT sequence, hash FROM audit_record
         WHERE audit_record.tenant = all_tenants.tenant AND sequence IS NOT NULL
         ORDER BY sequence DESC LIMIT 1) AS record ON true
      LEFT JOIN LATERAL (
        SELECT sequence, hash FROM audit_checkpoint
         WHERE audit_checkpoint.tenant = all_tenants.tenant
         ORDER BY sequence DESC LIMIT 1) AS checkpoint ON true)sql"};

// Rows are chosen by having no place, never by "later than the last": a transaction that commits late has
// an early id, and would be passed over.
constexpr pg::Statement kUnsealed{"audit_unsealed", R"sql(
    SELECT * FROM audit_record WHERE sequence IS NULL ORDER BY id LIMIT $1)sql"};

constexpr pg::Statement kSeal{"audit_seal", R"sql(
    UPDATE audit_record
       SET sequence = sealed.sequence, hash = sealed.hash
      FROM unnest($1::uuid[], $2::bigint[], $3::bytea[]) AS sealed (id, sequence, hash)
     WHERE audit_record.id = sealed.id AND audit_record.sequence IS NULL)sql"};

constexpr pg::Statement kCheckpoint{"audit_checkpoint", R"sql(
    INSERT INTO audit_checkpoint (tenant, sequence, hash, records, at, key_id, signature)
    VALUES                       ($1,     $2,       $3,   $4,      $5, $6,     $7))sql"};

}  // namespace

Sealer::Sealer(SealerSettings settings, const SigningKey& key, const Clock& clock)
    : settings_(std::move(settings)),
      key_(key),
      clock_(clock),
      loop_("sealer", [this] { return Step(); }) {}

Sealer::~Sealer() { Stop(); }

absl::Status Sealer::Start() { return loop_.Start(); }

void Sealer::Stop() {
  loop_.Stop();
  if (locked_) {
    absl::StatusOr<Round> round = RunOnce(true);
    while (round.ok() && round->sealed >= settings_.batch) round = RunOnce(true);
    if (!round.ok()) log::Warning("audit_not_sealed", {{"error", round.status()}});
    // Whoever stands by may go on at once; without this, when the server notices that we are gone.
    if (database_ != nullptr) (void)database_->Execute(kUnlock);
  }
  locked_ = false;
  database_.reset();
}

absl::Duration Sealer::Step() {
  const absl::StatusOr<Round> round = RunOnce();
  if (!round.ok()) {
    log::Warning("sealer_waiting", {{"error", round.status()}});
    return absl::Milliseconds(500);
  }
  if (!round->active) return absl::Milliseconds(500);
  // A full round suggests that there is more.
  if (round->sealed >= settings_.batch) return absl::ZeroDuration();
  return absl::Milliseconds(200);
}

absl::StatusOr<Sealer::Round> Sealer::RunOnce(bool all_due) {
  Round round;
  AVVIK_ASSIGN_OR_RETURN(round.active, HoldLock());
  if (!round.active) return round;
  Heads heads;
  const absl::Status status =
      pg::RunInTransaction(*database_, [&](pg::Transaction& transaction) -> absl::Status {
        if (!loaded_) AVVIK_RETURN_IF_ERROR(LoadHeads(transaction));
        heads = heads_;
        AVVIK_ASSIGN_OR_RETURN(round.sealed, Seal(transaction, &heads));
        AVVIK_ASSIGN_OR_RETURN(round.checkpoints, Sign(transaction, all_due, &heads));
        return absl::OkStatus();
      });
  // After an error nobody knows whether it was committed.
  loaded_ = status.ok();
  AVVIK_RETURN_IF_ERROR(status);
  heads_ = std::move(heads);
  for (const Checkpoint& checkpoint : round.checkpoints) {
    // The witness outside the database.
    log::Info("audit_checkpoint",
              {{"tenant", checkpoint.tenant},
               {"sequence", checkpoint.sequence},
               {"hash", Hex(checkpoint.hash)},
               {"records", checkpoint.records},
               {"at", absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", checkpoint.at, absl::UTCTimeZone())},
               {"key_id", checkpoint.key_id},
               {"signature", Hex(checkpoint.signature)}});
  }
  return round;
}

absl::StatusOr<bool> Sealer::HoldLock() {
  if (database_ != nullptr && database_->broken()) {
    database_.reset();
    locked_ = false;
  }
  if (database_ == nullptr) {
    AVVIK_ASSIGN_OR_RETURN(database_, pg::Connection::Open(settings_.database));
    AVVIK_RETURN_IF_ERROR(database_->Enter(pg::Scope::Everything()));
  }
  if (!locked_) {
    AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, database_->Execute(kTryLock));
    locked_ = rows[0].Bool("held");
    loaded_ = false;
    if (locked_) log::Info("sealer_active");
  }
  return locked_;
}

absl::Status Sealer::LoadHeads(pg::Transaction& transaction) {
  heads_.clear();
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kHeads));
  for (const pg::Row row : rows) {
    Head head;
    head.sequence = row.Int("sequence");
    head.hash = row.Bytes("hash");
    head.signed_sequence = row.Int("signed_sequence");
    if (head.signed_sequence > head.sequence) {
      // The chain goes on where it was, so that what was removed shows as a gap and not as a forgery.
      log::Error("audit_truncated", {{"tenant", row.Text("tenant")},
                                     {"sequence", head.sequence},
                                     {"signed_sequence", head.signed_sequence}});
      head.sequence = head.signed_sequence;
      head.hash = row.Bytes("signed_hash");
    }
    if (head.sequence > head.signed_sequence) head.unsigned_since = absl::InfinitePast();
    heads_.emplace(row.Text("tenant"), std::move(head));
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Sealer::Seal(pg::Transaction& transaction, Heads* heads) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kUnsealed, {settings_.batch}));
  if (rows.empty()) return int64_t{0};
  std::vector<pg::Param> ids, sequences, hashes;
  for (const pg::Row row : rows) {
    const Record record = RecordFromRow(row);
    Head& head = (*heads)[record.tenant];
    if (head.sequence == 0) head.hash = ChainStart({settings_.service, record.tenant});
    if (head.unsigned_since == absl::InfiniteFuture()) head.unsigned_since = clock_.Now();
    ++head.sequence;
    head.hash = Link(head.hash, head.sequence, record);
    ids.emplace_back(record.id);
    sequences.emplace_back(head.sequence);
    hashes.emplace_back(pg::Bytes{head.hash});
  }
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows sealed,
      transaction.Execute(kSeal, {pg::Array(ids), pg::Array(sequences), pg::Array(hashes)}));
  if (sealed.affected() != static_cast<int64_t>(rows.size())) {
    return absl::AbortedError("records were sealed by somebody else");
  }
  return sealed.affected();
}

absl::StatusOr<std::vector<Checkpoint>> Sealer::Sign(pg::Transaction& transaction, bool all_due,
                                                     Heads* heads) {
  std::vector<Checkpoint> checkpoints;
  const absl::Time now = clock_.Now();
  for (auto& [tenant, head] : *heads) {
    const int64_t records = head.sequence - head.signed_sequence;
    if (records == 0) continue;
    if (!all_due && records < settings_.checkpoint_records &&
        now - head.unsigned_since < settings_.checkpoint_age) {
      continue;
    }
    Checkpoint checkpoint{.tenant = tenant,
                          .sequence = head.sequence,
                          .hash = head.hash,
                          .records = records,
                          .at = now,
                          .key_id = key_.id()};
    checkpoint.signature = key_.Sign(SignedBytes({settings_.service, tenant}, checkpoint));
    AVVIK_RETURN_IF_ERROR(
        transaction
            .Execute(kCheckpoint,
                     {tenant, checkpoint.sequence, pg::Bytes{checkpoint.hash}, records, now,
                      checkpoint.key_id, pg::Bytes{checkpoint.signature}})
            .status());
    head.signed_sequence = head.sequence;
    head.unsigned_since = absl::InfiniteFuture();
    checkpoints.push_back(std::move(checkpoint));
  }
  return checkpoints;
}

}  // namespace avvik::audit
