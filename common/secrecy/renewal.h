// Replaces the keys below the master keys, and seals anew what they sealed, while everything is read and
// written. Asked for by `@renew-before` in the file of the master keys; each service does its own part.
//
// In steps, with a grace between them that is longer than any call: so whoever took a key or a text before a
// step has put it down before the next one. Tenants get a new key; every data key gets a new one put before it;
// every text that is not sealed with that and in the format in use is sealed anew; data keys are reduced to the
// new one; tenants' older keys are destroyed. How far it is stands in the database (`key_renewal`): whoever takes
// it up goes on there, several at once do no harm, and a text that changes meanwhile is left as it was written.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "common/clock/clock.h"
#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "common/process/loop.h"
#include "common/secrecy/vault.h"
#include "common/telemetry/registry.h"

namespace avvik::secrecy {

// Texts sealed with a data key, one column of a table.
struct SealedTexts {
  pg::Statement list;     // $1 the key's id. Columns `place` (tells the texts apart) and `context`.
  pg::Statement read;     // $1 the place. Column `sealed`; no row when it is gone.
  pg::Statement replace;  // Puts $3 into place $1 where $2 is.
};

// A table of data keys.
struct SealedWith {
  std::string name;
  pg::Statement page;     // 100 keys after id $1 (a UUID): columns `id`, `tenant`, `wrapped`, by id.
  pg::Statement replace;  // Puts $3 in the place of $2 as the wrapped key of $1.
  // Gives a row while something is written with the key $1 that is not yet to be seen; no SQL when that never is.
  pg::Statement busy;
  std::vector<SealedTexts> texts;
};

class Renewal final : public process::Runnable {
 public:
  // Longer than a call, an upload or a transaction takes.
  static constexpr absl::Duration kGrace = absl::Minutes(10);

  struct Parts {
    std::string service;  // As whom it stands in the trace, such as `avvik-intake`.
    pg::Pool& pool;
    Vault& vault;
    IdSource& ids;
    const Clock& clock;
    telemetry::Registry& telemetry;
    std::vector<SealedWith> keys;
    absl::Duration grace = kGrace;
  };

  // All of them must outlive it.
  explicit Renewal(Parts parts);

  absl::Status Start() override { return loop_.Start(); }
  void Stop() override { loop_.Stop(); }

  // Does what can be done now, 100 keys at most. Whether there may be more to do at once.
  absl::StatusOr<bool> RunOnce();

 private:
  struct Progress;

  absl::StatusOr<std::optional<Progress>> Find();
  absl::Status Begin(absl::Time asked, absl::Time now);
  // Notes that `from` became `to`; ABORTED when another copy of the service was faster.
  absl::Status Note(const Progress& from, const Progress& to, const std::vector<std::string>& tenants,
                    const std::string& method);
  absl::Status ReplaceTenantKeys(const Progress& at);
  absl::Status DestroyOlderTenantKeys(const Progress& at);
  absl::Status RunPage(const Progress& at);
  // One data key; whether it is as the step wants it.
  absl::StatusOr<bool> RunKey(int step, const SealedWith& kind, const std::string& id,
                              const std::string& tenant, const std::string& wrapped);
  // Seals the texts of a key anew that are not as they would be now. Answers whether all are.
  absl::StatusOr<bool> SealAnew(const SealedWith& kind, const std::string& id, const DataKey& key);
  absl::StatusOr<bool> SealAnew(const SealedTexts& texts, const std::string& place,
                                const std::string& context, const DataKey& key);
  absl::StatusOr<pg::Rows> Query(const pg::Statement& statement,
                                 std::initializer_list<pg::Param> params);

  const Parts parts_;
  telemetry::Gauge step_;
  telemetry::Counter keys_;
  telemetry::Counter texts_;
  process::Loop loop_;
};

}  // namespace avvik::secrecy
