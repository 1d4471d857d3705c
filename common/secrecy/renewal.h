// Replaces the keys below the master keys, seals anew what they sealed and hashes anew what they hashed, while everything
// is read and written. Asked for by `@renew-before` in the file of the master keys; each service does its own part.
//
// In steps, with a grace between them that is longer than any call: so whoever took a key or a text before a
// step has put it down before the next one. Tenants get a new key, which all copies of the service learn to look hashes up
// by; then it makes hashes, and every data key gets a new one put before it; every text that is not sealed with that and
// in the format in use is sealed anew; data keys are reduced to the new one; hashes are made anew, where what they are of
// is known; tenants' older keys are destroyed, but for the part by which hashes that could not be made anew are
// recognised for some time yet; in the end that. How far it is stands in the database (`key_renewal`): whoever takes
// it up goes on there, several at once do no harm, and a text that changes meanwhile is left as it was written.
#pragma once

#include <atomic>
#include <functional>
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

// Hashes made with tenants' keys, of one table.
struct Hashed {
  std::string name;
  pg::Statement page;  // 100 rows after id $1 (a UUID): column `id` and what `renew` wants, by id.
  // Makes the hashes of these rows anew with the newest key, where what they are of is known. Twice does no harm.
  std::function<absl::Status(const pg::Rows& page)> renew;
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
    std::vector<Hashed> hashes = {};
    // How long hashes that cannot be made anew are recognised yet; what is asked for meanwhile begins at once.
    absl::Duration recognised = kGrace;
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
  struct Done {
    std::string method;
    std::vector<std::string> tenants;
  };

  absl::StatusOr<std::optional<Progress>> Find();
  absl::Status Begin(absl::Time asked, absl::Time now);
  // Notes that `from` became `to`, and what was done in the trace; ABORTED when another copy of the service was faster.
  absl::Status Note(const Progress& from, const Progress& to, const std::vector<Done>& done = {});
  absl::Status ReplaceTenantKeys(const Progress& at);
  absl::Status DestroyOlderTenantKeys(const Progress& at);
  absl::Status DestroyOlderHashingKeys(const Progress& at);
  absl::Status RunPage(const Progress& at);
  // A page of data keys, or of hashes.
  absl::Status RunKeys(const SealedWith& kind, Progress* at);
  absl::Status RunHashes(const Hashed& kind, Progress* at);
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
  telemetry::Counter hashes_;
  process::Loop loop_;
};

}  // namespace avvik::secrecy
