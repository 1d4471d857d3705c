#include "services/escalation/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "absl/strings/str_join.h"

namespace avvik::escalation {
namespace {

using Test = Condition::Test;
using regimes::Fact;

Answer AnswerOf(Fact fact, const CaseFacts& facts) {
  switch (fact) {
    case Fact::kPersonalData:
      return facts.personal_data;
    case Fact::kNationalSecurity:
      return facts.national_security;
    case Fact::kOngoing:
      return facts.ongoing;
    case Fact::kInformationSystem:
      return facts.information_system;
    case Fact::kRiskUnlikely:
      return facts.risk_unlikely;
  }
  return Answer::ANSWER_UNSPECIFIED;
}

Truth TruthOf(Answer answer) {
  switch (answer) {
    case Answer::ANSWER_YES:
      return Truth::kYes;
    case Answer::ANSWER_NO:
      return Truth::kNo;
    default:
      return Truth::kUnknown;
  }
}

std::string_view Word(Truth truth) { return truth == Truth::kYes ? "yes" : "no"; }

// The name of an enum value without its common prefix.
std::string KindName(Kind kind) { return type::v1::Kind_Name(kind).substr(5); }
std::string SeverityName(Severity severity) { return type::v1::Severity_Name(severity).substr(9); }

Finding Compared(const std::string& what, const std::string& found, const std::string& wanted,
                 bool holds) {
  return {holds ? Truth::kYes : Truth::kNo,
          {fmt::format("{} is {}, {} {}", what, found, holds ? "at least" : "below", wanted)},
          {},
          {}};
}

Finding Unknown(const std::string& what) {
  return {Truth::kUnknown, {what + " is unknown"}, {}, {what}};
}

// What a question was answered; null while it was not.
const CaseAnswer* AnswerTo(const std::string& question, const CaseFacts& facts) {
  const auto answer = facts.answers.find(question);
  return answer == facts.answers.end() ? nullptr : &answer->second;
}

Finding Unanswered(const std::string& question) {
  return {Truth::kUnknown, {question + " is not answered"}, {question}, {}};
}

Finding TryKind(const Condition& condition, const CaseFacts& facts) {
  if (facts.kind == Kind::KIND_UNSPECIFIED) return Unknown("kind");
  const bool found = std::find(condition.kinds.begin(), condition.kinds.end(), facts.kind) !=
                     condition.kinds.end();
  return {found ? Truth::kYes : Truth::kNo, {"kind is " + KindName(facts.kind)}, {}, {}};
}

Finding TryImpact(const Condition& condition, const CaseFacts& facts) {
  const std::string what = condition.name == "any" ? "impact" : condition.name;
  // Until a case is classified, an impact of 0 means that nobody has looked.
  if (facts.kind == Kind::KIND_UNSPECIFIED) return Unknown(what);
  const int level = condition.name == "any"
                        ? *std::max_element(facts.impacts.begin(), facts.impacts.end())
                        : facts.impacts.at(static_cast<std::size_t>(condition.property));
  return Compared(what, std::to_string(level), std::to_string(condition.at_least),
                  level >= condition.at_least);
}

Finding TrySeverity(const Condition& condition, const CaseFacts& facts) {
  if (facts.severity == Severity::SEVERITY_UNSPECIFIED) return Unknown("severity");
  return Compared("severity", SeverityName(facts.severity),
                  SeverityName(static_cast<Severity>(condition.at_least)),
                  facts.severity >= condition.at_least);
}

Finding TryPersons(const Condition& condition, const CaseFacts& facts) {
  if (!facts.affected_persons) return Unknown("affected_persons");
  return Compared("affected_persons", std::to_string(*facts.affected_persons),
                  std::to_string(condition.at_least),
                  *facts.affected_persons >= condition.at_least);
}

Finding TryCategory(const Condition& condition, const CaseFacts& facts) {
  if (facts.category == type::v1::CATEGORY_UNSPECIFIED) return Unknown("category");
  const bool found =
      std::find(condition.categories.begin(), condition.categories.end(), facts.category) !=
      condition.categories.end();
  return {found ? Truth::kYes : Truth::kNo,
          {"category is " + type::v1::Category_Name(facts.category).substr(9)},
          {},
          {}};
}

Finding TryEntity(const Condition& condition, organisation::v1::UnitType type) {
  const bool found = std::find(condition.types.begin(), condition.types.end(), type) !=
                     condition.types.end();
  return {found ? Truth::kYes : Truth::kNo,
          {"entity is " + organisation::v1::UnitType_Name(type).substr(10)},
          {},
          {}};
}

// `5 h`, `5 h 30 min` or `30 min`.
std::string Length(std::int64_t minutes) {
  if (minutes % 60 == 0) return fmt::format("{} h", minutes / 60);
  return minutes < 60 ? fmt::format("{} min", minutes)
                      : fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

Finding TryQuestion(const Condition& condition, const CaseFacts& facts) {
  const CaseAnswer* answer = AnswerTo(condition.name, facts);
  if (answer == nullptr) return Unanswered(condition.name);
  const auto found = [](bool holds, std::string reason) {
    return Finding{holds ? Truth::kYes : Truth::kNo, {std::move(reason)}, {}, {}};
  };
  switch (condition.test) {
    case Test::kYes:
      return found(answer->yes, fmt::format("{} is {}", condition.name, answer->yes ? "yes" : "no"));
    case Test::kNumber: {
      const std::int64_t number = answer->number.value_or(0);
      const bool holds = number >= condition.at_least;
      return found(holds, fmt::format("{} is {}, {} {}", condition.name, number,
                                      holds ? "at least" : "below", condition.at_least));
    }
    case Test::kLasts: {
      const std::int64_t minutes = answer->number.value_or(0);
      const bool holds = minutes > condition.more_than_minutes;
      return found(holds, fmt::format("{} is {}, {} {}", condition.name, Length(minutes),
                                      holds ? "more than" : "not more than",
                                      Length(condition.more_than_minutes)));
    }
    default: {
      const bool holds = std::any_of(
          condition.options.begin(), condition.options.end(), [&](const std::string& option) {
            return std::find(answer->choices.begin(), answer->choices.end(), option) !=
                   answer->choices.end();
          });
      return found(holds, fmt::format("{} is {}", condition.name, absl::StrJoin(answer->choices, ", ")));
    }
  }
}

// A part that decides the whole whatever becomes of the others.
bool Decides(const Finding& part, bool all) {
  return part.settled() && part.truth == (all ? Truth::kNo : Truth::kYes);
}

Finding TryParts(const Condition& condition, const Situation& situation) {
  const bool all = condition.test == Test::kAll;
  Finding whole{all ? Truth::kYes : Truth::kNo, {}, {}, {}};
  bool decided = false;
  for (const Condition& part : condition.parts) {
    const Finding found = Evaluate(part, situation);
    whole.truth = all ? std::min(whole.truth, found.truth) : std::max(whole.truth, found.truth);
    AddNew(found.reasons, whole.reasons);
    decided = decided || Decides(found, all);
    if (!all || whole.asks.empty()) AddNew(found.asks, whole.asks);
    AddNew(found.missing, whole.missing);
  }
  if (decided) {
    whole.asks.clear();
    whole.missing.clear();
  }
  return whole;
}

// The name of a threshold, and why it is reached; why another is not, its name says.
Finding TryThreshold(const Condition& condition, const Situation& situation) {
  Finding found = Evaluate(condition.parts.front(), situation);
  std::vector<std::string> reasons;
  switch (found.truth) {
    case Truth::kYes:
      reasons = {"threshold " + condition.name + " is reached"};
      AddNew(found.reasons, reasons);
      break;
    case Truth::kNo:
      reasons = {"threshold " + condition.name + " is not reached"};
      break;
    case Truth::kUnknown:
      reasons = {"threshold " + condition.name + " is not known"};
      break;
  }
  found.reasons = std::move(reasons);
  return found;
}

}  // namespace

void AddNew(const std::vector<std::string>& more, std::vector<std::string>& all) {
  for (const std::string& one : more) {
    if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
  }
}

Finding Evaluate(const Condition& condition, const Situation& situation) {
  const CaseFacts& facts = situation.facts;
  switch (condition.test) {
    case Test::kAll:
    case Test::kAny:
      return TryParts(condition, situation);
    case Test::kNot: {
      Finding found = Evaluate(condition.parts.front(), situation);
      if (found.truth != Truth::kUnknown) {
        found.truth = found.truth == Truth::kYes ? Truth::kNo : Truth::kYes;
      }
      return found;
    }
    case Test::kKnown: {
      Finding found = Evaluate(condition.parts.front(), situation);
      if (found.truth == Truth::kUnknown) found.truth = Truth::kNo;
      return found;
    }
    case Test::kFact: {
      const Truth truth = TruthOf(AnswerOf(condition.fact, facts));
      if (truth == Truth::kUnknown) return Unknown(condition.name);
      return {truth, {fmt::format("{} is {}", condition.name, Word(truth))}, {}, {}};
    }
    case Test::kKind:
      return TryKind(condition, facts);
    case Test::kCategory:
      return TryCategory(condition, facts);
    case Test::kImpact:
      return TryImpact(condition, facts);
    case Test::kSeverity:
      return TrySeverity(condition, facts);
    case Test::kPersons:
      return TryPersons(condition, facts);
    case Test::kSubmitted: {
      const bool submitted = situation.submitted.contains(condition.name);
      return {submitted ? Truth::kYes : Truth::kNo,
              {fmt::format("{} is {}", condition.name, submitted ? "submitted" : "not submitted")},
              {},
              {}};
    }
    case Test::kYes:
    case Test::kNumber:
    case Test::kLasts:
    case Test::kChoice:
      return TryQuestion(condition, facts);
    case Test::kEntity:
      return TryEntity(condition, situation.entity_type);
    case Test::kThreshold:
      return TryThreshold(condition, situation);
  }
  return {};
}

}  // namespace avvik::escalation
