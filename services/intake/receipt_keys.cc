#include "services/intake/receipt_keys.h"

#include <sodium.h>

#include <algorithm>

#include "common/config/config.h"
#include "services/intake/errors.h"

namespace avvik::intake {
namespace {

// crypto_kdf's context, 8 characters, and the keys derived in it.
constexpr char kContext[] = "receipts";
enum Subkey : uint64_t { kSalt = 1, kTag = 2, kChallenge = 3, kUpload = 4, kHash = 5, kName = 6 };

constexpr size_t kSaltBytes = crypto_pwhash_SALTBYTES;
constexpr size_t kHashBytes = 32;
constexpr size_t kNameBytes = 4;
static_assert(kSaltBytes == 16);

void Derive(const ReceiptKeys::Secret& secret, Subkey which,
            std::array<unsigned char, 32>* subkey) {
  static_assert(crypto_kdf_KEYBYTES == 32);
  crypto_kdf_derive_from_key(subkey->data(), subkey->size(), which, kContext, secret.data());
}

// Derived, so that a name shows nothing of the key.
std::string NameOf(const ReceiptKeys::Secret& secret) {
  std::array<unsigned char, 32> bytes;
  Derive(secret, kName, &bytes);
  char hex[2 * kNameBytes + 1];
  sodium_bin2hex(hex, sizeof hex, bytes.data(), kNameBytes);
  return hex;
}

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

ReceiptKeys::ReceiptKeys(const std::vector<Secret>& secrets) {
  // Never moved, so that no copy is left behind.
  keys_.reserve(secrets.size());
  for (const Secret& secret : secrets) {
    Key& key = keys_.emplace_back();
    key.id = NameOf(secret);
    Derive(secret, kSalt, &key.salt);
    Derive(secret, kTag, &key.tag_pepper);
    Derive(secret, kHash, &key.hash_pepper);
    Derive(secret, kChallenge, &key.challenge);
    Derive(secret, kUpload, &key.upload);
  }
}

ReceiptKeys::~ReceiptKeys() {
  for (Key& key : keys_) {
    for (Secret* secret : {&key.salt, &key.tag_pepper, &key.hash_pepper, &key.challenge, &key.upload}) {
      sodium_memzero(secret->data(), secret->size());
    }
  }
}

absl::StatusOr<std::vector<ReceiptKeys::Secret>> ReceiptKeys::ReadSecrets(const std::string& path) {
  if (sodium_init() < 0) return absl::InternalError("libsodium does not start");
  const absl::Status wrong = absl::InvalidArgumentError(
      path + " must hold 64 hexadecimal digits a line, on " + std::to_string(kMostKeys) +
      " lines at most, each of its own");
  const auto text = config::ReadSecretFile(path);
  if (!text.has_value()) return wrong;
  std::vector<Secret> secrets;
  for (size_t begin = 0; begin < text->size();) {
    const size_t end = std::min(text->find('\n', begin), text->size());
    Secret secret;
    size_t size = 0;
    const char* stop = nullptr;
    const bool read = sodium_hex2bin(secret.data(), secret.size(), text->data() + begin,
                                     end - begin, nullptr, &size, &stop) == 0;
    if (!read || size != secret.size() || stop != text->data() + end ||
        secrets.size() == kMostKeys ||
        std::find(secrets.begin(), secrets.end(), secret) != secrets.end()) {
      return wrong;
    }
    secrets.push_back(secret);
    begin = end + 1;
  }
  if (secrets.empty()) return wrong;
  return secrets;
}

std::vector<ChallengeMaker::Key> ReceiptKeys::ChallengeKeys() const {
  std::vector<ChallengeMaker::Key> keys;
  for (const Key& key : keys_) keys.push_back(key.challenge);
  return keys;
}

std::vector<UploadTickets::Key> ReceiptKeys::UploadKeys() const {
  std::vector<UploadTickets::Key> keys;
  for (const Key& key : keys_) keys.push_back(key.upload);
  return keys;
}

std::vector<std::string> ReceiptKeys::Ids() const {
  std::vector<std::string> ids;
  for (const Key& key : keys_) ids.push_back(key.id);
  return ids;
}

const ReceiptKeys::Key* ReceiptKeys::Find(const std::string& id) const {
  const auto found =
      std::find_if(keys_.begin(), keys_.end(), [&](const Key& key) { return key.id == id; });
  return found == keys_.end() ? nullptr : &*found;
}

ReceiptKeys::Place::~Place() {
  if (keys_ == nullptr) return;
  std::lock_guard lock(keys_->mutex_);
  --keys_->places_;
}

absl::StatusOr<ReceiptKeys::Place> ReceiptKeys::Enter() {
  std::lock_guard lock(mutex_);
  if (places_ >= kMostPlaces) return error::ReceiptsBusy();
  ++places_;
  return Place(this);
}

absl::StatusOr<std::string> ReceiptKeys::HashBy(const Secret& pepper, std::string_view salt,
                                                std::string_view digits) {
  unsigned char slow[kHashBytes];
  turns_.acquire();
  const int hashed = crypto_pwhash(slow, sizeof slow, digits.data(), digits.size(), Bytes(salt),
                                   kReceiptPasses, kReceiptMemoryBytes,
                                   crypto_pwhash_ALG_ARGON2ID13);
  turns_.release();
  if (hashed != 0) return error::ReceiptsBusy();  // No memory at the moment.
  std::string hash(kHashBytes, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(), slow, sizeof slow,
                     pepper.data(), pepper.size());
  sodium_memzero(slow, sizeof slow);
  return hash;
}

absl::StatusOr<std::string> ReceiptKeys::TagBy(const Key& key, std::string_view tenant,
                                               std::string_view digits) {
  std::string salt(kSaltBytes, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(salt.data()), salt.size(), Bytes(tenant),
                     tenant.size(), key.salt.data(), key.salt.size());
  absl::StatusOr<std::string> tag = HashBy(key.tag_pepper, salt, digits);
  if (tag.ok()) tag->resize(kReceiptTagBytes);
  return tag;
}

absl::StatusOr<HashedReceipt> ReceiptKeys::Hash(const Place&, std::string_view tenant,
                                                std::string_view digits) {
  const Key& key = keys_.front();
  absl::StatusOr<std::string> tag = TagBy(key, tenant, digits);
  if (!tag.ok()) return tag.status();
  std::string salt(kSaltBytes, '\0');
  randombytes_buf(salt.data(), salt.size());
  absl::StatusOr<std::string> hash = HashBy(key.hash_pepper, salt, digits);
  if (!hash.ok()) return hash.status();
  return HashedReceipt{
      .key_id = key.id, .tag = *std::move(tag), .salt = std::move(salt), .hash = *std::move(hash)};
}

absl::StatusOr<std::string> ReceiptKeys::Tag(const Place&, const std::string& key_id,
                                             std::string_view tenant, std::string_view digits) {
  const Key* key = Find(key_id);
  if (key == nullptr) return absl::InternalError("no key of receipts is named " + key_id);
  return TagBy(*key, tenant, digits);
}

absl::StatusOr<bool> ReceiptKeys::Matches(const Place&, const HashedReceipt& kept,
                                          std::string_view digits) {
  const Key* key = Find(kept.key_id);
  if (key == nullptr || kept.salt.size() != kSaltBytes || kept.hash.size() != kHashBytes) {
    return absl::DataLossError("what is kept of a receipt is not a hash by a key that is there");
  }
  const absl::StatusOr<std::string> hash = HashBy(key->hash_pepper, kept.salt, digits);
  if (!hash.ok()) return hash.status();
  return sodium_memcmp(hash->data(), kept.hash.data(), kHashBytes) == 0;
}

}  // namespace avvik::intake
