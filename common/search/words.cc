#include "common/search/words.h"

#include <algorithm>
#include <optional>
#include <set>

namespace avvik::search {
namespace {

constexpr size_t kShortestStem = 4;

// Letters U+00C0–U+017F in their plain form, in order; a dot for what is no letter. Those that stay as they are
// (Å Ä Æ Ö Ø) are taken care of before.
constexpr std::string_view kPlain =
    "aaaaaaaceeeeiiiidnooooo.ouuuuyts"
    "aaaaaaaceeeeiiiidnooooo.ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(kPlain.size() == 0x180 - 0xc0);

constexpr char32_t kEnd = 0;      // What ends a word.
constexpr char32_t kNothing = 1;  // What is no letter of its own.
constexpr char32_t kRing = 0x30a;
constexpr char32_t kDots = 0x308;

// Endings that are taken off, the longest that fits.
constexpr std::u32string_view kEndings[] = {
    U"heterna", U"hetens", U"heten", U"heter", U"andes", U"arnas", U"ernas", U"ornas", U"arens", U"anden",
    U"andet",   U"ingen",  U"ernes", U"arna",  U"erna",  U"orna",  U"ande",  U"arne",  U"aste",  U"aren",
    U"ades",    U"erns",   U"ende",  U"erne",  U"ede",   U"ade",   U"are",   U"ens",   U"ern",   U"het",
    U"ast",     U"ers",    U"ets",   U"ene",   U"ing",   U"ad",    U"en",    U"ar",    U"er",    U"or",
    U"as",      U"es",     U"at",    U"et",    U"ed",    U"an",    U"a",     U"e",     U"s",
};

// What stands in nearly every text, in the form that words have here.
const std::set<std::u32string, std::less<>>& Common() {
  static const std::set<std::u32string, std::less<>> common = {
      // Swedish
      U"och", U"att", U"det", U"som", U"en", U"ett", U"på", U"är", U"av", U"för", U"med", U"den", U"till", U"var",
      U"har", U"inte", U"om", U"jag", U"de", U"vi", U"han", U"hon", U"men", U"så", U"från", U"kan", U"när", U"vid",
      U"hade", U"sig", U"eller", U"ut", U"nu", U"där", U"då", U"min", U"mig", U"dem", U"över", U"oss", U"blev", U"vad",
      U"in", U"sin", U"under", U"detta", U"denna", U"dessa", U"här", U"blir", U"bli", U"ska", U"skulle", U"också",
      U"efter", U"upp", U"vara", U"varit", U"någon", U"något", U"några", U"utan", U"mot", U"hos",
      // Danish
      U"og", U"at", U"er", U"af", U"til", U"ikke", U"jeg", U"vi", U"har", U"fra", U"der", U"et", U"på", U"hun", U"men",
      U"så", U"kan", U"ved", U"var", U"blev", U"hvad", U"når", U"eller", U"skal", U"også", U"efter", U"op", U"være",
      U"været", U"nogen", U"noget", U"uden", U"mod", U"hos", U"os", U"dem", U"denne", U"dette", U"disse",
      // English
      U"the", U"and", U"of", U"to", U"is", U"it", U"that", U"was", U"for", U"on", U"with", U"as", U"be", U"by", U"this",
      U"are", U"or", U"an", U"we", U"not", U"has", U"have", U"had", U"from", U"but", U"they",
      // The beginning of every case's number.
      U"avv",
  };
  return common;
}

// The code point at `*at`, which moves behind it; U+FFFD for what is not UTF-8.
char32_t Next(std::string_view text, size_t* at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte((*at)++);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc2 ? 1 : 0;
  if (more == 0 || lead > 0xf4) return 0xfffd;
  char32_t code = lead & (0x3f >> more);
  for (int i = 0; i < more; ++i) {
    if (*at >= text.size() || (byte(*at) & 0xc0) != 0x80) return 0xfffd;
    code = code << 6 | (byte((*at)++) & 0x3f);
  }
  return code;
}

bool IsDigit(char32_t letter) { return letter >= '0' && letter <= '9'; }

char32_t Folded(char32_t code) {
  if (code >= 'A' && code <= 'Z') return code + ('a' - 'A');
  if ((code >= 'a' && code <= 'z') || IsDigit(code)) return code;
  if (code == 0xad) return kNothing;  // A soft hyphen.
  if (code < 0xc0) return kEnd;
  if (code < 0x180) {
    const char32_t small = code < 0xe0 ? code + 0x20 : code;
    if (small == U'å' || small == U'ä' || small == U'æ' || small == U'ö' || small == U'ø') return small;
    const char plain = kPlain[code - 0xc0];
    return plain == '.' ? kEnd : static_cast<char32_t>(plain);
  }
  if (code >= 0x300 && code <= 0x36f) return kNothing;    // Combining marks.
  if (code >= 0x200b && code <= 0x200d) return kNothing;  // Of no width.
  if (code >= 0xfe00 && code <= 0xfe0f) return kNothing;  // Variation selectors.
  if (code == 0xfeff) return kNothing;
  if ((code >= 0x2000 && code <= 0x2bff) || (code >= 0x3000 && code <= 0x303f)) return kEnd;
  if (code == 0xfffd || code >= 0x1f000) return kEnd;     // Pictures.
  return code;
}

std::string Utf8(std::u32string_view word) {
  std::string text;
  for (const char32_t code : word) {
    if (code < 0x80) {
      text.push_back(static_cast<char>(code));
    } else if (code < 0x800) {
      text.push_back(static_cast<char>(0xc0 | code >> 6));
      text.push_back(static_cast<char>(0x80 | (code & 0x3f)));
    } else if (code < 0x10000) {
      text.push_back(static_cast<char>(0xe0 | code >> 12));
      text.push_back(static_cast<char>(0x80 | (code >> 6 & 0x3f)));
      text.push_back(static_cast<char>(0x80 | (code & 0x3f)));
    } else {
      text.push_back(static_cast<char>(0xf0 | code >> 18));
      text.push_back(static_cast<char>(0x80 | (code >> 12 & 0x3f)));
      text.push_back(static_cast<char>(0x80 | (code >> 6 & 0x3f)));
      text.push_back(static_cast<char>(0x80 | (code & 0x3f)));
    }
  }
  return text;
}

// How long the case number at the beginning of the text is; nothing when none stands there.
std::optional<size_t> CaseNumberAt(std::string_view text) {
  const auto digits = [&](size_t from) {
    size_t to = from;
    while (to < text.size() && IsDigit(static_cast<unsigned char>(text[to]))) ++to;
    return to;
  };
  if (text.size() < 15 || (text[0] | 0x20) != 'a' || (text[1] | 0x20) != 'v' ||
      (text[2] | 0x20) != 'v' || text[3] != '-' || digits(4) != 8 || text[8] != '-') {
    return std::nullopt;
  }
  const size_t end = digits(9);
  return end - 9 < 6 || end > kMostLetters ? std::nullopt : std::optional<size_t>(end);
}

void Stem(std::u32string* word) {
  for (const std::u32string_view ending : kEndings) {
    if (word->size() < kShortestStem + ending.size() || !word->ends_with(ending)) continue;
    word->resize(word->size() - ending.size());
    return;
  }
}

// Takes words in, in the order in which they come.
class Collector {
 public:
  explicit Collector(size_t most) : most_(most) {}

