// Where tenants' keys are kept, wrapped.
#pragma once

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
  absl::Time made = absl::UnixEpoch();  // Given by the store.
};

// Thread-safe. All methods: UNAVAILABLE when the database cannot be reached.
class TenantKeyStore {
 public:
  virtual ~TenantKeyStore() = default;

  // The generations of a tenant's key, the newest first: one, and two or more while it is replaced. Nothing when
  // the tenant has no key yet.
  virtual absl::StatusOr<std::vector<WrappedTenantKey>> Find(const std::string& tenant) = 0;
  // Keeps a generation, made now. Answers all there are: without this one when somebody was faster.
  virtual absl::StatusOr<std::vector<WrappedTenantKey>> Add(const WrappedTenantKey& key) = 0;
  // Replaces `from` by `to`, the same key wrapped anew; does nothing when it is no longer as `from`.
  virtual absl::Status Rewrap(const WrappedTenantKey& from, const WrappedTenantKey& to) = 0;
  // Destroys the generations of a tenant's key before this one.
  virtual absl::Status DestroyBefore(const std::string& tenant, int64_t generation) = 0;
  // All there are, by tenant, the newest of each first.
  virtual absl::StatusOr<std::vector<WrappedTenantKey>> All() = 0;
};

}  // namespace avvik::secrecy
