// Tenants' keys in memory, for tests of what seals.
#pragma once

#include <map>
#include <mutex>

#include "common/secrecy/tenant_key_store.h"

namespace avvik::secrecy {

class MemoryTenantKeyStore final : public TenantKeyStore {
 public:
  absl::StatusOr<std::optional<WrappedTenantKey>> Find(const std::string& tenant) override {
    std::lock_guard lock(mutex_);
    const auto found = keys_.find(tenant);
    if (found == keys_.end()) return std::optional<WrappedTenantKey>();
    return std::optional<WrappedTenantKey>(found->second);
  }
  absl::StatusOr<WrappedTenantKey> Add(const WrappedTenantKey& key) override {
    std::lock_guard lock(mutex_);
    return keys_.emplace(key.tenant, key).first->second;
  }
  absl::Status Rewrap(const WrappedTenantKey& from, const WrappedTenantKey& to) override {
    std::lock_guard lock(mutex_);
    WrappedTenantKey& kept = keys_.at(from.tenant);
    if (kept.wrapped == from.wrapped) kept = to;
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<WrappedTenantKey>> All() override {
    std::lock_guard lock(mutex_);
    std::vector<WrappedTenantKey> all;
    for (const auto& [tenant, key] : keys_) all.push_back(key);
    return all;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, WrappedTenantKey> keys_;
};

}  // namespace avvik::secrecy
