#include "common/secrecy/pg_tenant_key_store.h"

#include "common/status/macros.h"

namespace avvik::secrecy {
namespace {

constexpr pg::Statement kFind{
    "secrecy_find_tenant_key",
    "SELECT tenant, master_key_id, wrapped FROM tenant_key WHERE tenant = $1"};

constexpr pg::Statement kAdd{"secrecy_add_tenant_key", R"sql(
    INSERT INTO tenant_key (tenant, master_key_id, wrapped)
    VALUES                 ($1,     $2,            $3)
    ON CONFLICT DO NOTHING)sql"};

constexpr pg::Statement kRewrap{"secrecy_rewrap_tenant_key", R"sql(
    UPDATE tenant_key
       SET master_key_id = $3, wrapped = $4, rewrapped_at = now()
     WHERE tenant = $1 AND wrapped = $2)sql"};

constexpr pg::Statement kAll{
    "secrecy_all_tenant_keys",
    "SELECT tenant, master_key_id, wrapped FROM tenant_key ORDER BY tenant"};

WrappedTenantKey FromRow(const pg::Row& row) {
  return {.tenant = row.Text("tenant"),
          .master_key_id = row.Text("master_key_id"),
          .wrapped = row.Bytes("wrapped")};
}

}  // namespace

absl::StatusOr<std::optional<WrappedTenantKey>> PgTenantKeyStore::Find(const std::string& tenant) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, pool_.Query(pg::Scope::Tenant(tenant), kFind, {tenant}));
  if (rows.empty()) return std::optional<WrappedTenantKey>();
  return std::optional<WrappedTenantKey>(FromRow(rows[0]));
}

absl::StatusOr<WrappedTenantKey> PgTenantKeyStore::Add(const WrappedTenantKey& key) {
  AVVIK_RETURN_IF_ERROR(
      pool_
          .Query(pg::Scope::Tenant(key.tenant), kAdd,
                 {key.tenant, key.master_key_id, pg::Bytes{key.wrapped}})
          .status());
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, pool_.Query(pg::Scope::Tenant(key.tenant), kFind, {key.tenant}));
  if (rows.empty()) return absl::InternalError("a tenant's key vanished while it was added");
  return FromRow(rows[0]);
}

absl::Status PgTenantKeyStore::Rewrap(const WrappedTenantKey& from, const WrappedTenantKey& to) {
  return pool_
      .Query(pg::Scope::Tenant(from.tenant), kRewrap,
             {from.tenant, pg::Bytes{from.wrapped}, to.master_key_id, pg::Bytes{to.wrapped}})
      .status();
}

absl::StatusOr<std::vector<WrappedTenantKey>> PgTenantKeyStore::All() {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, pool_.Query(pg::Scope::Everything(), kAll));
  std::vector<WrappedTenantKey> keys;
  keys.reserve(rows.size());
  for (const pg::Row row : rows) keys.push_back(FromRow(row));
  return keys;
}

}  // namespace avvik::secrecy
