#include "common/secrecy/secret.h"

#include <sodium.h>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

namespace avvik::secrecy {

static_assert(kKeyBytes == crypto_kdf_KEYBYTES);

void Prepare() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) {
    std::cerr << "libsodium cannot be used: the system gives no randomness\n";
    std::abort();
  }
}

Secret::Secret() : bytes_(nullptr) {
  Prepare();
  bytes_ = static_cast<unsigned char*>(sodium_malloc(kKeyBytes));
  if (bytes_ == nullptr) {
    std::cerr << "no memory for a key\n";
    std::abort();
  }
}

Secret::~Secret() { sodium_free(bytes_); }

std::shared_ptr<const Secret> Secret::Random() {
  std::shared_ptr<Secret> secret(new Secret());
  randombytes_buf(secret->bytes_, kKeyBytes);
  return secret;
}

std::shared_ptr<const Secret> Secret::Copy(std::string_view bytes) {
  std::shared_ptr<Secret> secret(new Secret());
  std::memcpy(secret->bytes_, bytes.data(), kKeyBytes);
  return secret;
}

std::shared_ptr<const Secret> Secret::Derive(unsigned number, const char* purpose) const {
  std::shared_ptr<Secret> derived(new Secret());
  crypto_kdf_derive_from_key(derived->bytes_, kKeyBytes, number, purpose, bytes_);
  return derived;
}

void Wipe(std::string* text) { sodium_memzero(text->data(), text->size()); }

}  // namespace avvik::secrecy
