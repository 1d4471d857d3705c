#include "common/document/clean_text.h"

#include <cstdint>

namespace avvik::document {
namespace {

constexpr uint32_t kNone = 0xFFFFFFFF;

// Takes the next code point off the front; kNone for a byte that begins none.
uint32_t Next(std::string_view* text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>((*text)[i]); };
  const unsigned char first = byte(0);
  const size_t length = first < 0x80    ? 1
                        : first >= 0xF0 ? 4
                        : first >= 0xE0 ? 3
                        : first >= 0xC2 ? 2
                                        : 0;
  uint32_t code = length == 1 ? first : first & (0x7Fu >> length);
  bool whole = length > 0 && first < 0xF5 && text->size() >= length;
  for (size_t i = 1; whole && i < length; ++i) {
    whole = (byte(i) & 0xC0) == 0x80;
    code = code << 6 | (byte(i) & 0x3F);
  }
  const bool shortest = (length != 3 || code >= 0x800) && (length != 4 || code >= 0x10000);
  if (!whole || !shortest || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
    text->remove_prefix(1);
    return kNone;
  }
  text->remove_prefix(length);
  return code;
}

bool LeftOut(uint32_t code) {
  return (code < 0x20 && code != '\n') || (code >= 0x7F && code < 0xA0) || code == 0xFEFF ||
         (code >= 0x200E && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x206F) || (code & 0xFFFE) == 0xFFFE || code >= 0xE0000;
}

}  // namespace

std::string CleanText(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const std::string_view before = text;
    const uint32_t code = Next(&text);
    if (code == kNone) {
      clean.append("\xEF\xBF\xBD");
    } else if (code == '\r') {
      if (text.empty() || text.front() != '\n') clean.push_back('\n');
    } else if (code == '\t') {
      clean.push_back(' ');
    } else if (code == 0x85 || code == 0x2028 || code == 0x2029) {
      clean.push_back('\n');
    } else if (!LeftOut(code)) {
      clean.append(before.substr(0, before.size() - text.size()));
    }
  }
  const size_t end = clean.find_last_not_of(" \n");
  clean.resize(end == std::string::npos ? 0 : end + 1);
  return clean;
}

}  // namespace avvik::document
