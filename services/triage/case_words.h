// The words that a case is found by. Pure.
#pragma once

#include <string>
#include <vector>

#include "services/triage/case.h"

namespace avvik::triage {

// The words of number, title, outcome and notes, each once and in alphabetical order; none when the case is
// erased. The case must have its notes.
std::vector<std::string> OwnWordsOf(const Case& subject);

// One word of a search with everything that it may stand for.
struct AskedWord {
  std::string word;
  std::vector<std::string> units;    // Ids of those in whose name or id it occurs.
  std::vector<std::string> systems;
};

// Most words of a search that count.
inline constexpr size_t kMostAsked = 8;
// Most units, and most systems, that a word stands for.
inline constexpr size_t kMostNamed = 200;

// The words of what somebody searches for. `organisation` may be null.
std::vector<AskedWord> AskedWords(const std::string& query,
                                  const organisation::Organisation* organisation);

}  // namespace avvik::triage
