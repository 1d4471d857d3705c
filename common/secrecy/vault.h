// Keys for a service's secrets, in three storeys: master keys (a file, the environment or a module) wrap one
// key for each tenant (a table), and that wraps a key for each report or case (beside its data). Whoever has
// the database has nothing; whoever destroys a data key has erased what it sealed.
#pragma once

#include <map>
#include <memory>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/secrecy/data_key.h"
#include "common/secrecy/master_keys.h"
#include "common/secrecy/secret.h"
#include "common/secrecy/tenant_key_store.h"

namespace avvik::secrecy {

// Thread-safe. Keys of tenants that are there at the beginning are in memory, and a call takes
// microseconds; the first use of a new tenant waits for the database (UNAVAILABLE when it is away).
class Vault {
 public:
  // `setting` is as MasterKeys::Load has it; `store` must outlive the vault. Every tenant's key is
  // tried: FAILED_PRECONDITION, MASTER_KEY_MISSING when one is wrapped by a master key that is not
  // there, MASTER_KEY_WRONG when the key of that id is another. Rewraps what an older key wraps.
  static absl::StatusOr<std::unique_ptr<Vault>> Open(std::string setting, TenantKeyStore& store);

  // A new key for one report or case. The tenant's key is made when there is none yet.
  absl::StatusOr<DataKey> NewKey(const std::string& tenant);
  // The key that was kept wrapped. DATA_LOSS when the bytes are not what NewKey gave for this tenant.
  absl::StatusOr<DataKey> Unwrap(const std::string& tenant, const std::string& wrapped);

  // A keyed hash of a login, for looking up "my own" without keeping the login: 32 hexadecimal digits,
  // the same for the same login of a tenant, and telling nobody without the tenant's key anything.
  absl::StatusOr<std::string> Pseudonym(const std::string& tenant, std::string_view login);
  // The same for anything else that must be compared but not known; those of different purposes have
  // nothing to do with each other.
  absl::StatusOr<std::string> Fingerprint(const std::string& tenant, std::string_view purpose,
                                          std::string_view value);
  // What stands where this was written down: what Pseudonym and Fingerprint give now comes first, and behind it what
  // they gave before the tenant's key was replaced, or will give. One, but for while it is replaced.
  absl::StatusOr<std::vector<std::string>> Pseudonyms(const std::string& tenant,
                                                      std::string_view login);
  absl::StatusOr<std::vector<std::string>> Fingerprints(const std::string& tenant,
                                                        std::string_view purpose,
                                                        std::string_view value);

  // Reads the master keys anew and wraps every tenant's key by the current one. Data stays readable all
  // the while. Answers how many were rewrapped. A key given up too early is remembered until the end of
  // the process, so that what it wraps is saved.
  absl::StatusOr<size_t> Rotate();

  // The steps of replacing keys; renewal.h says when each is safe.

  // When keys must be from, as the file of the master keys says; long ago when it says nothing.
  absl::Time renew_before() const { return masters()->renew_before(); }
  // Makes a new generation of every tenant's key that was made before; the older ones go on unwrapping and making
  // hashes. Answers the new ones.
  absl::StatusOr<std::vector<WrappedTenantKey>> ReplaceTenantKeys(absl::Time before);
  // From now on the newest generations make hashes; everybody looks for those already.
  absl::Status HashWithNewest(absl::Time now);
  // A data key with a new one before it: the texts of either open.
  absl::StatusOr<DataKey> WithNewKey(const std::string& tenant, const std::string& wrapped);
  // A data key without those that a new one was put before, wrapped by the newest generation.
  absl::StatusOr<DataKey> NewestOnly(const std::string& tenant, const std::string& wrapped);
  // Destroys all generations of tenants' keys but the newest, except for the part by which hashes are recognised.
  // Answers the tenants that had others.
  absl::StatusOr<std::vector<std::string>> DestroyOlderTenantKeys();
  // Destroys those parts of generations in whose place a newer one has made hashes since `since`. Answers the tenants
  // that had such.
  absl::StatusOr<std::vector<std::string>> DestroyOlderHashingKeys(absl::Time since);

 private:
  // A generation of a tenant's key.
  struct Generation {
    int64_t number;
    std::shared_ptr<const Secret> wrapping;  // Null when only hashes are recognised by it.
    std::shared_ptr<const Secret> hashing;
    bool hashes;  // Or is only looked for.
  };
  struct TenantKey {
    std::vector<Generation> generations;  // The newest first; that wraps.

    // The one that makes hashes.
    const Generation& hashing() const;
  };
  static constexpr size_t kMostTenants = 1'000;

  Vault(std::string setting, TenantKeyStore& store, std::shared_ptr<const MasterKeys> masters);

  absl::StatusOr<TenantKey> KeyOf(const std::string& tenant);
  // As the store has it now.
  absl::StatusOr<TenantKey> KeyInStore(const std::string& tenant);
  absl::StatusOr<std::vector<WrappedTenantKey>> FindOrMake(const std::string& tenant);
  // Whether just these generations are at hand.
  bool Knows(const std::string& tenant, std::span<const WrappedTenantKey> generations) const;
  // Keeps a tenant's key at hand.
  void Remember(const std::string& tenant, const TenantKey& key);
  // The key itself, by the master keys now and before.
  absl::StatusOr<TenantKey> Unwrapped(std::span<const WrappedTenantKey> generations) const;
  absl::StatusOr<std::string> Unwrapped(const WrappedTenantKey& key) const;
  // Adds the keys in `wrapped` to `key`; false when there is one that no generation wraps.
  static bool Unwrap(const std::string& tenant, const TenantKey& of_tenant,
                     std::string_view wrapped, DataKey* key);
  // `bytes` wrapped by the newest generation.
  std::string Wrapped(const std::string& tenant, const TenantKey& of_tenant,
                      const DataKey::Bytes& bytes) const;
  std::shared_ptr<const MasterKeys> masters() const;
  // Whether the keys are others than before.
  absl::StatusOr<bool> Reload();

  const std::string setting_;
  TenantKeyStore& store_;
  mutable std::shared_mutex mutex_;
  std::shared_ptr<const MasterKeys> masters_;
  std::shared_ptr<const MasterKeys> masters_before_;  // Null at first.
  std::map<std::string, TenantKey, std::less<>> tenants_;
};

}  // namespace avvik::secrecy
