#include "common/ids/id_source.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace avvik {
namespace {

std::string Format(const std::array<uint8_t, 16>& bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    text.push_back(kHex[bytes[i] >> 4]);
    text.push_back(kHex[bytes[i] & 15]);
  }
  return text;
}

}  // namespace

std::string Uuid7Source::Next() {
  std::array<uint8_t, 16> bytes;
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  int64_t ms;
  uint32_t counter;
  {
    std::lock_guard lock(mutex_);
    ms = std::max(absl::ToUnixMillis(clock_.Now()), last_ms_);
    if (ms == last_ms_) {
      // A full counter borrows from the next millisecond, so that order holds in any burst.
      if (++counter_ > 0xfff) {
        counter_ = 0;
        ++ms;
      }
    } else {
      counter_ = 0;
    }
    last_ms_ = ms;
    counter = counter_;
  }
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<uint8_t>(ms >> (40 - 8 * i));
  bytes[6] = static_cast<uint8_t>(0x70 | (counter >> 8));
  bytes[7] = static_cast<uint8_t>(counter);
  bytes[8] = static_cast<uint8_t>(0x80 | (bytes[8] & 0x3f));
  return Format(bytes);
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

}  // namespace avvik
