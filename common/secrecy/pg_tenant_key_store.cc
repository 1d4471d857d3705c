#include "common/secrecy/pg_tenant_key_store.h"

#include "common/status/macros.h"

namespace avvik::secrecy {
namespace {

constexpr pg::Statement kFind{"secrecy_find_tenant_keys", R"sql(
    SELECT tenant, generation, master_key_id, wrapped, hashing_only, hashes_since, created_at
      FROM tenant_key
     WHERE tenant = $1 AND wrapped <> ''
     ORDER BY generation DESC)sql"};

constexpr pg::Statement kAdd{"secrecy_add_tenant_key", R"sql(
    INSERT INTO tenant_key (tenant, generation, master_key_id, wrapped, hashes_since)
    VALUES                 ($1,     $2,         $3,            $4,
                            CASE WHEN $2::bigint = 1 THEN now() END)
    ON CONFLICT DO NOTHING)sql"};

constexpr pg::Statement kRewrap{"secrecy_rewrap_tenant_key", R"sql(
    UPDATE tenant_key
       SET master_key_id = $4, wrapped = $5, hashing_only = $6, rewrapped_at = now()
     WHERE tenant = $1 AND generation = $2 AND wrapped = $3)sql"};

constexpr pg::Statement kHashWith{"secrecy_hash_with_tenant_key", R"sql(
    UPDATE tenant_key
       SET hashes_since = $3
     WHERE tenant = $1 AND generation = $2 AND hashes_since IS NULL)sql"};

// The row stays, and says that there was one; the role of a service may not delete it.
constexpr pg::Statement kDestroyBefore{"secrecy_destroy_tenant_keys", R"sql(
    UPDATE tenant_key
       SET master_key_id = '', wrapped = '', rewrapped_at = now()
     WHERE tenant = $1 AND generation < $2 AND wrapped <> '')sql"};

constexpr pg::Statement kAll{"secrecy_all_tenant_keys", R"sql(
    SELECT tenant, generation, master_key_id, wrapped, hashing_only, hashes_since, created_at
      FROM tenant_key
     WHERE wrapped <> ''
     ORDER BY tenant, generation DESC)sql"};

std::vector<WrappedTenantKey> FromRows(const pg::Rows& rows) {
  std::vector<WrappedTenantKey> keys;
  keys.reserve(rows.size());
  for (const pg::Row row : rows) {
    keys.push_back({.tenant = row.Text("tenant"),
                    .generation = row.Int("generation"),
                    .master_key_id = row.Text("master_key_id"),
                    .wrapped = row.Bytes("wrapped"),
                    .hashing_only = row.Bool("hashing_only"),
                    .hashes_since = row.OptionalTime("hashes_since"),
                    .made = row.Time("created_at")});
  }
  return keys;
}

}  // namespace

absl::StatusOr<std::vector<WrappedTenantKey>> PgTenantKeyStore::Find(const std::string& tenant) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, pool_.Query(pg::Scope::Tenant(tenant), kFind, {tenant}));
  return FromRows(rows);
}

absl::StatusOr<std::vector<WrappedTenantKey>> PgTenantKeyStore::Add(const WrappedTenantKey& key) {
  AVVIK_RETURN_IF_ERROR(
      pool_
          .Query(pg::Scope::Tenant(key.tenant), kAdd,
                 {key.tenant, key.generation, key.master_key_id, pg::Bytes{key.wrapped}})
          .status());
  return Find(key.tenant);
}

absl::Status PgTenantKeyStore::Rewrap(const WrappedTenantKey& from, const WrappedTenantKey& to) {
  return pool_
      .Query(pg::Scope::Tenant(from.tenant), kRewrap,
             {from.tenant, from.generation, pg::Bytes{from.wrapped}, to.master_key_id,
              pg::Bytes{to.wrapped}, to.hashing_only})
      .status();
}

absl::Status PgTenantKeyStore::HashWith(const std::string& tenant, int64_t generation,
                                        absl::Time at) {
  return pool_.Query(pg::Scope::Tenant(tenant), kHashWith, {tenant, generation, at}).status();
}

absl::Status PgTenantKeyStore::DestroyBefore(const std::string& tenant, int64_t generation) {
  return pool_.Query(pg::Scope::Tenant(tenant), kDestroyBefore, {tenant, generation}).status();
}

absl::StatusOr<std::vector<WrappedTenantKey>> PgTenantKeyStore::All() {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, pool_.Query(pg::Scope::Everything(), kAll));
  return FromRows(rows);
}

}  // namespace avvik::secrecy
