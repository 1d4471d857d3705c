#include "common/secrecy/box.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include "common/secrecy/secret.h"
#include "common/status/error.h"

namespace avvik::secrecy {
namespace {

constexpr size_t kTag = 16;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

namespace xchacha {

constexpr size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
static_assert(kSealBytes == 1 + kNonce + kTag);
static_assert(kTag == crypto_aead_xchacha20poly1305_ietf_ABYTES);
static_assert(kKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

void Encrypt(const unsigned char* key, const unsigned char* nonce, std::string_view plaintext,
             std::string_view context, unsigned char* out) {
  crypto_aead_xchacha20poly1305_ietf_encrypt(out, nullptr, Bytes(plaintext), plaintext.size(),
                                             Bytes(context), context.size(), nullptr, nonce, key);
}

bool Decrypt(const unsigned char* key, const unsigned char* nonce, std::string_view hidden,
             std::string_view context, unsigned char* out) {
  return crypto_aead_xchacha20poly1305_ietf_decrypt(out, nullptr, nullptr, Bytes(hidden),
                                                    hidden.size(), Bytes(context), context.size(),
                                                    nonce, key) == 0;
}

}  // namespace xchacha

// By OpenSSL, because libsodium has AES for some processors only.
namespace aes_gcm {

constexpr size_t kNonce = 12;
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

Cipher New() {
  Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  if (cipher == nullptr) std::abort();  // No memory.
  return cipher;
}

void Encrypt(const unsigned char* key, const unsigned char* nonce, std::string_view plaintext,
             std::string_view context, unsigned char* out) {
  const Cipher cipher = New();
  const int size = static_cast<int>(plaintext.size());
  int written = 0;
  int ended = 0;
  const bool sealed =
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key, nonce) == 1 &&
      EVP_EncryptUpdate(cipher.get(), nullptr, &written, Bytes(context),
                        static_cast<int>(context.size())) == 1 &&
      EVP_EncryptUpdate(cipher.get(), out, &written, Bytes(plaintext), size) == 1 &&
      EVP_EncryptFinal_ex(cipher.get(), out + size, &ended) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, kTag, out + size) == 1;
  if (!sealed) std::abort();  // OpenSSL without AES.
}

bool Decrypt(const unsigned char* key, const unsigned char* nonce, std::string_view hidden,
             std::string_view context, unsigned char* out) {
  const Cipher cipher = New();
  const std::string_view text = hidden.substr(0, hidden.size() - kTag);
  std::array<unsigned char, kTag> tag;
  std::copy_n(Bytes(hidden.substr(text.size())), kTag, tag.begin());
  const int size = static_cast<int>(text.size());
  int written = 0;
  return EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key, nonce) == 1 &&
         EVP_DecryptUpdate(cipher.get(), nullptr, &written, Bytes(context),
                           static_cast<int>(context.size())) == 1 &&
         EVP_DecryptUpdate(cipher.get(), out, &written, Bytes(text), size) == 1 &&
         EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, kTag, tag.data()) == 1 &&
         EVP_DecryptFinal_ex(cipher.get(), out + size, &written) == 1;
}

}  // namespace aes_gcm

// One way to seal. Encrypt writes the ciphertext and then the tag.
struct Way {
  Format format;
  std::string_view name;
  size_t nonce;
  void (*encrypt)(const unsigned char* key, const unsigned char* nonce, std::string_view plaintext,
                  std::string_view context, unsigned char* out);
  bool (*decrypt)(const unsigned char* key, const unsigned char* nonce, std::string_view hidden,
                  std::string_view context, unsigned char* out);
};

constexpr Way kWays[] = {
    {Format::kXChaCha20Poly1305, "xchacha20-poly1305", xchacha::kNonce, xchacha::Encrypt,
     xchacha::Decrypt},
    {Format::kAes256Gcm, "aes-256-gcm", aes_gcm::kNonce, aes_gcm::Encrypt, aes_gcm::Decrypt},
};

const Way& WayOf(Format format) {
  for (const Way& way : kWays) {
    if (way.format == format) return way;
  }
  std::abort();
}

}  // namespace

std::optional<Format> FormatNamed(std::string_view name) {
  for (const Way& way : kWays) {
    if (way.name == name) return way.format;
  }
  return std::nullopt;
}

std::string_view NameOf(Format format) { return WayOf(format).name; }

size_t SealBytes(Format format) { return 1 + WayOf(format).nonce + kTag; }

std::optional<Format> FormatOf(std::string_view sealed) {
  for (const Way& way : kWays) {
    if (!sealed.empty() && sealed[0] == static_cast<char>(way.format)) return way.format;
  }
  return std::nullopt;
}

std::string Seal(Format format, const unsigned char* key, std::string_view plaintext,
                 std::string_view context) {
  const Way& way = WayOf(format);
  std::string sealed(SealBytes(format) + plaintext.size(), '\0');
  auto* out = reinterpret_cast<unsigned char*>(sealed.data());
  out[0] = static_cast<unsigned char>(format);
  unsigned char* nonce = out + 1;
  randombytes_buf(nonce, way.nonce);
  way.encrypt(key, nonce, plaintext, context, nonce + way.nonce);
  return sealed;
}

absl::StatusOr<std::string> Open(const unsigned char* key, std::string_view sealed,
                                 std::string_view context) {
  const absl::Status lost =
      status::Error(absl::StatusCode::kDataLoss,
                    "sealed bytes do not open: they were altered, or belong elsewhere", "SEAL_BROKEN");
  const std::optional<Format> format = FormatOf(sealed);
  if (!format.has_value() || sealed.size() < SealBytes(*format)) return lost;
  const Way& way = WayOf(*format);
  std::string plaintext(sealed.size() - SealBytes(*format), '\0');
  if (!way.decrypt(key, Bytes(sealed) + 1, sealed.substr(1 + way.nonce), context,
                   reinterpret_cast<unsigned char*>(plaintext.data()))) {
    Wipe(&plaintext);
    return lost;
  }
  return plaintext;
}

}  // namespace avvik::secrecy
