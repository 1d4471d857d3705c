#include "common/datafile/names.h"

#include <algorithm>

#include "common/validate/text.h"

namespace avvik::datafile {
namespace {

constexpr size_t kLongestName = 60;
constexpr size_t kLongestQuote = 40;

char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = Upper(c);
  return upper;
}

// UNIT_TYPE_ for UnitType.
std::string PrefixOf(const google::protobuf::EnumDescriptor* type) {
  std::string prefix;
  for (char c : type->name()) {
    if (c >= 'A' && c <= 'Z' && !prefix.empty()) prefix += '_';
    prefix += Upper(c);
  }
  return prefix + "_";
}

// How many letters must be put in, taken out or changed, or neighbours swapped
// (Damerau–Levenshtein, optimal string alignment).
size_t Distance(const std::string& a, const std::string& b) {
  std::vector<size_t> two_above, above(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] =
          std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], two_above[j - 2] + 1);
      }
    }
    two_above = above;
    above = row;
  }
  return above[b.size()];
}

}  // namespace

const google::protobuf::EnumValueDescriptor* FindEnumValue(
    const google::protobuf::EnumDescriptor* type, std::string_view text) {
  std::string wanted = Upper(text);
  if (const auto* value = type->FindValueByName(wanted)) return value;
  return type->FindValueByName(PrefixOf(type) + wanted);
}

std::string ShortName(const google::protobuf::EnumValueDescriptor* value) {
  std::string prefix = PrefixOf(value->type());
  return value->name().rfind(prefix, 0) == 0 ? value->name().substr(prefix.size()) : value->name();
}

std::string Nearest(std::string_view text, const std::vector<std::string>& names) {
  if (text.empty() || text.size() > kLongestName) return "";
  std::string wanted = Upper(text);
  std::string nearest;
  size_t least = std::max<size_t>(1, text.size() / 3) + 1;
  for (const std::string& name : names) {
    size_t distance = Distance(wanted, Upper(name));
    if (distance < least) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

std::string Quote(std::string_view text) {
  std::string quoted = "`";
  size_t i = 0;
  for (size_t characters = 0; i < text.size() && characters < kLongestQuote; ++characters) {
    const size_t start = i;
    if (validate::DecodeUtf8(text, &i) < 0) {
      // An escape can write what is no character, such as half of a pair of surrogates.
      quoted += "\uFFFD";
      ++i;
    } else if (text[start] == '\n' || text[start] == '\r' || text[start] == '\t') {
      quoted += ' ';
    } else {
      quoted += text.substr(start, i - start);
    }
  }
  return quoted + (i < text.size() ? "…`" : "`");
}

}  // namespace avvik::datafile
