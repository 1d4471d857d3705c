#include "common/outgoing/outgoing_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace avvik::outgoing {
namespace {

using Text = std::u32string;
using View = std::u32string_view;

constexpr bool IsDigit(char32_t c) { return c >= U'0' && c <= U'9'; }
constexpr bool IsBlank(char32_t c) { return c == U' ' || c == U'\t' || c == U'\u00a0' || c == U'\u202f'; }
constexpr bool IsDash(char32_t c) { return c == U'-' || (c >= U'\u2010' && c <= U'\u2015') || c == U'\u2212'; }

// Letters of the languages that markings are written in, in lower case.
constexpr char32_t Lower(char32_t c) {
  if (c >= U'A' && c <= U'Z') return c + 32;
  if (c >= U'\u00c0' && c <= U'\u00de' && c != U'\u00d7') return c + 32;
  return c;
}
constexpr bool IsLetter(char32_t c) {
  return (Lower(c) >= U'a' && Lower(c) <= U'z') || (c >= U'\u00c0' && c <= U'\u024f' && c != U'\u00d7' && c != U'\u00f7');
}
constexpr bool IsWord(char32_t c) { return IsLetter(c) || IsDigit(c); }

Text Decode(std::string_view bytes) {
  Text text;
  for (std::size_t i = 0; i < bytes.size();) {
    const auto at = [&](std::size_t place) { return static_cast<unsigned char>(bytes[place]); };
    const unsigned char first = at(i);
    const std::size_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
    char32_t point = more == 0 ? first : first & (0x3f >> more);
    bool whole = i + more < bytes.size();
    for (std::size_t k = 1; whole && k <= more; ++k) {
      whole = (at(i + k) & 0xc0) == 0x80;
      point = (point << 6) | (at(i + k) & 0x3f);
    }
    text.push_back(whole ? point : first);
    i += whole ? more + 1 : 1;
  }
  return text;
}

using Digits = std::vector<int>;

int Number(const Digits& digits, std::size_t from, std::size_t count) {
  int number = 0;
  for (std::size_t i = from; i < from + count; ++i) number = number * 10 + digits[i];
  return number;
}

// The century is often not said, so 29 February is taken for any year that has no other.
bool IsDate(int month, int day) {
  constexpr std::array kDays = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month >= 1 && month <= 12 && day >= 1 && day <= kDays[static_cast<std::size_t>(month - 1)];
}

// The last ten of `digits`: two of the year, month, day (60 more in a coordination number), number, check digit.
bool IsSwedish(const Digits& digits) {
  const std::size_t start = digits.size() - 10;
  if (start == 2) {
    const int century = Number(digits, 0, 2);
    if (century < 18 || century > 20) return false;
  }
  const int day = Number(digits, start + 4, 2);
  if (!IsDate(Number(digits, start + 2, 2), day > 60 ? day - 60 : day)) return false;
  int sum = 0;
  for (std::size_t i = 0; i < 10; ++i) {
    const int product = digits[start + i] * (i % 2 == 0 ? 2 : 1);
    sum += product / 10 + product % 10;
  }
  return sum % 10 == 0;
}

bool IsDanish(const Digits& digits, bool apart) {
  if (digits.size() != 10 || !IsDate(Number(digits, 2, 2), Number(digits, 0, 2))) return false;
  constexpr std::array kWeights = {4, 3, 2, 7, 6, 5, 4, 3, 2, 1};
  int sum = 0;
  for (std::size_t i = 0; i < 10; ++i) sum += digits[i] * kWeights[i];
  return apart || sum % 11 == 0;
}

// Digits from `begin`: six or eight, perhaps a break, and four more, with nothing of a word or number on either side.
struct Candidate {
  Digits digits;
  bool apart = false;    // Whether something stands between the parts.
  bool swedish = false;  // Whether what stands there is written in Sweden only: a plus sign.
  std::size_t end = 0;
};

std::optional<Candidate> CandidateAt(const Text& text, std::size_t begin, std::size_t first) {
  Candidate candidate;
  std::size_t i = begin;
  while (i < text.size() && IsDigit(text[i]) && candidate.digits.size() < first) {
    candidate.digits.push_back(static_cast<int>(text[i++] - U'0'));
  }
  if (candidate.digits.size() < first) return std::nullopt;
  const std::size_t before = i;
  while (i < text.size() && IsBlank(text[i])) ++i;
  if (i < text.size() && (IsDash(text[i]) || text[i] == U'+')) {
    candidate.swedish = text[i] == U'+';
    ++i;
    while (i < text.size() && IsBlank(text[i])) ++i;
  }
  candidate.apart = i > before;
  for (int k = 0; k < 4; ++k) {
    if (i >= text.size() || !IsDigit(text[i])) return std::nullopt;
    candidate.digits.push_back(static_cast<int>(text[i++] - U'0'));
  }
  if (i < text.size() && IsWord(text[i])) return std::nullopt;
  if (i + 1 < text.size() && IsDash(text[i]) && IsDigit(text[i + 1])) return std::nullopt;
  candidate.end = i;
  return candidate;
}

// Whether a number may begin here: neither inside another nor behind a country code.
bool MayBegin(const Text& text, std::size_t at) {
  if (!IsDigit(text[at])) return false;
  if (at == 0) return true;
  const char32_t before = text[at - 1];
  if (IsWord(before) || before == U'+') return false;
  return !(IsDash(before) && at > 1 && IsWord(text[at - 2]));
}

void FindNumbers(const Text& text, std::vector<Finding>& findings) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!MayBegin(text, i)) continue;
    for (const std::size_t first : {std::size_t{8}, std::size_t{6}}) {
      const std::optional<Candidate> candidate = CandidateAt(text, i, first);
      if (!candidate) continue;
      std::optional<FindingKind> kind;
      if (IsSwedish(candidate->digits)) {
        kind = FindingKind::kSwedishIdentityNumber;
      } else if (!candidate->swedish && IsDanish(candidate->digits, candidate->apart)) {
        kind = FindingKind::kDanishIdentityNumber;
      }
      if (!kind) continue;
      findings.push_back({*kind, static_cast<int>(i), static_cast<int>(candidate->end - i)});
      i = candidate->end - 1;
      break;
    }
  }
}

