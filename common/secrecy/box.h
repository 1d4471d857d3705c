// Sealing bytes with a key: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha), a random nonce of 24 bytes.
// What is sealed: one byte of format, nonce, ciphertext, tag of 16 bytes.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace avvik::secrecy {

// Bytes that sealing adds.
inline constexpr size_t kSealBytes = 1 + 24 + 16;

// `key` has kKeyBytes. `context` says where the sealed bytes belong; it is authenticated, not kept.
std::string Seal(const unsigned char* key, std::string_view plaintext, std::string_view context);

// DATA_LOSS when the bytes were altered, sealed with another key, or for another context.
absl::StatusOr<std::string> Open(const unsigned char* key, std::string_view sealed,
                                 std::string_view context);

}  // namespace avvik::secrecy