  void Take(std::u32string word) {
    if (word.empty()) return;
    if (word.size() > kMostLetters) word.resize(kMostLetters);
    if (std::all_of(word.begin(), word.end(), IsDigit)) {
      word.erase(0, std::min(word.find_first_not_of(U'0'), word.size() - 1));
      Keep(Utf8(word));
      return;
    }
    if (word.size() < 2 || Common().contains(word)) return;
    Stem(&word);
    Keep(Utf8(word));
  }
  void Keep(std::string word) {
    if (!full() && seen_.insert(word).second) words_.push_back(std::move(word));
  }
  bool full() const { return words_.size() >= most_; }
  std::vector<std::string> words() && { return std::move(words_); }

 private:
  const size_t most_;
  std::set<std::string> seen_;
  std::vector<std::string> words_;
};

}  // namespace

std::vector<std::string> WordsOf(std::string_view text, size_t most) {
  Collector collector(most);
  std::u32string word;
  const auto end_word = [&] {
    collector.Take(std::move(word));
    word.clear();
  };
  for (size_t at = 0; at < text.size() && !collector.full();) {
    if (const auto length = word.empty() ? CaseNumberAt(text.substr(at)) : std::nullopt) {
      std::string number(text.substr(at, *length));
      std::transform(number.begin(), number.end(), number.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
      const size_t last = number.rfind('-') + 1;
      std::u32string serial(number.begin() + static_cast<std::ptrdiff_t>(last), number.end());
      collector.Keep(std::move(number));
      collector.Take(std::move(serial));
      at += *length;
      continue;
    }
    const char32_t code = Next(text, &at);
    if ((code == kRing || code == kDots) && !word.empty()) {
      char32_t& before = word.back();
      if (before == U'a') before = code == kRing ? U'å' : U'ä';
      if (before == U'o' && code == kDots) before = U'ö';
      continue;
    }
    const char32_t letter = Folded(code);
    if (letter == kNothing) continue;
    if (letter == kEnd) {
      end_word();
    } else {
      word.push_back(letter);
    }
  }
  end_word();
  return std::move(collector).words();
}

}  // namespace avvik::search