// Several words count however they are written.
constexpr View kClasses[] = {
    U"kvalificerat hemlig", U"kvalificerat hemligt", U"begränsat hemlig", U"begränsat hemligt",
    U"yderst hemmeligt", U"yderst hemmelig", U"til tjenestebrug",
    U"eu top secret", U"eu secret", U"eu confidential", U"eu restricted",
    U"très secret ue", U"secret ue", U"confidentiel ue", U"restreint ue",
    U"cosmic top secret", U"nato secret", U"nato confidential", U"nato restricted"};
// These are everyday words too.
constexpr View kEveryday[] = {U"hemlig", U"hemligt", U"konfidentiell", U"konfidentiellt",
                              U"hemmeligt", U"hemmelig", U"fortroligt", U"fortrolig"};
// What stands before a class that is meant as one.
constexpr View kSaysClass[] = {U"säkerhetsskyddsklass", U"säkerhetsskyddsklassen", U"säkerhetsklass",
                               U"klass", U"klassen", U"klassad som", U"klassificerad som",
                               U"klassificerat som", U"klassificeret", U"klassificeret som",
                               U"klassifikation", U"klassifikationsgrad", U"markerad", U"märkt",
                               U"mærket", U"stämplad", U"stemplet"};

// Where `words` ends when it stands at `at` as whole words, blanks between them as they come; otherwise npos.
std::size_t EndOf(const Text& lower, std::size_t at, View words) {
  if (at > 0 && IsWord(lower[at - 1])) return Text::npos;
  for (const char32_t c : words) {
    if (c == U' ') {
      const std::size_t before = at;
      while (at < lower.size() && (IsBlank(lower[at]) || lower[at] == U'\n' || lower[at] == U'\r')) ++at;
      if (at == before) return Text::npos;
    } else {
      if (at >= lower.size() || lower[at] != c) return Text::npos;
      ++at;
    }
  }
  return at < lower.size() && IsWord(lower[at]) ? Text::npos : at;
}

bool IsCapitals(const Text& text, const Text& lower, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    if (text[i] == lower[i]) return false;
  }
  return true;
}

bool IsAloneOnLine(const Text& text, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i > 0 && text[i - 1] != U'\n'; --i) {
    if (IsWord(text[i - 1])) return false;
  }
  for (std::size_t i = end; i < text.size() && text[i] != U'\n'; ++i) {
    if (IsWord(text[i])) return false;
  }
  return true;
}

bool IsCalledClass(const Text& lower, std::size_t begin) {
  std::size_t end = begin;
  while (end > 0 && !IsWord(lower[end - 1]) && lower[end - 1] != U'.' && lower[end - 1] != U'\n') --end;
  if (end == 0 || end == begin || !IsWord(lower[end - 1])) return false;
  return std::any_of(std::begin(kSaysClass), std::end(kSaysClass), [&](View words) {
    return words.size() <= end && EndOf(lower, end - words.size(), words) == end;
  });
}

void FindMarkings(const Text& text, std::vector<Finding>& findings) {
  Text lower(text.size(), U' ');
  std::transform(text.begin(), text.end(), lower.begin(), Lower);
  const auto found = [&](std::size_t begin, std::size_t end) {
    findings.push_back({FindingKind::kClassifiedMarking, static_cast<int>(begin), static_cast<int>(end - begin)});
  };
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if (!IsLetter(lower[i]) || (i > 0 && IsWord(lower[i - 1]))) continue;
    std::size_t end = Text::npos;
    for (const View words : kClasses) {
      if (end = EndOf(lower, i, words); end != Text::npos) break;
    }
    for (const View word : kEveryday) {
      if (end != Text::npos) break;
      const std::size_t after = EndOf(lower, i, word);
      if (after != Text::npos && (IsCapitals(text, lower, i, after) || IsAloneOnLine(text, i, after) ||
                                  IsCalledClass(lower, i))) {
        end = after;
      }
    }
    if (end == Text::npos) continue;
    found(i, end);
    i = end - 1;
  }
}

}  // namespace

std::vector<Finding> Check(std::string_view text) {
  const Text points = Decode(text);
  std::vector<Finding> findings;
  FindNumbers(points, findings);
  FindMarkings(points, findings);
  std::sort(findings.begin(), findings.end(),
            [](const Finding& a, const Finding& b) { return a.offset < b.offset; });
  return findings;
}

}  // namespace avvik::outgoing
