#include "common/audit/sealer.h"

#include <algorithm>
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

// Each tenant's last run and last checkpoint. Tenants are found by hopping through the index.
constexpr pg::Statement kHeads{"audit_heads", R"sql(
    WITH RECURSIVE tenants AS (
      (SELECT tenant FROM audit_run ORDER BY tenant LIMIT 1)
      UNION ALL
      SELECT (SELECT tenant FROM audit_run
               WHERE tenant > tenants.tenant ORDER BY tenant LIMIT 1)
        FROM tenants
       WHERE tenants.tenant IS NOT NULL),
    all_tenants AS (
      SELECT tenant FROM tenants WHERE tenant IS NOT NULL
      UNION
      SELECT tenant FROM audit_checkpoint)
    SELECT tenant, coalesce(run.sequence, 0) AS sequence, run.hash, coalesce(open_from, 1) AS open_from,
           coalesce(checkpoint.sequence, 0) AS signed_sequence, checkpoint.hash AS signed_hash
      FROM all_tenants
      LEFT JOIN LATERAL (
        SELECT first + cardinality(hashes) - 1 AS sequence, hashes[cardinality(hashes)] AS hash,
               open_from
          FROM audit_run
         WHERE audit_run.tenant = all_tenants.tenant
         ORDER BY first DESC LIMIT 1) AS run ON true
      LEFT JOIN LATERAL (
        SELECT sequence, hash FROM audit_checkpoint
         WHERE audit_checkpoint.tenant = all_tenants.tenant
         ORDER BY sequence DESC LIMIT 1) AS checkpoint ON true)sql"};

// $1 tenants, $2 the ordinal to begin at.
constexpr pg::Statement kSealedFrom{"audit_sealed_from", R"sql(
    SELECT seal.ordinal
      FROM audit_run
     CROSS JOIN LATERAL unnest(ordinals) AS seal (ordinal)
     WHERE tenant = ANY ($1::text[]) AND highest >= $2 AND seal.ordinal >= $2
     ORDER BY seal.ordinal)sql"};

constexpr pg::Statement kFresh{"audit_fresh", R"sql(
    SELECT * FROM audit_record WHERE ordinal > $1 ORDER BY ordinal LIMIT $2)sql"};

// $1 first and $2 last ordinals of gaps.
constexpr pg::Statement kLate{"audit_late", R"sql(
    SELECT record.*
      FROM unnest($1::bigint[], $2::bigint[]) AS gap (first, last)
     CROSS JOIN LATERAL (
       SELECT * FROM audit_record
        WHERE ordinal >= gap.first AND ordinal <= gap.last
        ORDER BY ordinal LIMIT $3) AS record
     ORDER BY ordinal
     LIMIT $3)sql"};

// All transactions with lower numbers have ended, and what they wrote is seen from now on.
constexpr pg::Statement kEnded{"audit_transactions_ended",
                               "SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS before"};

// All transactions that had a number until now have a lower one.
constexpr pg::Statement kOwnNumber{"audit_transaction_number",
                                   "SELECT pg_current_xact_id()::text AS number"};

constexpr pg::Statement kSeal{"audit_seal", R"sql(
    INSERT INTO audit_run (tenant, first, ordinals, hashes, lowest, highest, open_from)
    SELECT tenant, min(sequence), array_agg(ordinal ORDER BY sequence),
           array_agg(hash ORDER BY sequence), min(ordinal), max(ordinal), $5
      FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bytea[])
           AS sealed (tenant, sequence, ordinal, hash)
     GROUP BY tenant)sql"};

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
  Frontier frontier;
  const absl::Status status =
      pg::RunInTransaction(*database_, [&](pg::Transaction& transaction) -> absl::Status {
        if (!loaded_) AVVIK_RETURN_IF_ERROR(Load(transaction));
        heads = heads_;
        frontier = frontier_;
        AVVIK_ASSIGN_OR_RETURN(round.sealed, Seal(transaction, &heads, &frontier));
        AVVIK_ASSIGN_OR_RETURN(round.checkpoints, Sign(transaction, all_due, &heads));
        return absl::OkStatus();
      });
  // After an error nobody knows whether it was committed.
  loaded_ = status.ok();
  AVVIK_RETURN_IF_ERROR(status);
  heads_ = std::move(heads);
  frontier_ = std::move(frontier);
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

absl::Status Sealer::Load(pg::Transaction& transaction) {
  heads_.clear();
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kHeads));
  std::vector<std::string> tenants;
  int64_t open_from = 1;
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
    open_from = std::max(open_from, row.Int("open_from"));
    tenants.push_back(row.Text("tenant"));
    heads_.emplace(row.Text("tenant"), std::move(head));
  }
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows sealed,
                         transaction.Execute(kSealedFrom, {pg::TextArray(tenants), open_from}));
  frontier_ = Frontier(open_from - 1);
  for (const pg::Row row : sealed) frontier_.Seal(row.Int("ordinal"));
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Sealer::Seal(pg::Transaction& transaction, Heads* heads,
                                     Frontier* frontier) {
  std::vector<pg::Param> tenants, sequences, ordinals, hashes;
  const auto link = [&](const pg::Rows& rows) {
    for (const pg::Row row : rows) {
      const Record record = RecordFromRow(row);
      const int64_t ordinal = row.Int("ordinal");
      Head& head = (*heads)[record.tenant];
      if (head.sequence == 0) head.hash = ChainStart({settings_.service, record.tenant});
      if (head.unsigned_since == absl::InfiniteFuture()) head.unsigned_since = clock_.Now();
      ++head.sequence;
      head.hash = Link(head.hash, head.sequence, record);
      frontier->Seal(ordinal);
      tenants.emplace_back(record.tenant);
      sequences.emplace_back(head.sequence);
      ordinals.emplace_back(ordinal);
      hashes.emplace_back(pg::Bytes{head.hash});
    }
    return static_cast<int>(rows.size());
  };

  int room = settings_.batch;
  if (!frontier->gaps().empty()) {
    AVVIK_ASSIGN_OR_RETURN(const pg::Rows ended, transaction.Execute(kEnded));
    std::vector<pg::Param> first, last;
    for (const Frontier::Gap& gap : frontier->gaps()) {
      first.emplace_back(gap.first);
      last.emplace_back(gap.last);
    }
    AVVIK_ASSIGN_OR_RETURN(const pg::Rows late,
                           transaction.Execute(kLate, {pg::Array(first), pg::Array(last), room}));
    room -= link(late);
    // Otherwise some of the gaps were not looked into.
    if (room > 0) frontier->Close(ended[0].Int("before"));
  }
  if (room > 0) {
    AVVIK_ASSIGN_OR_RETURN(const pg::Rows fresh,
                           transaction.Execute(kFresh, {frontier->top(), room}));
    link(fresh);
  }
  if (frontier->HasNewGaps()) {
    AVVIK_ASSIGN_OR_RETURN(const pg::Rows own, transaction.Execute(kOwnNumber));
    frontier->NoteGaps(own[0].Int("number"));
  }
  if (ordinals.empty()) return int64_t{0};
  AVVIK_RETURN_IF_ERROR(transaction
                            .Execute(kSeal, {pg::Array(tenants), pg::Array(sequences),
                                             pg::Array(ordinals), pg::Array(hashes),
                                             frontier->open_from()})
                            .status());
  return static_cast<int64_t>(ordinals.size());
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
