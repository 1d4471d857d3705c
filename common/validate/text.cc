#include "common/validate/text.h"

#include <cstdint>
#include <cstring>

namespace avvik::validate {
namespace {

constexpr uint64_t kEachByte = 0x0101010101010101;
constexpr uint64_t kEachHigh = 0x8080808080808080;

// Whether eight bytes are all printable ASCII (0x20–0x7E). No byte is above 0x7F once the first
// term is zero, which makes the borrow of the second and the third harmless.
bool IsPrintable(uint64_t bytes) {
  uint64_t high = bytes & kEachHigh;
  uint64_t below_space = (bytes - kEachByte * 0x20) & kEachHigh;
  uint64_t is_delete = (bytes ^ kEachByte * 0x7F) - kEachByte;
  return (high | below_space | (is_delete & kEachHigh)) == 0;
}

// White space by Unicode, and characters that show nothing.
bool IsBlank(int c) {
  return c == 0x20 || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0xAD ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200F) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x2060 || c == 0x3000 || c == 0xFEFF;
}

bool IsLineBreak(int c) {
  return c == '\n' || c == '\r' || c == '\t' || c == 0x2028 || c == 0x2029;
}

bool IsControl(int c) { return c < 0x20 || (c >= 0x7F && c <= 0x9F); }

}  // namespace

int DecodeUtf8(std::string_view text, size_t* position) {
  auto byte = [&](size_t offset) -> int {
    size_t at = *position + offset;
    return at < text.size() ? static_cast<unsigned char>(text[at]) : -1;
  };
  auto is_tail = [](int b) { return b >= 0x80 && b <= 0xBF; };
  int first = byte(0);
  if (first < 0x80) {
    *position += 1;
    return first;
  }
  int length = first >= 0xC2 && first <= 0xDF   ? 2
               : first >= 0xE0 && first <= 0xEF ? 3
               : first >= 0xF0 && first <= 0xF4 ? 4
                                                : 0;
  if (length == 0) return -1;
  int code = first & (0xFF >> (length + 1));
  for (int i = 1; i < length; ++i) {
    int b = byte(static_cast<size_t>(i));
    if (!is_tail(b)) return -1;
    code = code << 6 | (b & 0x3F);
  }
  bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (overlong || surrogate || code > 0x10FFFF) return -1;
  *position += static_cast<size_t>(length);
  return code;
}

TextFacts Inspect(std::string_view text) {
  TextFacts facts;
  size_t at = 0;
  while (at < text.size()) {
    uint64_t bytes;
    if (at + sizeof bytes <= text.size()) {
      std::memcpy(&bytes, text.data() + at, sizeof bytes);
      if (IsPrintable(bytes)) {
        if (bytes != kEachByte * 0x20) facts.blank = false;
        facts.length += sizeof bytes;
        at += sizeof bytes;
        continue;
      }
    }
    int c = DecodeUtf8(text, &at);
    if (c < 0) {
      facts.valid_utf8 = false;
      return facts;
    }
    ++facts.length;
    if (!IsBlank(c)) facts.blank = false;
    if (IsLineBreak(c)) {
      facts.line_breaks = true;
    } else if (IsControl(c)) {
      facts.controls = true;
    }
  }
  return facts;
}

}  // namespace avvik::validate
