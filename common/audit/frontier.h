// Which records are sealed, by their ordinals: all up to some, except in gaps. Ordinals are drawn in the order of
// writing, so what a gap stands for is a transaction that is still under way, or that never committed. Which of
// the two is told by transaction numbers: a gap is seen behind a visible record, so its transaction had a number
// by then. Pure.
#pragma once

#include <cstdint>
#include <vector>

namespace avvik::audit {

class Frontier {
 public:
  struct Gap {
    int64_t first = 0;
    int64_t last = 0;
    // Transactions of this gap have lower numbers; 0 when not noted yet.
    int64_t before = 0;
  };

  // Everything up to `top` is sealed.
  explicit Frontier(int64_t top = 0) : top_(top) {}

  // A record is sealed: one in a gap, or one above `top`, which is the new top.
  void Seal(int64_t ordinal);

  // Whether there are gaps that were not noted.
  bool HasNewGaps() const;
  // Every transaction that may yet fill the new gaps has a number lower than `number`.
  void NoteGaps(int64_t number);
  // Forgets the gaps of transactions with numbers lower than `ended`: all of those had ended before the gaps
  // were last looked into, and what they wrote is sealed.
  void Close(int64_t ended);

  int64_t top() const { return top_; }
  // By ordinal.
  const std::vector<Gap>& gaps() const { return gaps_; }
  // All lower ordinals are sealed, or never will be there.
  int64_t open_from() const { return gaps_.empty() ? top_ + 1 : gaps_.front().first; }

 private:
  int64_t top_;
  std::vector<Gap> gaps_;
};

}  // namespace avvik::audit
