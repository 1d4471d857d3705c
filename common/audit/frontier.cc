#include "common/audit/frontier.h"

#include <algorithm>

namespace avvik::audit {

void Frontier::Seal(int64_t ordinal) {
  if (ordinal > top_) {
    if (ordinal > top_ + 1) gaps_.push_back({.first = top_ + 1, .last = ordinal - 1});
    top_ = ordinal;
    return;
  }
  const auto gap = std::lower_bound(gaps_.begin(), gaps_.end(), ordinal,
                                    [](const Gap& a, int64_t place) { return a.last < place; });
  if (gap == gaps_.end() || gap->first > ordinal) return;
  Gap behind = *gap;
  behind.first = ordinal + 1;
  gap->last = ordinal - 1;
  const auto next = gap->first > gap->last ? gaps_.erase(gap) : gap + 1;
  if (behind.first <= behind.last) gaps_.insert(next, behind);
}

bool Frontier::HasNewGaps() const {
  return std::any_of(gaps_.begin(), gaps_.end(), [](const Gap& gap) { return gap.before == 0; });
}

void Frontier::NoteGaps(int64_t number) {
  for (Gap& gap : gaps_) {
    if (gap.before == 0) gap.before = number;
  }
}

void Frontier::Close(int64_t ended) {
  std::erase_if(gaps_, [&](const Gap& gap) { return gap.before != 0 && gap.before <= ended; });
}

}  // namespace avvik::audit
