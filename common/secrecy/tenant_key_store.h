// Where tenants' keys are kept, wrapped.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace avvik::secrecy {

struct WrappedTenantKey {
  std::string tenant;
  int64_t generation = 1;  // Rises by one each time that the key is replaced.
  std::string master_key_id;  // The master key that wraps it.
  std::string wrapped;
  // Only the part for hashes is left; it wraps no data keys any more.
  bool hashing_only = false;
  // Since when hashes are made with it; nothing while it is only looked for. Given by the store for the first.
  std::optional<absl::Time> hashes_since = std::nullopt;
  absl::Time made = absl::UnixEpoch();  // Given by the store.
};

// Thread-safe. All methods: UNAVAILABLE when the database cannot be reached.
class TenantKeyStore {
 public:
  virtual ~TenantKeyStore() = default;

  // The generations of a tenant's key, the newest first: one, and two or more while it is replaced. Nothing when
  // the tenant has no key yet.
  virtual absl::StatusOr<std::vector<WrappedTenantKey>> Find(const std::string& tenant) = 0;
  // Keeps a generation, made now. The first of a tenant makes hashes at once. Answers all there are: without this one
  // when somebody was faster.
  virtual absl::StatusOr<std::vector<WrappedTenantKey>> Add(const WrappedTenantKey& key) = 0;
  // Replaces `from` by `to`, the same key wrapped anew, or only its part for hashes; does nothing when it is no longer
  // as `from`.
  virtual absl::Status Rewrap(const WrappedTenantKey& from, const WrappedTenantKey& to) = 0;
  // Hashes are made with this generation from `at` on, unless they are already.
  virtual absl::Status HashWith(const std::string& tenant, int64_t generation, absl::Time at) = 0;
  // Destroys the generations of a tenant's key before this one.
  virtual absl::Status DestroyBefore(const std::string& tenant, int64_t generation) = 0;
  // All there are, by tenant, the newest of each first.
  virtual absl::StatusOr<std::vector<WrappedTenantKey>> All() = 0;
};

}  // namespace avvik::secrecy
