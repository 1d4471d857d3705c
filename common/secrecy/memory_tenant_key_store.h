// Tenants' keys in memory, for tests of what seals.
#pragma once

#include <functional>
#include <map>
#include <mutex>

#include "absl/time/clock.h"
#include "common/secrecy/tenant_key_store.h"

namespace avvik::secrecy {

class MemoryTenantKeyStore final : public TenantKeyStore {
 public:
  absl::StatusOr<std::vector<WrappedTenantKey>> Find(const std::string& tenant) override {
    std::lock_guard lock(mutex_);
    return Of(tenant);
  }
  absl::StatusOr<std::vector<WrappedTenantKey>> Add(const WrappedTenantKey& key) override {
    std::lock_guard lock(mutex_);
    WrappedTenantKey made = key;
    made.made = absl::Now();
    if (made.generation == 1) made.hashes_since = made.made;
    keys_[key.tenant].emplace(key.generation, made);
    return Of(key.tenant);
  }
  absl::Status Rewrap(const WrappedTenantKey& from, const WrappedTenantKey& to) override {
    std::lock_guard lock(mutex_);
    WrappedTenantKey& kept = keys_.at(from.tenant).at(from.generation);
    if (kept.wrapped != from.wrapped) return absl::OkStatus();
    kept.wrapped = to.wrapped;
    kept.master_key_id = to.master_key_id;
    kept.hashing_only = to.hashing_only;
    return absl::OkStatus();
  }
  absl::Status HashWith(const std::string& tenant, int64_t generation, absl::Time at) override {
    std::lock_guard lock(mutex_);
    WrappedTenantKey& kept = keys_.at(tenant).at(generation);
    if (!kept.hashes_since.has_value()) kept.hashes_since = at;
    return absl::OkStatus();
  }
  absl::Status DestroyBefore(const std::string& tenant, int64_t generation) override {
    std::lock_guard lock(mutex_);
    std::erase_if(keys_[tenant], [&](const auto& kept) { return kept.first < generation; });
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<WrappedTenantKey>> All() override {
    std::lock_guard lock(mutex_);
    std::vector<WrappedTenantKey> all;
    for (const auto& [tenant, keys] : keys_) {
      for (const auto& [generation, key] : keys) all.push_back(key);
    }
    return all;
  }

 private:
  using Generations = std::map<int64_t, WrappedTenantKey, std::greater<>>;

  std::vector<WrappedTenantKey> Of(const std::string& tenant) {
    std::vector<WrappedTenantKey> keys;
    for (const auto& [generation, key] : keys_[tenant]) keys.push_back(key);
    return keys;
  }

  std::mutex mutex_;
  std::map<std::string, Generations> keys_;
};

}  // namespace avvik::secrecy
