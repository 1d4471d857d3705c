#include "common/regimes/question_book.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "common/status/error.h"

namespace avvik::regimes {
namespace {

using Violations = std::vector<status::FieldViolation>;

void CheckPhrase(const v1::Phrase& phrase, const std::string& path, Violations& violations) {
  if (phrase.sv().empty()) violations.push_back({path + ".sv", "is required"});
  if (phrase.da().empty()) violations.push_back({path + ".da", "is required"});
  if (phrase.en().empty()) violations.push_back({path + ".en", "is required"});
}

void CheckOptions(const v1::Question& question, const std::string& path, Violations& violations) {
  const bool chosen = question.kind() == v1::ANSWER_KIND_CHOICE;
  if (chosen && question.options_size() < 2) {
    violations.push_back({path + ".options", "must hold at least two options"});
  }
  if (!chosen && question.options_size() > 0) {
    violations.push_back({path + ".options", "may only stand with CHOICE"});
  }
  if (!chosen && question.several()) {
    violations.push_back({path + ".several", "may only stand with CHOICE"});
  }
  std::set<std::string> ids;
  for (int i = 0; i < question.options_size(); ++i) {
    const std::string at = fmt::format("{}.options[{}]", path, i);
    const v1::QuestionOption& option = question.options(i);
    if (option.id().empty()) violations.push_back({at + ".id", "is required"});
    if (!ids.insert(option.id()).second) {
      violations.push_back({at + ".id", fmt::format("'{}' is used twice", option.id())});
    }
    CheckPhrase(option.label(), at + ".label", violations);
  }
}

}  // namespace

absl::StatusOr<QuestionBook> QuestionBook::Make(const v1::Questions& message) {
  Violations violations;
  QuestionBook book;
  book.message_ = message;
  for (int i = 0; i < message.questions_size(); ++i) {
    const std::string path = fmt::format("questions[{}]", i);
    const v1::Question& question = message.questions(i);
    if (question.id().empty()) violations.push_back({path + ".id", "is required"});
    if (!book.places_.emplace(question.id(), i).second) {
      violations.push_back({path + ".id", fmt::format("'{}' is used twice", question.id())});
    }
    if (question.kind() == v1::ANSWER_KIND_UNSPECIFIED) {
      violations.push_back({path + ".kind", "is required"});
    }
    CheckPhrase(question.text(), path + ".text", violations);
    if (question.has_help()) CheckPhrase(question.help(), path + ".help", violations);
    CheckOptions(question, path, violations);
  }
  if (!violations.empty()) return status::InvalidFields(violations);
  return book;
}

const v1::Question* QuestionBook::Find(const std::string& id) const {
  const auto place = places_.find(id);
  return place == places_.end() ? nullptr : &message_.questions(place->second);
}

std::size_t QuestionBook::PlaceOf(const std::string& id) const {
  const auto place = places_.find(id);
  return place == places_.end() ? static_cast<std::size_t>(message_.questions_size())
                                : static_cast<std::size_t>(place->second);
}

bool HasOption(const v1::Question& question, const std::string& option) {
  return std::any_of(question.options().begin(), question.options().end(),
                     [&](const v1::QuestionOption& known) { return known.id() == option; });
}

}  // namespace avvik::regimes
