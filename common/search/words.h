// The words that texts are found by. What is indexed and what is searched for go through the same function, so that
// both come to the same words.
//
// Letters are small and without accents (`é` is `e`), but `å`, `ä`, `ö`, `æ` and `ø` are letters of their own, however
// they are encoded. Endings of Swedish, Danish and English are taken off while four letters remain: `journalen`
// and `journaler` are `journal`. That joins some words that have nothing to do with each other, which a search bears
// better than missing one. Numbers lose their leading zeros; a case number (`AVV-2026-000123`) is one word, and its
// last part another. Words of one letter, and those that stand in nearly every text, are left out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace avvik::search {

// Most words of one text.
inline constexpr size_t kMostWords = 400;
// Letters of a word that are looked at.
inline constexpr size_t kMostLetters = 40;

// The first `most` words of a text, in UTF-8, each once, in the order in which they first occur. What is not UTF-8
// ends a word.
std::vector<std::string> WordsOf(std::string_view text, size_t most = kMostWords);

}  // namespace avvik::search
