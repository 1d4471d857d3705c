#include "common/secrecy/vault.h"

#include <sodium.h>

#include <cstring>
#include <mutex>
#include <utility>

#include "common/log/log.h"
#include "common/secrecy/box.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::secrecy {
namespace {

constexpr char kPurpose[] = "avviktnt";  // Of keys derived from a tenant's.
static_assert(sizeof kPurpose == crypto_kdf_CONTEXTBYTES + 1);
constexpr unsigned kWrapping = 1;
constexpr unsigned kHashing = 2;
constexpr size_t kHashBytes = 16;

std::string TenantContext(const std::string& tenant) { return "tenant-key/" + tenant; }
std::string DataContext(const std::string& tenant) { return "data-key/" + tenant; }

absl::StatusOr<WrappedTenantKey> Wrap(const std::string& tenant, const Secret& key,
                                      const MasterKeys& masters) {
  AVVIK_ASSIGN_OR_RETURN(std::string wrapped,
                         masters.current().Seal(key.view(), TenantContext(tenant)));
  return WrappedTenantKey{.tenant = tenant,
                          .master_key_id = masters.current_id(),
                          .wrapped = std::move(wrapped)};
}

bool Same(const MasterKeys& a, const MasterKeys& b) {
  return a.current_id() == b.current_id() && a.current().identity() == b.current().identity();
}

}  // namespace

Vault::Vault(std::string setting, TenantKeyStore& store, std::shared_ptr<const MasterKeys> masters)
    : setting_(std::move(setting)), store_(store), masters_(std::move(masters)) {}

absl::StatusOr<std::unique_ptr<Vault>> Vault::Open(std::string setting, TenantKeyStore& store) {
  AVVIK_ASSIGN_OR_RETURN(auto masters, MasterKeys::Load(setting));
  std::unique_ptr<Vault> vault(new Vault(std::move(setting), store, std::move(masters)));
  AVVIK_RETURN_IF_ERROR(vault->Rotate().status());
  return vault;
}

std::shared_ptr<const MasterKeys> Vault::masters() const {
  std::shared_lock lock(mutex_);
  return masters_;
}

absl::StatusOr<bool> Vault::Reload() {
  AVVIK_ASSIGN_OR_RETURN(auto loaded, MasterKeys::Load(setting_, masters().get()));
  std::unique_lock lock(mutex_);
  const bool changed = !Same(*loaded, *masters_);
  if (changed) masters_before_ = masters_;
  masters_ = std::move(loaded);
  return changed;
}

absl::StatusOr<std::shared_ptr<const Secret>> Vault::Unwrapped(const WrappedTenantKey& key) const {
  std::shared_ptr<const MasterKeys> now;
  std::shared_ptr<const MasterKeys> before;
  {
    std::shared_lock lock(mutex_);
    now = masters_;
    before = masters_before_;
  }
  bool known = false;
  for (const auto& masters : {now, before}) {
    const MasterKey* master = masters == nullptr ? nullptr : masters->Find(key.master_key_id);
    if (master == nullptr) continue;
    known = true;
    absl::StatusOr<std::string> bytes = master->Open(key.wrapped, TenantContext(key.tenant));
    // A module that does not answer says nothing about the key.
    if (!bytes.ok() && !absl::IsDataLoss(bytes.status())) return bytes.status();
    if (!bytes.ok() || bytes->size() != kKeyBytes) continue;
    auto secret = Secret::Copy(*bytes);
    Wipe(&*bytes);
    return secret;
  }
  if (known) {
    return status::Error(absl::StatusCode::kFailedPrecondition,
                         "the master key " + key.master_key_id + " of " + setting_ +
                             " is not the one that wraps the key of tenant " + key.tenant,
                         "MASTER_KEY_WRONG", {{"master_key", key.master_key_id}});
  }
  return status::Error(absl::StatusCode::kFailedPrecondition,
                       "the key of tenant " + key.tenant + " is wrapped by the master key " +
                           key.master_key_id + ", which is not in " + setting_,
                       "MASTER_KEY_MISSING", {{"master_key", key.master_key_id}});
}

absl::StatusOr<WrappedTenantKey> Vault::FindOrMake(const std::string& tenant) {
  AVVIK_ASSIGN_OR_RETURN(auto found, store_.Find(tenant));
  if (found.has_value()) return *std::move(found);
  AVVIK_ASSIGN_OR_RETURN(const WrappedTenantKey made, Wrap(tenant, *Secret::Random(), *masters()));
  return store_.Add(made);
}

