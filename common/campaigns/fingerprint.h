// Recognising that two texts tell of the same thing, without keeping either.
//
// A text is reduced to its significant words (letters without marks and case, numbers without their
// digits, ignored words left out), those to runs of five letters, and each run to a keyed hash
// (SipHash-2-4 with the municipality's own key). The smallest hashes are kept: 48 of the title, 256 of the whole
// text. Which hashes are the smallest is as good as a random choice among the runs, the same for every
// text, so what is kept of two texts tells how much they have in common (bottom-k sketch: Broder, "On
// the resemblance and containment of documents", 1997).
//
// Likeness is how much of what one is called is found in the other: reporters put the mail's
// subject in their title or quote it, and add words of their own, which must not count.
//
// What it hides: without the key a hash says nothing of its run; nobody who reads a database, a dump or
// the event log can try out words. What it does not hide: that two reports are alike (which is its
// purpose), roughly how long a short text was, and, for whoever has the key too, whether a guessed
// sentence occurs. The key is therefore kept apart from it.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace avvik::campaigns {

// Most hashes kept.
inline constexpr size_t kMostTitle = 48;
inline constexpr size_t kMostText = 256;
// Letters of a text that are looked at, after normalising.
inline constexpr size_t kMostLetters = 4'000;
// Letters in a run.
inline constexpr size_t kRun = 5;
// Fewest hashes that two texts are compared by; below, nothing can be said.
inline constexpr size_t kLeast = 12;

using Key = std::array<unsigned char, 16>;

// Hashes in ascending order, each once.
struct Fingerprint {
  std::vector<uint32_t> title;
  std::vector<uint32_t> text;

  bool empty() const { return text.empty(); }
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

// Immutable, so thread-safe.
class Fingerprinter {
 public:
  // Words are normalised as texts are.
  explicit Fingerprinter(const std::vector<std::string>& ignored_words);

  // `title` and `text` are UTF-8; what is not is skipped. Takes microseconds for a usual report, at most
  // about a tenth of a millisecond.
  Fingerprint Of(const Key& key, std::string_view title, std::string_view text) const;

  // The significant words, with one space between them.
  std::u32string Normalised(std::string_view text) const;

 private:
  std::set<std::u32string> ignored_;
};

// How alike two texts are, 0–100. Symmetric. 0 when they are too short to say.
int Similarity(const Fingerprint& one, const Fingerprint& other);

}  // namespace avvik::campaigns
