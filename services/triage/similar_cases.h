// How alike cases are. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "avvik/triage/v1/case_search.pb.h"
#include "services/triage/case.h"

namespace avvik::triage {

// A word that two cases have in common.
struct SharedWord {
  std::string word;   // Empty when it occurs in reports only.
  int64_t cases = 0;  // In how many cases it occurs.
};

// A case with what it has in common with another.
struct LikeCase {
  Case subject;  // Without notes.
  std::vector<SharedWord> words;
};

struct SimilarCase {
  Case subject;
  int score = 0;  // 1–100.
  std::vector<v1::SimilarityReason> reasons;  // What weighs most first.
};

// Most cases that a word may occur in to say that two of them are alike.
inline constexpr int kMostForAWord = 500;
// Words that are compared by, the rarest.
inline constexpr int kMostSharedWords = 12;

// The likest of `candidates`, at most `limit`, with the reasons. One that has neither a word nor the system in common
// is left out.
std::vector<SimilarCase> RankSimilar(const Case& subject, std::vector<LikeCase> candidates,
                                     size_t limit);

}  // namespace avvik::triage
