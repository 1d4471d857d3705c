#include "services/intake/receipt_keys.h"

#include <sodium.h>

#include "common/config/config.h"
#include "services/intake/errors.h"

namespace avvik::intake {
namespace {

// crypto_kdf's context, 8 characters, and the keys derived in it.
constexpr char kContext[] = "receipts";
enum Subkey : uint64_t { kSalt = 1, kPepper = 2, kChallenge = 3, kUpload = 4 };

void Derive(const ReceiptKeys::Secret& secret, Subkey which,
            std::array<unsigned char, 32>* subkey) {
  static_assert(crypto_kdf_KEYBYTES == 32);
  crypto_kdf_derive_from_key(subkey->data(), subkey->size(), which, kContext, secret.data());
}

}  // namespace

ReceiptKeys::ReceiptKeys(const Secret& secret) {
  Derive(secret, kSalt, &salt_key_);
  Derive(secret, kPepper, &pepper_);
  Derive(secret, kChallenge, &challenge_key_);
  Derive(secret, kUpload, &upload_key_);
}

absl::StatusOr<ReceiptKeys::Secret> ReceiptKeys::ReadSecret(const std::string& path) {
  if (sodium_init() < 0) return absl::InternalError("libsodium does not start");
  const auto text = config::ReadSecretFile(path);
  Secret secret;
  size_t size = 0;
  const char* end = nullptr;
  if (!text.has_value() ||
      sodium_hex2bin(secret.data(), secret.size(), text->data(), text->size(), nullptr, &size,
                     &end) != 0 ||
      size != secret.size() || end != text->data() + text->size()) {
    return absl::InvalidArgumentError(path + " must hold 64 hexadecimal digits");
  }
  return secret;
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

absl::StatusOr<std::string> ReceiptKeys::KeyOf(const Place&, std::string_view tenant,
                                               std::string_view digits) {
  unsigned char salt[crypto_pwhash_SALTBYTES];
  crypto_generichash(salt, sizeof salt, reinterpret_cast<const unsigned char*>(tenant.data()),
                     tenant.size(), salt_key_.data(), salt_key_.size());
  unsigned char slow[32];
  turns_.acquire();
  const int hashed = crypto_pwhash(slow, sizeof slow, digits.data(), digits.size(), salt,
                                   kReceiptPasses, kReceiptMemoryBytes,
                                   crypto_pwhash_ALG_ARGON2ID13);
  turns_.release();
  if (hashed != 0) return error::ReceiptsBusy();  // No memory at the moment.
  std::string key(32, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(key.data()), key.size(), slow, sizeof slow,
                     pepper_.data(), pepper_.size());
  sodium_memzero(slow, sizeof slow);
  return key;
}

}  // namespace avvik::intake
