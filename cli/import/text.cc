#include "cli/import/text.h"

#include <array>
#include <optional>

#include "common/validate/text.h"

namespace avvik::cli {
namespace {

// What Windows-1252 has at 0x80 to 0x9F; zero where it has nothing, which counts as the control
// character of Latin-1.
constexpr std::array<int, 32> kWindows1252 = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

void Append(int code, std::string* out) {
  if (code < 0x80) {
    out->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out->push_back(static_cast<char>(0xC0 | code >> 6));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else if (code < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | code >> 12));
    out->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xF0 | code >> 18));
    out->push_back(static_cast<char>(0x80 | (code >> 12 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

// The byte that was read as this character; nothing when no byte is.
std::optional<unsigned char> ByteOf(int code) {
  if (code < 0x100) return static_cast<unsigned char>(code);
  for (size_t i = 0; i < kWindows1252.size(); ++i) {
    if (kWindows1252[i] == code) return static_cast<unsigned char>(0x80 + i);
  }
  return std::nullopt;
}

bool IsSpace(int code) {
  switch (code) {
    case ' ':
    case '\t':
    case '\n':
    case '\v':
    case '\f':
    case '\r':
    case 0x85:    // Next line.
    case 0xA0:    // No-break space.
    case 0x2007:  // Figure space.
    case 0x2028:
    case 0x2029:
    case 0x202F:  // Narrow no-break space.
    case 0x3000:
    case 0xFEFF:  // Byte order mark.
      return true;
    default:
      return false;
  }
}

int Lower(int code) {
  if (code >= 'A' && code <= 'Z') return code + 32;
  if (code >= 0xC0 && code <= 0xDE && code != 0xD7) return code + 32;
  if ((code >= 0x100 && code <= 0x137) || (code >= 0x14A && code <= 0x177)) return code | 1;
  if ((code >= 0x139 && code <= 0x148) || (code >= 0x179 && code <= 0x17E)) return code + code % 2;
  return code;
}

// Calls `act(code, bytes)` for each character; a byte that is no UTF-8 comes with the code -1.
template <typename Act>
void EachCharacter(std::string_view text, Act act) {
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    const int code = validate::DecodeUtf8(text, &at);
    if (code < 0) at = begin + 1;
    act(code, text.substr(begin, at - begin));
  }
}

}  // namespace

std::string Trim(std::string_view text) {
  size_t begin = text.size(), end = 0, place = 0;
  EachCharacter(text, [&](int code, std::string_view bytes) {
    if (!IsSpace(code)) {
      if (begin == text.size()) begin = place;
      end = place + bytes.size();
    }
    place += bytes.size();
  });
  return begin < end ? std::string(text.substr(begin, end - begin)) : std::string();
}

std::string DrawTogether(std::string_view text) {
  std::string out;
  bool space = false;
  EachCharacter(text, [&](int code, std::string_view bytes) {
    if (IsSpace(code)) {
      space = true;
      return;
    }
    if (space && !out.empty()) out.push_back(' ');
    space = false;
    out.append(bytes);
  });
  return out;
}

std::string Fold(std::string_view text) {
  std::string out;
  EachCharacter(DrawTogether(text), [&](int code, std::string_view bytes) {
    if (code < 0) {
      out.append(bytes);
    } else {
      Append(Lower(code), &out);
    }
  });
  return out;
}

std::string CutToLength(const std::string& text, size_t length) {
  size_t count = 0, place = 0;
  size_t hard = 0;                  // Where length - 1 characters end.
  size_t soft = 0, soft_count = 0;  // The last end of a word up to there.
  bool in_word = false;
  EachCharacter(text, [&](int code, std::string_view bytes) {
    if (IsSpace(code) && in_word && count < length) {
      soft = place;
      soft_count = count;
    }
    in_word = !IsSpace(code);
    place += bytes.size();
    if (++count == length - 1) hard = place;
  });
  if (count <= length) return text;
  return Trim(text.substr(0, soft_count * 2 >= length ? soft : hard)) + "…";
}

bool IsUtf8(std::string_view text) { return validate::Inspect(text).valid_utf8; }

std::string UndoDoubleEncoding(const std::string& text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    // The bytes that up to four characters from here were, as long as they look like one character
    // of UTF-8.
    std::string bytes;
    size_t ends[4] = {};
    size_t next = at;
    while (bytes.size() < 4 && next < text.size()) {
      const int code = validate::DecodeUtf8(text, &next);
      const auto byte = code < 0 ? std::nullopt : ByteOf(code);
      if (!byte || (bytes.empty() ? *byte < 0xC2 : (*byte & 0xC0) != 0x80)) break;
      ends[bytes.size()] = next;
      bytes.push_back(static_cast<char>(*byte));
    }
    size_t decoded = bytes.size();
    while (decoded >= 2) {
      size_t position = 0;
      const std::string_view part = std::string_view(bytes).substr(0, decoded);
      if (validate::DecodeUtf8(part, &position) >= 0 && position == decoded) break;
      --decoded;
    }
    if (decoded >= 2) {
      out.append(bytes, 0, decoded);
      at = ends[decoded - 1];
      continue;
    }
    const size_t begin = at;
    if (validate::DecodeUtf8(text, &at) < 0) at = begin + 1;
    out.append(text, begin, at - begin);
  }
  return out;
}

std::string FromWindows1252(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    const bool special = byte >= 0x80 && byte < 0xA0 && kWindows1252[byte - 0x80] != 0;
    Append(special ? kWindows1252[byte - 0x80] : byte, &out);
  }
  return out;
}

}  // namespace avvik::cli