absl::StatusOr<Vault::TenantKey> Vault::KeyOf(const std::string& tenant) {
  {
    std::shared_lock lock(mutex_);
    const auto found = tenants_.find(tenant);
    if (found != tenants_.end()) return found->second;
  }
  AVVIK_ASSIGN_OR_RETURN(const WrappedTenantKey wrapped, FindOrMake(tenant));
  absl::StatusOr<std::shared_ptr<const Secret>> secret = Unwrapped(wrapped);
  if (!secret.ok()) {
    // Another copy of the service may have rewrapped it by a key that came since.
    AVVIK_RETURN_IF_ERROR(Reload().status());
    secret = Unwrapped(wrapped);
  }
  if (!secret.ok()) return secret.status();
  return Remember(tenant, **secret);
}

bool Vault::Knows(const std::string& tenant) const {
  std::shared_lock lock(mutex_);
  return tenants_.contains(tenant);
}

Vault::TenantKey Vault::Remember(const std::string& tenant, const Secret& secret) {
  std::unique_lock lock(mutex_);
  const auto found = tenants_.find(tenant);
  if (found != tenants_.end()) return found->second;
  if (tenants_.size() >= kMostTenants) tenants_.erase(tenants_.begin());
  const TenantKey key{.wrapping = secret.Derive(kWrapping, kPurpose),
                      .hashing = secret.Derive(kHashing, kPurpose)};
  tenants_.emplace(tenant, key);
  return key;
}

absl::StatusOr<DataKey> Vault::NewKey(const std::string& tenant) {
  AVVIK_ASSIGN_OR_RETURN(const TenantKey of_tenant, KeyOf(tenant));
  DataKey key;
  randombytes_buf(key.bytes_.data(), kKeyBytes);
  key.wrapped_ = Seal(of_tenant.wrapping->bytes(),
                      {reinterpret_cast<const char*>(key.bytes_.data()), kKeyBytes},
                      DataContext(tenant));
  return key;
}

absl::StatusOr<DataKey> Vault::Unwrap(const std::string& tenant, const std::string& wrapped) {
  AVVIK_ASSIGN_OR_RETURN(const TenantKey of_tenant, KeyOf(tenant));
  AVVIK_ASSIGN_OR_RETURN(std::string bytes, secrecy::Open(of_tenant.wrapping->bytes(), wrapped,
                                                          DataContext(tenant)));
  if (bytes.size() != kKeyBytes) return absl::DataLossError("a wrapped key of the wrong length");
  DataKey key;
  std::memcpy(key.bytes_.data(), bytes.data(), kKeyBytes);
  key.wrapped_ = wrapped;
  Wipe(&bytes);
  return key;
}

absl::StatusOr<std::string> Vault::Fingerprint(const std::string& tenant, std::string_view purpose,
                                               std::string_view value) {
  AVVIK_ASSIGN_OR_RETURN(const TenantKey of_tenant, KeyOf(tenant));
  crypto_generichash_state state;
  crypto_generichash_init(&state, of_tenant.hashing->bytes(), kKeyBytes, kHashBytes);
  auto add = [&](std::string_view text) {
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(text.data()),
                              text.size());
  };
  add(purpose);
  add(std::string_view("\0", 1));
  add(value);
  unsigned char hash[kHashBytes];
  crypto_generichash_final(&state, hash, kHashBytes);
  sodium_memzero(&state, sizeof state);
  char hex[2 * kHashBytes + 1];
  sodium_bin2hex(hex, sizeof hex, hash, kHashBytes);
  return std::string(hex);
}

absl::StatusOr<std::string> Vault::Pseudonym(const std::string& tenant, std::string_view login) {
  return Fingerprint(tenant, "login", login);
}

absl::StatusOr<size_t> Vault::Rotate() {
  AVVIK_RETURN_IF_ERROR(Reload().status());
  const std::shared_ptr<const MasterKeys> current = masters();
  AVVIK_ASSIGN_OR_RETURN(const std::vector<WrappedTenantKey> all, store_.All());
  size_t rewrapped = 0;
  for (const WrappedTenantKey& key : all) {
    // A module is not asked for what is at hand and as it shall be.
    if (key.master_key_id == current->current_id() && Knows(key.tenant)) continue;
    AVVIK_ASSIGN_OR_RETURN(const auto secret, Unwrapped(key));
    Remember(key.tenant, *secret);
    if (key.master_key_id == current->current_id()) continue;
    AVVIK_ASSIGN_OR_RETURN(const WrappedTenantKey rewrapped_key,
                           Wrap(key.tenant, *secret, *current));
    AVVIK_RETURN_IF_ERROR(store_.Rewrap(key, rewrapped_key));
    ++rewrapped;
  }
  if (rewrapped > 0) {
    log::Info("tenant_keys_rewrapped",
              {{"count", std::to_string(rewrapped)}, {"master_key", current->current_id()}});
  }
  return rewrapped;
}

}  // namespace avvik::secrecy
