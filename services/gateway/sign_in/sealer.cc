#include "services/gateway/sign_in/sealer.h"

#include <sodium.h>

#include <algorithm>
#include <cstdlib>

#include "common/identity/base64url.h"

namespace avvik::gateway {
namespace {

constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr size_t kDigestBytes = 32;
constexpr char kDerivation[] = "avviksid";  // Exactly crypto_kdf_CONTEXTBYTES.
constexpr uint64_t kSealing = 1;
constexpr uint64_t kNaming = 2;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void Begin() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) std::abort();  // Without randomness nothing here is safe.
}

std::string Hex(const unsigned char* bytes, size_t size) {
  std::string text(size * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes, size);
  text.pop_back();
  return text;
}

std::string Hash(std::string_view text, const unsigned char* key, size_t key_bytes) {
  unsigned char digest[kDigestBytes];
  crypto_generichash(digest, sizeof digest, Bytes(text), text.size(), key, key_bytes);
  return Hex(digest, sizeof digest);
}

}  // namespace

absl::StatusOr<Sealer> Sealer::FromKeys(const std::string& text) {
  static_assert(crypto_kdf_KEYBYTES == 32 && sizeof kDerivation == crypto_kdf_CONTEXTBYTES + 1);
  Begin();
  Sealer sealer;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    unsigned char key[crypto_kdf_KEYBYTES];
    size_t size = 0;
    const char* stop = nullptr;
    const bool read = sodium_hex2bin(key, sizeof key, text.data() + begin, end - begin, nullptr,
                                     &size, &stop) == 0;
    if (!read || size != sizeof key || stop != text.data() + end) {
      return absl::InvalidArgumentError(
          "a key for sessions is 64 hexadecimal digits, as `openssl rand -hex 32` makes them");
    }
    Keys keys;
    crypto_kdf_derive_from_key(keys.sealing.data(), keys.sealing.size(), kSealing, kDerivation,
                               key);
    crypto_kdf_derive_from_key(keys.naming.data(), keys.naming.size(), kNaming, kDerivation, key);
    sodium_memzero(key, sizeof key);
    sealer.keys_.push_back(keys);
    begin = end + 1;
  }
  if (sealer.keys_.empty()) return absl::InvalidArgumentError("there is no key for sessions");
  return sealer;
}

std::string Sealer::Seal(std::string_view content, std::string_view context) const {
  std::string sealed(kNonceBytes + content.size() + kTagBytes, '\0');
  randombytes_buf(sealed.data(), kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(Bytes(sealed) + kNonceBytes, nullptr, Bytes(content),
                                             content.size(), Bytes(context), context.size(),
                                             nullptr, Bytes(sealed), keys_.front().sealing.data());
  return sealed;
}

std::optional<std::string> Sealer::Open(std::string_view sealed, std::string_view context) const {
  if (sealed.size() < kNonceBytes + kTagBytes) return std::nullopt;
  std::string content(sealed.size() - kNonceBytes - kTagBytes, '\0');
  for (const Keys& keys : keys_) {
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            Bytes(content), nullptr, nullptr, Bytes(sealed) + kNonceBytes,
            sealed.size() - kNonceBytes, Bytes(context), context.size(), Bytes(sealed),
            keys.sealing.data()) == 0) {
      return content;
    }
  }
  return std::nullopt;
}

std::vector<std::string> Sealer::Pseudonyms(std::string_view text) const {
  std::vector<std::string> names;
  for (const Keys& keys : keys_) {
    names.push_back(Hash(text, keys.naming.data(), keys.naming.size()));
  }
  return names;
}

std::string RandomText() {
  Begin();
  std::string bytes(32, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return identity::Base64UrlEncode(bytes);
}

bool IsRandomText(std::string_view text) {
  return text.size() == 43 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

std::string Fingerprint(std::string_view secret) { return Hash(secret, nullptr, 0); }

}  // namespace avvik::gateway
