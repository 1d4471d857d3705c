#include "services/escalation/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace avvik::escalation {
namespace {

using Test = Condition::Test;
using Violations = std::vector<status::FieldViolation>;

struct NamedFact {
  const char* name;
  Answer CaseFacts::*field;
};

constexpr NamedFact kFacts[] = {
    {"personal_data", &CaseFacts::personal_data},
    {"national_security", &CaseFacts::national_security},
    {"ongoing", &CaseFacts::ongoing},
    {"information_system", &CaseFacts::information_system},
    {"risk_unlikely", &CaseFacts::risk_unlikely},
};

struct NamedProperty {
  const char* name;
  SecurityProperty property;
};

constexpr NamedProperty kProperties[] = {
    {"any", SecurityProperty::SECURITY_PROPERTY_UNSPECIFIED},
    {"confidentiality", SecurityProperty::SECURITY_PROPERTY_CONFIDENTIALITY},
    {"accuracy", SecurityProperty::SECURITY_PROPERTY_ACCURACY},
    {"availability", SecurityProperty::SECURITY_PROPERTY_AVAILABILITY},
    {"traceability", SecurityProperty::SECURITY_PROPERTY_TRACEABILITY},
};

// `A, B or C`.
template <typename Table>
std::string Names(const Table& table) {
  std::string names;
  for (const auto& entry : table) {
    if (!names.empty()) names += (&entry == std::end(table) - 1) ? " or " : ", ";
    names += entry.name;
  }
  return names;
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

std::string_view Word(Truth truth) {
  switch (truth) {
    case Truth::kYes:
      return "yes";
    case Truth::kNo:
      return "no";
    case Truth::kUnknown:
      break;
  }
  return "unknown";
}

// The name of an enum value without its common prefix.
std::string KindName(Kind kind) { return type::v1::Kind_Name(kind).substr(5); }
std::string SeverityName(Severity severity) { return type::v1::Severity_Name(severity).substr(9); }

Finding Compared(const std::string& what, const std::string& found, const std::string& wanted,
                 bool holds) {
  return {holds ? Truth::kYes : Truth::kNo,
          {fmt::format("{} is {}, {} {}", what, found, holds ? "at least" : "below", wanted)}};
}

Finding Unknown(const std::string& what) { return {Truth::kUnknown, {what + " is unknown"}}; }

Finding TryKind(const Condition& condition, const CaseFacts& facts) {
  if (facts.kind == Kind::KIND_UNSPECIFIED) return Unknown("kind");
  const bool found = std::find(condition.kinds.begin(), condition.kinds.end(), facts.kind) !=
                     condition.kinds.end();
  return {found ? Truth::kYes : Truth::kNo, {"kind is " + KindName(facts.kind)}};
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

Finding TryParts(const Condition& condition, const Situation& situation) {
  const bool all = condition.test == Test::kAll;
  Finding whole{all ? Truth::kYes : Truth::kNo, {}};
  for (const Condition& part : condition.parts) {
    const Finding found = Evaluate(part, situation);
    whole.truth = all ? std::min(whole.truth, found.truth) : std::max(whole.truth, found.truth);
    for (const std::string& reason : found.reasons) {
      if (std::find(whole.reasons.begin(), whole.reasons.end(), reason) == whole.reasons.end()) {
        whole.reasons.push_back(reason);
      }
    }
  }
  return whole;
}

// Turns messages into conditions, gathering what is wrong with them.
class Reader {
 public:
  Reader(const std::set<std::string>* stages, Violations& violations)
      : stages_(stages), violations_(violations) {}

  Condition Read(const v1::Condition& message, const std::string& path, int depth) {
    if (depth > kMostConditionDepth) {
      Wrong(path, fmt::format("is nested deeper than {} levels", kMostConditionDepth));
      return {};
    }
    switch (message.test_case()) {
      case v1::Condition::kAll:
        return ReadList(Test::kAll, message.all(), path + ".all.of", depth);
      case v1::Condition::kAny:
        return ReadList(Test::kAny, message.any(), path + ".any.of", depth);
      case v1::Condition::kNot:
        return {.test = Test::kNot, .parts = {Read(message.not_(), path + ".not", depth + 1)}};
      case v1::Condition::kKnown:
        return {.test = Test::kKnown, .parts = {Read(message.known(), path + ".known", depth + 1)}};
      case v1::Condition::kFact:
        return ReadFact(message.fact(), path + ".fact");
      case v1::Condition::kKindIn:
        return ReadKinds(message.kind_in(), path + ".kind_in.of");
      case v1::Condition::kImpact:
        return ReadImpact(message.impact(), path + ".impact");
      case v1::Condition::kSeverityAtLeast:
        return ReadSeverity(message.severity_at_least(), path + ".severity_at_least");
      case v1::Condition::kAffectedPersonsAtLeast:
        if (message.affected_persons_at_least() < 1) {
          Wrong(path + ".affected_persons_at_least", "must be 1 or more");
        }
        return {.test = Test::kPersons, .at_least = message.affected_persons_at_least()};
      case v1::Condition::kSubmitted:
        return ReadSubmitted(message.submitted(), path + ".submitted");
      case v1::Condition::TEST_NOT_SET:
        break;
    }
    Wrong(path, "is empty: exactly one test must be given");
    return {};
  }

 private:
  void Wrong(const std::string& field, const std::string& description) {
    violations_.push_back({field, description});
  }

  Condition ReadList(Test test, const v1::ConditionList& list, const std::string& path, int depth) {
    Condition condition{.test = test};
    if (list.of().empty()) Wrong(path, "must hold at least one condition");
    for (int i = 0; i < list.of_size(); ++i) {
      condition.parts.push_back(Read(list.of(i), fmt::format("{}[{}]", path, i), depth + 1));
    }
    return condition;
  }

  Condition ReadFact(const std::string& name, const std::string& path) {
    for (const NamedFact& fact : kFacts) {
      if (name == fact.name) return {.test = Test::kFact, .name = name, .fact = fact.field};
    }
    Wrong(path, fmt::format("'{}' is not a known fact: {}", name, Names(kFacts)));
    return {};
  }

  Condition ReadKinds(const v1::KindList& list, const std::string& path) {
    Condition condition{.test = Test::kKind};
    if (list.of().empty()) Wrong(path, "must hold at least one kind");
    for (int i = 0; i < list.of_size(); ++i) {
      Kind kind = Kind::KIND_UNSPECIFIED;
      if (!type::v1::Kind_Parse("KIND_" + list.of(i), &kind) || kind == Kind::KIND_UNSPECIFIED) {
        Wrong(
            fmt::format("{}[{}]", path, i),
            fmt::format("'{}' is not a kind: EVENT, WEAKNESS, INCIDENT or NEAR_MISS", list.of(i)));
      }
      condition.kinds.push_back(kind);
    }
    return condition;
  }

  Condition ReadImpact(const std::string& text, const std::string& path) {
    const std::size_t sign = text.find(">=");
    if (sign != std::string::npos && text.size() == sign + 3) {
      const int level = text.back() - '0';
      for (const NamedProperty& known : kProperties) {
        if (text.compare(0, sign, known.name) == 0 && level >= 1 && level <= 4) {
          return {.test = Test::kImpact,
                  .name = known.name,
                  .property = known.property,
                  .at_least = level};
        }
      }
    }
    Wrong(path,
          fmt::format("'{}' is not <property>>=<level> with a level from 1 to 4 and a property: {}",
                      text, Names(kProperties)));
    return {};
  }

  Condition ReadSeverity(const std::string& name, const std::string& path) {
    Severity severity = Severity::SEVERITY_UNSPECIFIED;
    if (!type::v1::Severity_Parse("SEVERITY_" + name, &severity) ||
        severity == Severity::SEVERITY_UNSPECIFIED) {
      Wrong(path, fmt::format("'{}' is not a severity: LOW, MODERATE, HIGH or CRITICAL", name));
    }
    return {.test = Test::kSeverity, .at_least = severity};
  }

  Condition ReadSubmitted(const std::string& stage, const std::string& path) {
    if (stages_ == nullptr) {
      Wrong(path, "may only stand in a stage");
    } else if (!stages_->contains(stage)) {
      Wrong(path, fmt::format("'{}' is not a stage of this version", stage));
    }
    return {.test = Test::kSubmitted, .name = stage};
  }

  const std::set<std::string>* const stages_;
  Violations& violations_;
};

}  // namespace

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
      const Truth truth = TruthOf(facts.*condition.fact);
      return {truth, {fmt::format("{} is {}", condition.name, Word(truth))}};
    }
    case Test::kKind:
      return TryKind(condition, facts);
    case Test::kImpact:
      return TryImpact(condition, facts);
    case Test::kSeverity:
      return TrySeverity(condition, facts);
    case Test::kPersons:
      return TryPersons(condition, facts);
    case Test::kSubmitted: {
      const bool submitted = situation.submitted.contains(condition.name);
      return {submitted ? Truth::kYes : Truth::kNo,
              {fmt::format("{} is {}", condition.name, submitted ? "submitted" : "not submitted")}};
    }
  }
  return {};
}

Condition ReadCondition(const v1::Condition& message, const std::string& path,
                        const std::set<std::string>* stages,
                        std::vector<status::FieldViolation>& violations) {
  return Reader(stages, violations).Read(message, path, 1);
}

}  // namespace avvik::escalation
