#include "services/gateway/trace.h"

#include <openssl/rand.h>

#include <algorithm>

namespace avvik::gateway {
namespace {

constexpr size_t kIdLength = 32;
constexpr size_t kSpanLength = 16;

std::string RandomHex(size_t digits) {
  static constexpr char kHex[] = "0123456789abcdef";
  unsigned char bytes[kIdLength / 2];
  RAND_bytes(bytes, static_cast<int>(digits / 2));
  std::string text;
  for (size_t i = 0; i < digits / 2; ++i) {
    text.push_back(kHex[bytes[i] >> 4]);
    text.push_back(kHex[bytes[i] & 15]);
  }
  return text;
}

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsZero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

Trace ContinueTrace(std::string_view traceparent) {
  Trace trace;
  std::string flags = "01";
  // 00-<32>-<16>-<2>
  if (traceparent.size() == 55 && traceparent.substr(0, 3) == "00-" && traceparent[35] == '-' &&
      traceparent[52] == '-') {
    const std::string_view id = traceparent.substr(3, kIdLength);
    const std::string_view span = traceparent.substr(36, kSpanLength);
    const std::string_view received = traceparent.substr(53);
    if (IsHex(id) && IsHex(span) && IsHex(received) && !IsZero(id) && !IsZero(span)) {
      trace.id = id;
      flags = received;
    }
  }
  if (trace.id.empty()) trace.id = RandomHex(kIdLength);
  trace.parent = "00-" + trace.id + "-" + RandomHex(kSpanLength) + "-" + flags;
  return trace;
}

}  // namespace avvik::gateway
