#include "common/secrecy/vault.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>

#include "common/log/log.h"
#include "common/secrecy/box.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::secrecy {
namespace {

constexpr size_t kHashBytes = 16;
// What a master key wraps: the key that wraps data keys, and the one for hashes.
constexpr size_t kTenantKeyBytes = 2 * kKeyBytes;
constexpr int kMostRounds = 10;

std::string TenantContext(const WrappedTenantKey& key) {
  return "tenant-key/" + key.tenant + "/" + std::to_string(key.generation);
}
std::string DataContext(const std::string& tenant) { return "data-key/" + tenant; }

absl::StatusOr<WrappedTenantKey> Wrap(WrappedTenantKey key, std::string_view bytes,
                                      const MasterKeys& masters) {
  key.master_key_id = masters.current_id();
  AVVIK_ASSIGN_OR_RETURN(key.wrapped, masters.current().Seal(bytes, TenantContext(key)));
  return key;
}

// The wrapped keys that stand one after the other; nothing when the bytes are something else.
std::vector<std::string_view> Parts(std::string_view wrapped) {
  std::vector<std::string_view> parts;
  while (!wrapped.empty()) {
    const std::optional<Format> format = FormatOf(wrapped);
    if (!format.has_value() || wrapped.size() < SealBytes(*format) + kKeyBytes) return {};
    parts.push_back(wrapped.substr(0, SealBytes(*format) + kKeyBytes));
    wrapped.remove_prefix(parts.back().size());
  }
  return parts;
}

std::string Hash(const Secret& key, std::string_view purpose, std::string_view value) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, key.bytes(), kKeyBytes, kHashBytes);
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

