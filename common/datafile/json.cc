#include "nlohmann/json.hpp"

#include <cstdint>

#include "common/datafile/tree.h"

namespace avvik::datafile {
namespace {

using nlohmann::json;

// Takes note of the first error and of nothing else.
class ErrorFinder : public nlohmann::json_sax<json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(size_t position, const std::string&, const json::exception& error) override {
    offset = position;
    what = error.what();
    return false;
  }

  size_t offset = 0;  // Behind the offending byte.
  std::string what;
};

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return (c | 0x20) - 'a' + 10;
}

// The UTF-16 unit of `\uXXXX` at `at`; -1 when there is no such escape.
int UnitAt(const std::string& text, size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return -1;
  int unit = 0;
  for (size_t i = at + 2; i < at + 6; ++i) unit = unit << 4 | HexDigit(text[i]);
  return unit;
}

void AppendUtf8(uint32_t code, std::string* out) {
  out->push_back(static_cast<char>(0xF0 | code >> 18));
  out->push_back(static_cast<char>(0x80 | (code >> 12 & 0x3F)));
  out->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
  out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
}

}  // namespace

bool IsJson(const std::string& text, Fault* fault) {
  ErrorFinder finder;
  if (json::sax_parse(text, &finder)) return true;
  size_t end = finder.offset == 0 ? 0 : std::min(finder.offset - 1, text.size());
  for (size_t i = 0; i < end; ++i) {
    bool line_break = text[i] == '\n';
    bool tail = (text[i] & 0xC0) == 0x80;
    if (line_break) ++fault->at.line;
    fault->at.column = line_break ? 1 : fault->at.column + (tail ? 0 : 1);
  }
  // The library's text is "[…] parse error at line 1, column 2: <reason>".
  size_t reason = finder.what.find(": ");
  fault->what = "is not JSON: " +
                (reason == std::string::npos ? finder.what : finder.what.substr(reason + 2));
  return false;
}

std::string JoinSurrogates(const std::string& json) {
  std::string out;
  out.reserve(json.size());
  for (size_t i = 0; i < json.size();) {
    if (json[i] != '\\') {
      out += json[i++];
      continue;
    }
    int high = UnitAt(json, i);
    int low = high >= 0xD800 && high <= 0xDBFF ? UnitAt(json, i + 6) : -1;
    if (low >= 0xDC00 && low <= 0xDFFF) {
      AppendUtf8(static_cast<uint32_t>(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)), &out);
      i += 12;
    } else {
      out.append(json, i, 2);
      i += 2;
    }
  }
  return out;
}

}  // namespace avvik::datafile
