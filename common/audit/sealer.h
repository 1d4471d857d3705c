// Seals committed records: writes down their places in their tenant's chain and their hashes, and signs
// checkpoints. The records themselves are not touched. One sealer per service is active, held by an advisory lock in the service's database; others
// stand by.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/chain.h"
#include "common/audit/frontier.h"
#include "common/audit/keys.h"
#include "common/clock/clock.h"
#include "common/pg/connection.h"
#include "common/pg/pool.h"
#include "common/process/loop.h"

namespace avvik::audit {

struct SealerSettings {
  std::string service;  // Part of the chains' names.
  pg::Settings database;
  int batch = 5'000;  // Records a round.
  // A checkpoint is signed after as many records, or when the oldest record without one was sealed so long
  // ago: what is removed from the end of a chain before that is found only by those who saw it.
  int64_t checkpoint_records = 10'000;
  absl::Duration checkpoint_age = absl::Seconds(10);
};

class Sealer final : public process::Runnable {
 public:
  // `key` and `clock` must outlive the sealer.
  Sealer(SealerSettings settings, const SigningKey& key, const Clock& clock);
  ~Sealer() override;

  absl::Status Start() override;
  // Seals and signs what is left, if this sealer is the active one.
  void Stop() override;

  // What one round did.
  struct Round {
    bool active = false;  // Whether this sealer holds the lock.
    int64_t sealed = 0;
    std::vector<Checkpoint> checkpoints;  // Signed in this round.
  };
  // Takes the lock when it is free, seals up to a batch of what is committed, and signs the checkpoints that
  // are due; with `all_due`, of every chain with news.
  absl::StatusOr<Round> RunOnce(bool all_due = false);

 private:
  // The end of a tenant's chain.
  struct Head {
    int64_t sequence = 0;
    std::string hash;
    int64_t signed_sequence = 0;
    absl::Time unsigned_since = absl::InfiniteFuture();
  };
  using Heads = std::map<std::string, Head>;

  absl::StatusOr<bool> HoldLock();
  absl::Status Load(pg::Transaction& transaction);
  absl::StatusOr<int64_t> Seal(pg::Transaction& transaction, Heads* heads, Frontier* frontier);
  absl::StatusOr<std::vector<Checkpoint>> Sign(pg::Transaction& transaction, bool all_due,
                                               Heads* heads);
  absl::Duration Step();

  const SealerSettings settings_;
  const SigningKey& key_;
  const Clock& clock_;
  std::unique_ptr<pg::Connection> database_;
  bool locked_ = false;
  bool loaded_ = false;
  Heads heads_;
  Frontier frontier_;
  process::Loop loop_;
};

}  // namespace avvik::audit
