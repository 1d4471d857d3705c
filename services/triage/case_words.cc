#include "services/triage/case_words.h"

#include <algorithm>
#include <set>

#include "common/search/words.h"

namespace avvik::triage {
namespace {

// Most words of a case's own texts.
constexpr size_t kMostOwn = 2'000;

// Adds the id of what is called so to the words that occur in its id or name.
template <typename Ids>
void AddNamed(const std::string& id, const std::string& name, Ids ids,
              std::vector<AskedWord>* asked) {
  std::vector<std::string> words = search::WordsOf(name);
  for (std::string& word : search::WordsOf(id)) words.push_back(std::move(word));
  for (AskedWord& entry : *asked) {
    std::vector<std::string>& named = entry.*ids;
    if (named.size() < kMostNamed &&
        std::find(words.begin(), words.end(), entry.word) != words.end()) {
      named.push_back(id);
    }
  }
}

}  // namespace

std::vector<std::string> OwnWordsOf(const Case& subject) {
  std::set<std::string> words;
  if (subject.erased.has_value()) return {};
  const auto add = [&](const std::string& text) {
    for (std::string& word : search::WordsOf(text)) {
      if (words.size() < kMostOwn) words.insert(std::move(word));
    }
  };
  add(subject.number);
  add(subject.title);
  add(subject.outcome);
  for (const Note& note : subject.notes) add(note.text);
  return {words.begin(), words.end()};
}

std::vector<AskedWord> AskedWords(const std::string& query,
                                  const organisation::Organisation* organisation) {
  std::vector<AskedWord> asked;
  for (std::string& word : search::WordsOf(query, kMostAsked)) {
    asked.push_back({.word = std::move(word), .units = {}, .systems = {}});
  }
  if (asked.empty() || organisation == nullptr) return asked;
  for (const auto& unit : organisation->proto().units()) {
    AddNamed(unit.id(), unit.name(), &AskedWord::units, &asked);
  }
  for (const auto& system : organisation->proto().systems()) {
    AddNamed(system.id(), system.name(), &AskedWord::systems, &asked);
  }
  return asked;
}

}  // namespace avvik::triage
