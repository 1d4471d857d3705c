#include "common/secrecy/box.h"

#include <sodium.h>

#include "common/secrecy/secret.h"
#include "common/status/error.h"

namespace avvik::secrecy {
namespace {

constexpr char kFormat = 1;
constexpr size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kSealBytes == 1 + kNonce + kTag);
static_assert(kKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const unsigned char* Bytes(const char* text) {
  return reinterpret_cast<const unsigned char*>(text);
}

}  // namespace

std::string Seal(const unsigned char* key, std::string_view plaintext, std::string_view context) {
  std::string sealed(kSealBytes + plaintext.size(), '\0');
  auto* out = reinterpret_cast<unsigned char*>(sealed.data());
  out[0] = kFormat;
  unsigned char* nonce = out + 1;
  randombytes_buf(nonce, kNonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + kNonce, nullptr, Bytes(plaintext.data()),
                                             plaintext.size(), Bytes(context.data()),
                                             context.size(), nullptr, nonce, key);
  return sealed;
}

absl::StatusOr<std::string> Open(const unsigned char* key, std::string_view sealed,
                                 std::string_view context) {
  const absl::Status lost =
      status::Error(absl::StatusCode::kDataLoss,
                    "sealed bytes do not open: they were altered, or belong elsewhere", "SEAL_BROKEN");
  if (sealed.size() < kSealBytes || sealed[0] != kFormat) return lost;
  const unsigned char* nonce = Bytes(sealed.data()) + 1;
  std::string plaintext(sealed.size() - kSealBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          reinterpret_cast<unsigned char*>(plaintext.data()), nullptr, nullptr, nonce + kNonce,
          sealed.size() - 1 - kNonce, Bytes(context.data()), context.size(), nonce, key) != 0) {
    return lost;
  }
  return plaintext;
}

}  // namespace avvik::secrecy
