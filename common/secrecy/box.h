// Sealing bytes with a key. What is sealed begins with one byte that says how, so that another way can be
// taken in use at any time, and what was sealed before still opens.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace avvik::secrecy {

// The ways to seal, all authenticated and with keys of kKeyBytes. A number is never reused; a new way is a
// new number here and a new row in box.cc.
enum class Format : char {
  kXChaCha20Poly1305 = 1,  // draft-irtf-cfrg-xchacha, a random nonce of 24 bytes. The default.
  // SP 800-38D, a random nonce of 12 bytes: not for more than 2^32 texts of one key, which no data key has.
  kAes256Gcm = 2,
};
inline constexpr Format kDefaultFormat = Format::kXChaCha20Poly1305;

// The format of a name as it is written in settings; nothing when it is none.
std::optional<Format> FormatNamed(std::string_view name);
std::string_view NameOf(Format format);

// Bytes that sealing adds: the byte of format, the nonce, and a tag of 16 bytes.
inline constexpr size_t kSealBytes = 1 + 24 + 16;  // kXChaCha20Poly1305
size_t SealBytes(Format format);

// How something was sealed, by its first byte; nothing when that is none of the formats.
std::optional<Format> FormatOf(std::string_view sealed);

// `key` has kKeyBytes. `context` says where the sealed bytes belong; it is authenticated, not kept.
std::string Seal(Format format, const unsigned char* key, std::string_view plaintext,
                 std::string_view context);
inline std::string Seal(const unsigned char* key, std::string_view plaintext,
                        std::string_view context) {
  return Seal(kDefaultFormat, key, plaintext, context);
}

// DATA_LOSS when the bytes were altered, sealed with another key, or for another context.
absl::StatusOr<std::string> Open(const unsigned char* key, std::string_view sealed,
                                 std::string_view context);

}  // namespace avvik::secrecy