absl::StatusOr<std::string> Vault::Unwrapped(const WrappedTenantKey& key) const {
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
    absl::StatusOr<std::string> bytes = master->Open(key.wrapped, TenantContext(key));
    // A module that does not answer says nothing about the key.
    if (!bytes.ok() && !absl::IsDataLoss(bytes.status())) return bytes.status();
    const size_t size = key.hashing_only ? kKeyBytes : kTenantKeyBytes;
    if (bytes.ok() && bytes->size() == size) return bytes;
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

absl::StatusOr<Vault::TenantKey> Vault::Unwrapped(
    std::span<const WrappedTenantKey> generations) const {
  TenantKey key;
  for (const WrappedTenantKey& generation : generations) {
    AVVIK_ASSIGN_OR_RETURN(std::string bytes, Unwrapped(generation));
    const std::string_view view = bytes;
    const size_t before_hashing = view.size() - kKeyBytes;
    key.generations.push_back(
        {.number = generation.generation,
         .wrapping = generation.hashing_only ? nullptr : Secret::Copy(view.substr(0, kKeyBytes)),
         .hashing = Secret::Copy(view.substr(before_hashing)),
         .hashes = generation.hashes_since.has_value()});
    Wipe(&bytes);
  }
  return key;
}

const Vault::Generation& Vault::TenantKey::hashing() const {
  for (const Generation& generation : generations) {
    if (generation.hashes) return generation;
  }
  return generations.front();
}

absl::StatusOr<std::vector<WrappedTenantKey>> Vault::FindOrMake(const std::string& tenant) {
  AVVIK_ASSIGN_OR_RETURN(auto found, store_.Find(tenant));
  if (!found.empty()) return found;
  std::string bytes(kTenantKeyBytes, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  const auto made = Wrap({.tenant = tenant}, bytes, *masters());
  Wipe(&bytes);
  if (!made.ok()) return made.status();
  return store_.Add(*made);
}

absl::StatusOr<Vault::TenantKey> Vault::KeyOf(const std::string& tenant) {
  {
    std::shared_lock lock(mutex_);
    const auto found = tenants_.find(tenant);
    if (found != tenants_.end()) return found->second;
  }
  return KeyInStore(tenant);
}

absl::StatusOr<Vault::TenantKey> Vault::KeyInStore(const std::string& tenant) {
  AVVIK_ASSIGN_OR_RETURN(const std::vector<WrappedTenantKey> wrapped, FindOrMake(tenant));
  absl::StatusOr<TenantKey> key = Unwrapped(wrapped);
  if (!key.ok()) {
    // Another copy of the service may have rewrapped it by a key that came since.
    AVVIK_RETURN_IF_ERROR(Reload().status());
    key = Unwrapped(wrapped);
  }
  if (key.ok()) Remember(tenant, *key);
  return key;
}

bool Vault::Knows(const std::string& tenant, std::span<const WrappedTenantKey> generations) const {
  std::shared_lock lock(mutex_);
  const auto found = tenants_.find(tenant);
  return found != tenants_.end() &&
         std::equal(generations.begin(), generations.end(), found->second.generations.begin(),
                    found->second.generations.end(),
                    [](const WrappedTenantKey& wrapped, const Generation& generation) {
                      return wrapped.generation == generation.number &&
                             wrapped.hashing_only == (generation.wrapping == nullptr) &&
                             wrapped.hashes_since.has_value() == generation.hashes;
                    });
}

void Vault::Remember(const std::string& tenant, const TenantKey& key) {
  std::unique_lock lock(mutex_);
  if (tenants_.size() >= kMostTenants && !tenants_.contains(tenant)) {
    tenants_.erase(tenants_.begin());
  }
  tenants_.insert_or_assign(tenant, key);
}

std::string Vault::Wrapped(const std::string& tenant, const TenantKey& of_tenant,
                           const DataKey::Bytes& bytes) const {
  return Seal(masters()->format(), of_tenant.generations.front().wrapping->bytes(),
              {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, DataContext(tenant));
}

absl::StatusOr<DataKey> Vault::NewKey(const std::string& tenant) {
  AVVIK_ASSIGN_OR_RETURN(const TenantKey of_tenant, KeyOf(tenant));
  DataKey key;
  key.format_ = masters()->format();
  randombytes_buf(key.keys_.emplace_back().data(), kKeyBytes);
  key.wrapped_ = Wrapped(tenant, of_tenant, key.keys_.front());
  return key;
}

bool Vault::Unwrap(const std::string& tenant, const TenantKey& of_tenant, std::string_view wrapped,
                   DataKey* key) {
  const std::vector<std::string_view> parts = Parts(wrapped);
  key->keys_.reserve(parts.size());
  for (const std::string_view part : parts) {
    for (const Generation& generation : of_tenant.generations) {
      if (generation.wrapping == nullptr) continue;
      absl::StatusOr<std::string> bytes =
          secrecy::Open(generation.wrapping->bytes(), part, DataContext(tenant));
      if (!bytes.ok()) continue;
      std::memcpy(key->keys_.emplace_back().data(), bytes->data(), kKeyBytes);
      Wipe(&*bytes);
      break;
    }
  }
  return !parts.empty() && key->keys_.size() == parts.size();
}

absl::StatusOr<DataKey> Vault::Unwrap(const std::string& tenant, const std::string& wrapped) {
  AVVIK_ASSIGN_OR_RETURN(TenantKey of_tenant, KeyOf(tenant));
  for (bool looked_again = false;; looked_again = true) {
    DataKey key;
    key.format_ = masters()->format();
    key.wrapped_ = wrapped;
    if (Unwrap(tenant, of_tenant, wrapped, &key)) return key;
    if (looked_again) {
      return status::Error(absl::StatusCode::kDataLoss,
                           "a wrapped key does not open: it was altered, or belongs elsewhere",
                           "SEAL_BROKEN");
    }
    // Another copy of the service may have replaced the tenant's key.
    AVVIK_ASSIGN_OR_RETURN(of_tenant, KeyInStore(tenant));
  }
}

absl::StatusOr<std::vector<WrappedTenantKey>> Vault::ReplaceTenantKeys(absl::Time before) {
  AVVIK_ASSIGN_OR_RETURN(const std::vector<WrappedTenantKey> all, store_.All());
  std::vector<WrappedTenantKey> made;
  std::string tenant;
  for (const WrappedTenantKey& newest : all) {
    if (newest.tenant == tenant) continue;  // Older generations follow the newest.
    tenant = newest.tenant;
    if (newest.made >= before) continue;
    std::string bytes(kTenantKeyBytes, '\0');
    randombytes_buf(bytes.data(), bytes.size());
    const auto next = Wrap({.tenant = tenant, .generation = newest.generation + 1}, bytes, *masters());
    Wipe(&bytes);
    if (!next.ok()) return next.status();
    AVVIK_RETURN_IF_ERROR(store_.Add(*next).status());
    AVVIK_RETURN_IF_ERROR(KeyInStore(tenant).status());
    made.push_back(*next);
  }
  return made;
}

absl::StatusOr<DataKey> Vault::WithNewKey(const std::string& tenant, const std::string& wrapped) {
  AVVIK_ASSIGN_OR_RETURN(const DataKey old, Unwrap(tenant, wrapped));
  AVVIK_ASSIGN_OR_RETURN(const TenantKey of_tenant, KeyOf(tenant));
  DataKey key;
  key.format_ = old.format_;
  key.keys_.reserve(1 + old.keys_.size());
  randombytes_buf(key.keys_.emplace_back().data(), kKeyBytes);
  key.keys_.insert(key.keys_.end(), old.keys_.begin(), old.keys_.end());
  key.wrapped_ = Wrapped(tenant, of_tenant, key.keys_.front()) + wrapped;
  return key;
}

absl::StatusOr<DataKey> Vault::NewestOnly(const std::string& tenant, const std::string& wrapped) {
  AVVIK_ASSIGN_OR_RETURN(DataKey key, Unwrap(tenant, wrapped));
  AVVIK_ASSIGN_OR_RETURN(const TenantKey of_tenant, KeyOf(tenant));
  while (key.keys_.size() > 1) {
    sodium_memzero(key.keys_.back().data(), kKeyBytes);
    key.keys_.pop_back();
  }
  key.wrapped_ = Wrapped(tenant, of_tenant, key.keys_.front());
  return key;
}

absl::Status Vault::HashWithNewest(absl::Time now) {
  AVVIK_ASSIGN_OR_RETURN(const std::vector<WrappedTenantKey> all, store_.All());
  std::string tenant;
  for (const WrappedTenantKey& newest : all) {
    if (newest.tenant == tenant) continue;  // Older generations follow the newest.
    tenant = newest.tenant;
    if (newest.hashes_since.has_value()) continue;
    AVVIK_RETURN_IF_ERROR(store_.HashWith(tenant, newest.generation, now));
    AVVIK_RETURN_IF_ERROR(KeyInStore(tenant).status());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Vault::DestroyOlderTenantKeys() {
  std::vector<std::string> tenants;
  // Once more, because somebody may be wrapping them by another master key.
  for (int round = 0; round < kMostRounds; ++round) {
    AVVIK_ASSIGN_OR_RETURN(const std::vector<WrappedTenantKey> all, store_.All());
    bool more = false;
    std::string tenant;
    for (const WrappedTenantKey& key : all) {
      const bool newest = key.tenant != tenant;
      tenant = key.tenant;
      if (newest || key.hashing_only) continue;
      AVVIK_ASSIGN_OR_RETURN(std::string bytes, Unwrapped(key));
      WrappedTenantKey rest = key;
      rest.hashing_only = true;
      const auto wrapped = Wrap(rest, std::string_view(bytes).substr(kKeyBytes), *masters());
      Wipe(&bytes);
      if (!wrapped.ok()) return wrapped.status();
      AVVIK_RETURN_IF_ERROR(store_.Rewrap(key, *wrapped));
      AVVIK_RETURN_IF_ERROR(KeyInStore(tenant).status());
      if (tenants.empty() || tenants.back() != tenant) tenants.push_back(tenant);
      more = true;
    }
    if (!more) {
      std::sort(tenants.begin(), tenants.end());
      tenants.erase(std::unique(tenants.begin(), tenants.end()), tenants.end());
      return tenants;
    }
  }
  return absl::UnavailableError("tenants' keys change all the time");
}

absl::StatusOr<std::vector<std::string>> Vault::DestroyOlderHashingKeys(absl::Time since) {
  AVVIK_ASSIGN_OR_RETURN(const std::vector<WrappedTenantKey> all, store_.All());
  std::vector<std::string> tenants;
  const WrappedTenantKey* in_place = nullptr;  // Of the tenant's, the newest that has made hashes for so long.
  for (const WrappedTenantKey& key : all) {
    if (in_place != nullptr && in_place->tenant != key.tenant) in_place = nullptr;
    if (in_place == nullptr) {
      if (key.hashes_since.has_value() && *key.hashes_since <= since) in_place = &key;
    } else if (key.hashing_only && (tenants.empty() || tenants.back() != key.tenant)) {
      AVVIK_RETURN_IF_ERROR(store_.DestroyBefore(key.tenant, key.generation + 1));
      AVVIK_RETURN_IF_ERROR(KeyInStore(key.tenant).status());
      tenants.push_back(key.tenant);
    }
  }
  return tenants;
}

absl::StatusOr<std::string> Vault::Fingerprint(const std::string& tenant, std::string_view purpose,
                                               std::string_view value) {
  AVVIK_ASSIGN_OR_RETURN(const TenantKey of_tenant, KeyOf(tenant));
  return Hash(*of_tenant.hashing().hashing, purpose, value);
}

absl::StatusOr<std::vector<std::string>> Vault::Fingerprints(const std::string& tenant,
                                                             std::string_view purpose,
                                                             std::string_view value) {
  AVVIK_ASSIGN_OR_RETURN(const TenantKey of_tenant, KeyOf(tenant));
  const Generation& now = of_tenant.hashing();
  std::vector<std::string> hashes = {Hash(*now.hashing, purpose, value)};
  for (const Generation& generation : of_tenant.generations) {
    if (&generation != &now) hashes.push_back(Hash(*generation.hashing, purpose, value));
  }
  return hashes;
}

absl::StatusOr<std::string> Vault::Pseudonym(const std::string& tenant, std::string_view login) {
  return Fingerprint(tenant, "login", login);
}

absl::StatusOr<std::vector<std::string>> Vault::Pseudonyms(const std::string& tenant,
                                                           std::string_view login) {
  return Fingerprints(tenant, "login", login);
}

absl::StatusOr<size_t> Vault::Rotate() {
  // Also with a file that cannot be read: another copy of the service may have replaced a tenant's key.
  const absl::Status reloaded = Reload().status();
  const std::shared_ptr<const MasterKeys> current = masters();
  AVVIK_ASSIGN_OR_RETURN(const std::vector<WrappedTenantKey> all, store_.All());
  size_t rewrapped = 0;
  for (auto begin = all.begin(); begin != all.end();) {
    const auto end = std::find_if(
        begin, all.end(), [&](const WrappedTenantKey& key) { return key.tenant != begin->tenant; });
    const std::span<const WrappedTenantKey> generations(begin, end);
    // A module is not asked for what is at hand.
    if (!Knows(begin->tenant, generations)) {
      AVVIK_ASSIGN_OR_RETURN(const TenantKey key, Unwrapped(generations));
      Remember(begin->tenant, key);
    }
    for (const WrappedTenantKey& key : generations) {
      if (key.master_key_id == current->current_id()) continue;
      AVVIK_ASSIGN_OR_RETURN(std::string bytes, Unwrapped(key));
      const auto anew = Wrap(key, bytes, *current);
      Wipe(&bytes);
      if (!anew.ok()) return anew.status();
      AVVIK_RETURN_IF_ERROR(store_.Rewrap(key, *anew));
      ++rewrapped;
    }
    begin = end;
  }
  if (rewrapped > 0) {
    log::Info("tenant_keys_rewrapped",
              {{"count", std::to_string(rewrapped)}, {"master_key", current->current_id()}});
  }
  if (!reloaded.ok()) return reloaded;
  return rewrapped;
}

}  // namespace avvik::secrecy
