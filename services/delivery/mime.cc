#include "services/delivery/mime.h"

#include <openssl/evp.h>

#include <algorithm>

#include "avvik/options/v1/field.pb.h"
#include "common/validate/format.h"
#include "common/validate/text.h"

namespace avvik::delivery {
namespace {

constexpr char kHex[] = "0123456789ABCDEF";
constexpr size_t kLongestPlainText = 60;
// A line with an encoded word holds at most 76 characters (RFC 2047 section 2): 12 of frame, 52 of
// base64 for 39 bytes, and the header's name before the first.
constexpr size_t kBytesPerWord = 39;
constexpr size_t kLongestLine = 76;

bool IsPrintableAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::string Base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

// Encoded words, each of whole characters (RFC 2047 section 5), one a line.
std::string EncodedWords(std::string_view text) {
  std::string words;
  size_t begin = 0;
  while (begin < text.size()) {
    size_t end = std::min(begin + kBytesPerWord, text.size());
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    if (!words.empty()) words += "\r\n ";
    words += "=?UTF-8?B?" + Base64(text.substr(begin, end - begin)) + "?=";
    begin = end;
  }
  return words;
}

}  // namespace

bool IsHeaderSafe(std::string_view text) {
  const validate::TextFacts facts = validate::Inspect(text);
  return facts.valid_utf8 && !facts.controls && !facts.line_breaks;
}

bool IsMailAddress(std::string_view text) {
  return text.size() <= 254 && validate::HasFormat(options::v1::FORMAT_EMAIL, text) &&
         text.find_first_of("<>()[]\\,;:\"") == std::string_view::npos;
}

std::string EncodeHeaderText(std::string_view text) {
  // What looks like an encoded word must be encoded itself, or it would be decoded.
  if (text.size() <= kLongestPlainText && IsPrintableAscii(text) &&
      text.find("=?") == std::string_view::npos) {
    return std::string(text);
  }
  return EncodedWords(text);
}

std::string EncodePhrase(std::string_view text) {
  if (text.size() > kLongestPlainText || !IsPrintableAscii(text)) return EncodedWords(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return quoted + "\"";
}

std::string QuotedPrintable(std::string_view text) {
  std::string encoded;
  size_t line = 0;  // Length of the present line.
  const auto add = [&](std::string_view piece, bool last_of_line) {
    // A soft line break takes a character of the line itself.
    if (line + piece.size() > kLongestLine - (last_of_line ? 0 : 1)) {
      encoded += "=\r\n";
      line = 0;
    }
    encoded += piece;
    line += piece.size();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool ends_here = i + 1 == text.size() || text[i + 1] == '\n' ||
                           (text[i + 1] == '\r' && i + 2 < text.size() && text[i + 2] == '\n');
    if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (c == '\n') {
      encoded += "\r\n";
      line = 0;
      continue;
    }
    const bool space = c == ' ' || c == '\t';
    const bool plain = (c > 0x20 && c < 0x7f && c != '=') || (space && !ends_here);
    if (plain) {
      add({&c, 1}, ends_here);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      const char escaped[] = {'=', kHex[byte >> 4], kHex[byte & 15]};
      add({escaped, 3}, ends_here);
    }
  }
  return encoded;
}

}  // namespace avvik::delivery
