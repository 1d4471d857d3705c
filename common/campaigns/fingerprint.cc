#include "common/campaigns/fingerprint.h"

#include <sodium/crypto_shorthash_siphash24.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

namespace avvik::campaigns {
namespace {

static_assert(crypto_shorthash_siphash24_KEYBYTES == std::tuple_size_v<Key>);

// Letters U+00C0–U+017F without their marks, in order; a dot for what is no letter.
constexpr std::string_view kPlain =
    "aaaaaaaceeeeiiiidnooooo.ouuuuyts"
    "aaaaaaaceeeeiiiidnooooo.ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(kPlain.size() == 0x180 - 0xc0);

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

// A letter in its plain form, 0 for what ends a word, and kMark for what is no letter of its own.
constexpr char32_t kMark = 1;
char32_t Plain(char32_t code) {
  if (code >= 'A' && code <= 'Z') return code + ('a' - 'A');
  if (code >= 'a' && code <= 'z') return code;
  if (code >= '0' && code <= '9') return '0';
  if (code < 0xc0) return code == 0xad ? kMark : 0;  // A soft hyphen is none.
  if (code < 0x180) {
    const size_t place = code - 0xc0;
    return kPlain[place] == '.' ? 0 : static_cast<char32_t>(kPlain[place]);
  }
  if (code >= 0x300 && code <= 0x36f) return kMark;                         // Combining marks.
  if (code >= 0x200b && code <= 0x200d) return kMark;                       // Of no width.
  if ((code >= 0x2000 && code <= 0x2bff) || (code >= 0x3000 && code <= 0x303f)) return 0;
  if (code >= 0xfe00 && code <= 0xfe0f) return kMark;                       // Variation selectors.
  if (code == 0xfeff) return kMark;
  if (code == 0xfffd || code >= 0x1f000) return 0;                          // Pictures.
  return code;
}

std::vector<uint32_t> SmallestHashes(const Key& key, std::u32string_view text, size_t most) {
  std::vector<uint32_t> hashes;
  if (text.size() < kRun) return hashes;
  hashes.reserve(text.size() - kRun + 1);
  for (size_t i = 0; i + kRun <= text.size(); ++i) {
    unsigned char run[kRun * sizeof(char32_t)];
    std::memcpy(run, text.data() + i, sizeof run);
    unsigned char hash[crypto_shorthash_siphash24_BYTES];
    crypto_shorthash_siphash24(hash, run, sizeof run, key.data());
    uint32_t kept;
    std::memcpy(&kept, hash, sizeof kept);
    hashes.push_back(kept);
  }
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  if (hashes.size() > most) hashes.resize(most);
  return hashes;
}

size_t Common(const std::vector<uint32_t>& one, const std::vector<uint32_t>& other,
              uint32_t below) {
  size_t common = 0;
  for (auto a = one.begin(), b = other.begin();
       a != one.end() && b != other.end() && *a <= below && *b <= below;) {
    if (*a == *b) {
      ++common;
      ++a;
      ++b;
    } else if (*a < *b) {
      ++a;
    } else {
      ++b;
    }
  }
  return common;
}

// Everything up to this hash that a text has is in what was kept of it.
uint32_t KnownUpTo(const std::vector<uint32_t>& kept, size_t most) {
  return kept.size() < most ? std::numeric_limits<uint32_t>::max() : kept.back();
}

size_t CountUpTo(const std::vector<uint32_t>& hashes, uint32_t bound) {
  return static_cast<size_t>(std::upper_bound(hashes.begin(), hashes.end(), bound) -
                             hashes.begin());
}

int Percent(size_t part, size_t whole) { return static_cast<int>(100 * part / whole); }

// How much of the title is found in the text; nothing when that cannot be said.
std::optional<int> Containment(const std::vector<uint32_t>& title,
                               const std::vector<uint32_t>& text) {
  if (text.empty()) return std::nullopt;
  const uint32_t bound = KnownUpTo(text, kMostText);
  const size_t looked_at = CountUpTo(title, bound);
  if (looked_at < kLeast) return std::nullopt;
  return Percent(Common(title, text, bound), looked_at);
}

// How much of both together is in each.
int Resemblance(const std::vector<uint32_t>& one, const std::vector<uint32_t>& other) {
  const uint32_t bound = std::min(KnownUpTo(one, kMostText), KnownUpTo(other, kMostText));
  const size_t common = Common(one, other, bound);
  const size_t in_one = CountUpTo(one, bound);
  const size_t in_other = CountUpTo(other, bound);
  if (std::min(in_one, in_other) < kLeast) return 0;
  return Percent(common, in_one + in_other - common);
}

}  // namespace

Fingerprinter::Fingerprinter(const std::vector<std::string>& ignored_words) {
  for (const std::string& word : ignored_words) {
    // Nothing is ignored yet, so the word itself comes back.
    ignored_.insert(Normalised(word));
  }
}

std::u32string Fingerprinter::Normalised(std::string_view text) const {
  std::u32string normalised;
  std::u32string word;
  const auto end_word = [&] {
    if (!word.empty() && !ignored_.contains(word)) {
      if (!normalised.empty()) normalised.push_back(' ');
      normalised += word;
    }
    word.clear();
  };
  for (size_t at = 0; at < text.size() && normalised.size() < kMostLetters;) {
    const char32_t letter = Plain(Next(text, &at));
    if (letter == kMark) continue;
    if (letter == 0) {
      end_word();
    } else if (letter != '0' || word.empty() || word.back() != '0') {
      // Numbers differ from recipient to recipient; that there is one does not.
      word.push_back(letter);
    }
  }
  end_word();
  if (normalised.size() > kMostLetters) normalised.resize(kMostLetters);
  return normalised;
}

Fingerprint Fingerprinter::Of(const Key& key, std::string_view title, std::string_view text) const {
  const std::u32string called = Normalised(title);
  std::u32string whole = called;
  if (const std::u32string rest = Normalised(text); !rest.empty()) {
    if (!whole.empty()) whole.push_back(' ');
    whole += rest;
  }
  return {.title = SmallestHashes(key, called, kMostTitle),
          .text = SmallestHashes(key, whole, kMostText)};
}

int Similarity(const Fingerprint& one, const Fingerprint& other) {
  const std::optional<int> forth = Containment(one.title, other.text);
  const std::optional<int> back = Containment(other.title, one.text);
  if (forth.has_value() || back.has_value()) {
    return std::max(forth.value_or(0), back.value_or(0));
  }
  return Resemblance(one.text, other.text);
}

}  // namespace avvik::campaigns
