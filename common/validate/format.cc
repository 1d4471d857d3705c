#include "common/validate/format.h"

#include <algorithm>

namespace avvik::validate {
namespace {

using options::v1::Format;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsAlphanumeric(char c) { return IsDigit(c) || IsLower(c) || (c >= 'A' && c <= 'Z'); }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool IsVisible(char c) { return c > ' ' && c <= '~'; }

template <typename Predicate>
bool All(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

bool IsSlug(std::string_view text) {
  return (IsLower(text[0]) || IsDigit(text[0])) && All(text, [](char c) {
           return IsLower(c) || IsDigit(c) || c == '-' || c == '_' || c == '.';
         });
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !IsHex(text[i])) return false;
  }
  return true;
}

// AVV-<year>-<six digits or more>.
bool IsCaseNumber(std::string_view text) {
  constexpr std::string_view kPrefix = "AVV-";
  if (text.size() < 15 || text.size() > 21 || text.substr(0, 4) != kPrefix) return false;
  return All(text.substr(4, 4), IsDigit) && text[8] == '-' && All(text.substr(9), IsDigit);
}

bool IsAtext(char c) {
  return IsAlphanumeric(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

// Calls `check` for each part between the dots; false when it says so or a part is empty.
template <typename Check>
bool EachPart(std::string_view text, Check check) {
  for (;;) {
    size_t dot = text.find('.');
    std::string_view part = text.substr(0, dot);
    if (part.empty() || !check(part)) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

// RFC 5321, dot-string local part and host name (no quoted local part, no address literal).
bool IsEmail(std::string_view text) {
  size_t at = text.find('@');
  if (at == std::string_view::npos || at > 64 || text.size() > 254) return false;
  bool local =
      EachPart(text.substr(0, at), [](std::string_view part) { return All(part, IsAtext); });
  return local && EachPart(text.substr(at + 1), [](std::string_view label) {
           return label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
                  All(label, [](char c) { return IsAlphanumeric(c) || c == '-'; });
         });
}

}  // namespace

bool HasFormat(Format format, std::string_view text) {
  if (format == options::v1::FORMAT_UNSPECIFIED) return true;
  if (text.empty()) return false;
  switch (format) {
    case options::v1::FORMAT_SLUG:
      return IsSlug(text);
    case options::v1::FORMAT_UUID:
      return IsUuid(text);
    case options::v1::FORMAT_LANGUAGE:
      return text == "sv" || text == "da" || text == "en";
    case options::v1::FORMAT_EMAIL:
      return IsEmail(text);
    case options::v1::FORMAT_CASE_NUMBER:
      return IsCaseNumber(text);
    case options::v1::FORMAT_CASE_REFERENCE:
      return IsUuid(text) || IsCaseNumber(text);
    case options::v1::FORMAT_TOKEN:
      return All(text, IsVisible);
    default:
      return false;
  }
}

std::string_view Expectation(Format format) {
  switch (format) {
    case options::v1::FORMAT_SLUG:
      return "begin with a letter or digit and hold only a-z, 0-9, `-`, `_` and `.`";
    case options::v1::FORMAT_UUID:
      return "be a UUID, such as `0192d3a4-5b6c-7d8e-9f01-23456789abcd`";
    case options::v1::FORMAT_LANGUAGE:
      return "be `sv`, `da` or `en`";
    case options::v1::FORMAT_EMAIL:
      return "be an e-mail address, such as `anna.berg@kalix.example`";
    case options::v1::FORMAT_CASE_NUMBER:
      return "be a case number, such as `AVV-2026-000123`";
    case options::v1::FORMAT_CASE_REFERENCE:
      return "be a UUID or a case number, such as `AVV-2026-000123`";
    case options::v1::FORMAT_TOKEN:
      return "hold only visible ASCII characters, without spaces";
    default:
      return "have the form its proto names";
  }
}

}  // namespace avvik::validate
