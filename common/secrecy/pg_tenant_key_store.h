// Tenants' keys in the service's own database.
#pragma once

#include <span>

#include "common/pg/migrations.h"
#include "common/pg/pool.h"
#include "common/secrecy/tenant_key_store.h"

namespace avvik::secrecy {

class PgTenantKeyStore final : public TenantKeyStore {
 public:
  explicit PgTenantKeyStore(pg::Pool& pool) : pool_(pool) {}

  absl::StatusOr<std::vector<WrappedTenantKey>> Find(const std::string& tenant) override;
  absl::StatusOr<std::vector<WrappedTenantKey>> Add(const WrappedTenantKey& key) override;
  absl::Status Rewrap(const WrappedTenantKey& from, const WrappedTenantKey& to) override;
  absl::Status HashWith(const std::string& tenant, int64_t generation, absl::Time at) override;
  absl::Status DestroyBefore(const std::string& tenant, int64_t generation) override;
  absl::StatusOr<std::vector<WrappedTenantKey>> All() override;

 private:
  pg::Pool& pool_;
};

// The table, for a service to join to its own.
std::span<const pg::Migration> Migrations();

}  // namespace avvik::secrecy
