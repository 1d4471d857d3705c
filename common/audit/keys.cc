#include "common/audit/keys.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sodium.h>

#include <fstream>
#include <utility>

#include "common/audit/chain.h"
#include "common/config/config.h"

namespace avvik::audit {
namespace {

constexpr size_t kKeyIdDigits = 32;
// More than that is no file of keys.
constexpr std::streamsize kLargestFile = 1 << 20;

using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Bio Reader(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kLargestFile, '\0');
  file.read(text.data(), kLargestFile);
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.empty()) return absl::NotFoundError(path + " cannot be read, or is empty");
  return text;
}

absl::Status InFile(const std::string& path, const absl::Status& status) {
  return status.ok() ? status
                     : absl::Status(status.code(), path + ": " + std::string(status.message()));
}

}  // namespace

std::string KeyId(std::string_view public_key) {
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()), Bytes(public_key),
                     public_key.size());
  return Hex(hash).substr(0, kKeyIdDigits);
}

struct SigningKey::Secret {
  unsigned char bytes[crypto_sign_SECRETKEYBYTES];
};

void SigningKey::Wipe::operator()(Secret* secret) const {
  sodium_memzero(secret, sizeof *secret);
  delete secret;
}

SigningKey::SigningKey(const unsigned char* seed)
    : public_key_(crypto_sign_PUBLICKEYBYTES, '\0'), secret_(new Secret) {
  crypto_sign_seed_keypair(reinterpret_cast<unsigned char*>(public_key_.data()), secret_->bytes,
                           seed);
  id_ = KeyId(public_key_);
}

absl::StatusOr<SigningKey> SigningKey::FromPem(const std::string& pem) {
  if (sodium_init() < 0) return absl::InternalError("libsodium cannot be used");
  const Bio reader = Reader(pem);
  const Pkey key(PEM_read_bio_PrivateKey(reader.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  unsigned char seed[crypto_sign_SEEDBYTES];
  size_t length = sizeof seed;
  if (key == nullptr || EVP_PKEY_id(key.get()) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_private_key(key.get(), seed, &length) != 1 || length != sizeof seed) {
    return absl::InvalidArgumentError(
        "holds no private Ed25519 key in PEM (openssl genpkey -algorithm ed25519)");
  }
  SigningKey signing(seed);
  sodium_memzero(seed, sizeof seed);
  return signing;
}

absl::StatusOr<SigningKey> SigningKey::FromFile(const std::string& path) {
  if (const std::string mistake = config::SecretFileMistake(path); !mistake.empty()) {
    return absl::FailedPreconditionError(path + " " + mistake);
  }
  absl::StatusOr<std::string> pem = ReadFile(path);
  if (!pem.ok()) return pem.status();
  absl::StatusOr<SigningKey> key = FromPem(*pem);
  sodium_memzero(pem->data(), pem->size());
  if (!key.ok()) return InFile(path, key.status());
  return key;
}

std::string SigningKey::Sign(std::string_view bytes) const {
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, Bytes(bytes),
                       bytes.size(), secret_->bytes);
  return signature;
}

absl::Status VerifyingKeys::AddPem(const std::string& pem) {
  const Bio reader = Reader(pem);
  int found = 0;
  while (true) {
    const Pkey key(PEM_read_bio_PUBKEY(reader.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
    if (key == nullptr) break;
    unsigned char raw[crypto_sign_PUBLICKEYBYTES];
    size_t length = sizeof raw;
    if (EVP_PKEY_id(key.get()) != EVP_PKEY_ED25519 ||
        EVP_PKEY_get_raw_public_key(key.get(), raw, &length) != 1 || length != sizeof raw) {
      return absl::InvalidArgumentError("holds a public key that is not Ed25519");
    }
    Add(std::string_view(reinterpret_cast<const char*>(raw), length));
    ++found;
  }
  if (found > 0) return absl::OkStatus();
  return absl::InvalidArgumentError("holds no public Ed25519 key in PEM (openssl pkey -pubout)");
}

absl::Status VerifyingKeys::AddFile(const std::string& path) {
  const absl::StatusOr<std::string> pem = ReadFile(path);
  if (!pem.ok()) return pem.status();
  return InFile(path, AddPem(*pem));
}

void VerifyingKeys::Add(std::string_view public_key) {
  keys_[KeyId(public_key)] = std::string(public_key);
}

bool VerifyingKeys::Verify(const std::string& key_id, std::string_view bytes,
                           std::string_view signature) const {
  const auto key = keys_.find(key_id);
  return key != keys_.end() && signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(Bytes(signature), Bytes(bytes), bytes.size(),
                                     Bytes(key->second)) == 0;
}

}  // namespace avvik::audit
