#include "common/regimes/condition.h"

#include <fmt/format.h>

#include <string_view>

namespace avvik::regimes {
namespace {

using Test = Condition::Test;
using Violations = std::vector<status::FieldViolation>;
using type::v1::Kind;
using type::v1::SecurityProperty;
using type::v1::Severity;

struct NamedFact {
  const char* name;
  Fact fact;
};

constexpr NamedFact kFacts[] = {
    {"personal_data", Fact::kPersonalData},
    {"national_security", Fact::kNationalSecurity},
    {"ongoing", Fact::kOngoing},
    {"information_system", Fact::kInformationSystem},
    {"risk_unlikely", Fact::kRiskUnlikely},
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

// Turns messages into conditions, gathering what is wrong with them.
class Reader {
 public:
  Reader(const ConditionScope& scope, Violations& violations)
      : scope_(scope), violations_(violations) {}

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
      case v1::Condition::kYes:
        FindQuestion(message.yes(), v1::ANSWER_KIND_YES_NO, path + ".yes");
        return {.test = Test::kYes, .name = message.yes()};
      case v1::Condition::kNumber:
        return ReadNumber(message.number(), path + ".number");
      case v1::Condition::kLasts:
        return ReadDuration(message.lasts(), path + ".lasts");
      case v1::Condition::kChoice:
        return ReadChoice(message.choice(), path + ".choice");
      case v1::Condition::kCategoryIn:
        return ReadCategories(message.category_in(), path + ".category_in.of");
      case v1::Condition::kEntityIn:
        return ReadTypes(message.entity_in(), path + ".entity_in.of");
      case v1::Condition::kThresholds:
        return ReadThresholds(message.thresholds(), path + ".thresholds");
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
      if (name == fact.name) return {.test = Test::kFact, .name = name, .fact = fact.fact};
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

  Condition ReadCategories(const v1::CategoryList& list, const std::string& path) {
    Condition condition{.test = Test::kCategory};
    if (list.of().empty()) Wrong(path, "must hold at least one category");
    for (int i = 0; i < list.of_size(); ++i) {
      type::v1::Category category{};
      if (!type::v1::Category_Parse("CATEGORY_" + list.of(i), &category) ||
          category == type::v1::CATEGORY_UNSPECIFIED) {
        Wrong(fmt::format("{}[{}]", path, i), fmt::format("'{}' is not a category", list.of(i)));
      }
      condition.categories.push_back(category);
    }
    return condition;
  }

  Condition ReadTypes(const v1::UnitTypeList& list, const std::string& path) {
    Condition condition{.test = Test::kEntity};
    if (scope_.stages != nullptr) Wrong(path, "may not stand in a stage");
    if (list.of().empty()) Wrong(path, "must hold at least one type of unit");
    for (int i = 0; i < list.of_size(); ++i) {
      organisation::v1::UnitType type{};
      if (!organisation::v1::UnitType_Parse("UNIT_TYPE_" + list.of(i), &type) ||
          type == organisation::v1::UNIT_TYPE_UNSPECIFIED) {
        Wrong(fmt::format("{}[{}]", path, i),
              fmt::format("'{}' is not a type of unit", list.of(i)));
      }
      condition.types.push_back(type);
    }
    return condition;
  }

  // Null, with a violation, when there is no such question or it is answered otherwise.
  const v1::Question* FindQuestion(const std::string& id, v1::AnswerKind kind,
                                   const std::string& path) {
    const v1::Question* question = scope_.questions.Find(id);
    if (question == nullptr) {
      Wrong(path, fmt::format("'{}' is not a question", id));
    } else if (question->kind() != kind) {
      Wrong(path, fmt::format("'{}' is not answered so: it is of kind {}", id,
                              v1::AnswerKind_Name(question->kind()).substr(12)));
    } else {
      return question;
    }
    return nullptr;
  }

  Condition ReadNumber(const v1::NumberTest& test, const std::string& path) {
    FindQuestion(test.question(), v1::ANSWER_KIND_NUMBER, path + ".question");
    if (test.at_least() < 1) Wrong(path + ".at_least", "must be 1 or more");
    return {.test = Test::kNumber, .name = test.question(), .at_least = test.at_least()};
  }

  Condition ReadDuration(const v1::DurationTest& test, const std::string& path) {
    FindQuestion(test.question(), v1::ANSWER_KIND_DURATION, path + ".question");
    if (test.more_than_hours() < 1) Wrong(path + ".more_than_hours", "must be 1 or more");
    return {.test = Test::kLasts,
            .name = test.question(),
            .more_than_minutes = std::int64_t{60} * test.more_than_hours()};
  }

  Condition ReadChoice(const v1::ChoiceTest& test, const std::string& path) {
    Condition condition{.test = Test::kChoice, .name = test.question()};
    const v1::Question* question =
        FindQuestion(test.question(), v1::ANSWER_KIND_CHOICE, path + ".question");
    if (test.of().empty()) Wrong(path + ".of", "must hold at least one option");
    for (int i = 0; i < test.of_size(); ++i) {
      if (question != nullptr && !HasOption(*question, test.of(i))) {
        Wrong(fmt::format("{}.of[{}]", path, i),
              fmt::format("'{}' is not an option of '{}'", test.of(i), test.question()));
      }
      condition.options.push_back(test.of(i));
    }
    return condition;
  }

  Condition ReadThresholds(bool wanted, const std::string& path) {
    if (!wanted) Wrong(path, "can only be true");
    if (scope_.thresholds == nullptr) {
      Wrong(path, scope_.stages != nullptr ? "may not stand in a stage"
                                           : "may not stand in a threshold");
      return {};
    }
    if (scope_.thresholds->empty()) Wrong(path, "the version has no thresholds");
    return {.test = Test::kAny, .parts = *scope_.thresholds};
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
    if (scope_.stages == nullptr) {
      Wrong(path, "may only stand in a stage");
    } else if (!scope_.stages->contains(stage)) {
      Wrong(path, fmt::format("'{}' is not a stage of this version", stage));
    }
    return {.test = Test::kSubmitted, .name = stage};
  }

  const ConditionScope& scope_;
  Violations& violations_;
};

}  // namespace

Condition ReadCondition(const v1::Condition& message, const std::string& path,
                        const ConditionScope& scope,
                        std::vector<status::FieldViolation>& violations) {
  return Reader(scope, violations).Read(message, path, 1);
}

}  // namespace avvik::regimes
