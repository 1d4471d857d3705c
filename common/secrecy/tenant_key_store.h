// Where tenants' keys are kept, wrapped.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace avvik::secrecy {

struct WrappedTenantKey {
  std::string tenant;
  std::string master_key_id;  // The master key that wraps it.
  std::string wrapped;
};

// Thread-safe. All methods: UNAVAILABLE when the database cannot be reached.
class TenantKeyStore {
 public:
  virtual ~TenantKeyStore() = default;

  // Nothing when the tenant has no key yet.
  virtual absl::StatusOr<std::optional<WrappedTenantKey>> Find(const std::string& tenant) = 0;
  // Keeps a first key. Answers what is kept: the other one when somebody was faster.
  virtual absl::StatusOr<WrappedTenantKey> Add(const WrappedTenantKey& key) = 0;
  // Replaces `from` by `to`, the same key wrapped anew; does nothing when it is no longer as `from`.
  virtual absl::Status Rewrap(const WrappedTenantKey& from, const WrappedTenantKey& to) = 0;
  // All there are.
  virtual absl::StatusOr<std::vector<WrappedTenantKey>> All() = 0;
};

}  // namespace avvik::secrecy
