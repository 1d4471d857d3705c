#include "services/gateway/utf8.h"

#include "common/validate/text.h"

namespace avvik::gateway {

size_t FindInvalidUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    if (validate::DecodeUtf8(text, &at) < 0) return at;
  }
  return std::string_view::npos;
}

std::string CutUtf8(std::string_view text, size_t most) {
  if (text.size() <= most) return std::string(text);
  size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end));
}

std::string WhyNotText(std::string_view text) {
  if (!validate::Inspect(text).valid_utf8) return "is not valid UTF-8";
  if (text.find('\0') != std::string_view::npos) return "must not contain the character U+0000";
  return "";
}

}  // namespace avvik::gateway
