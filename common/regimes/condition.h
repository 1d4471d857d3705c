// Conditions of the law, read and checked. What they make of a case is for services/escalation. Pure.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "avvik/escalation/v1/regime.pb.h"
#include "avvik/type/v1/classification.pb.h"
#include "common/regimes/question_book.h"
#include "common/status/error.h"

namespace avvik::regimes {

// How deep conditions may be nested.
inline constexpr int kMostConditionDepth = 16;

// Yes-or-no facts of a case.
enum class Fact { kPersonalData, kNationalSecurity, kOngoing, kInformationSystem, kRiskUnlikely };

// A condition that has been checked: what its test needs is filled in.
struct Condition {
  enum class Test {
    kAll,
    kAny,
    kNot,
    kKnown,
    kFact,
    kKind,
    kCategory,
    kImpact,
    kSeverity,
    kPersons,
    kSubmitted,
    kYes,
    kNumber,
    kLasts,
    kChoice,
    kEntity,
    kThreshold,
  };

  Test test = Test::kAll;
  // kAll, kAny: one or more; kNot, kKnown, kThreshold: exactly one.
  std::vector<Condition> parts;
  // kFact: the fact; kImpact: the property or `any`; kSubmitted: the stage; kYes, kNumber, kLasts,
  // kChoice: the question; kThreshold: its code.
  std::string name;
  Fact fact{};                                     // kFact.
  std::vector<type::v1::Kind> kinds;               // kKind.
  std::vector<type::v1::Category> categories;      // kCategory.
  type::v1::SecurityProperty property{};           // kImpact; unspecified means whichever is hit hardest.
  std::int64_t at_least = 0;                       // kImpact, kSeverity, kPersons, kNumber.
  std::int64_t more_than_minutes = 0;              // kLasts.
  std::vector<std::string> options;                // kChoice.
  std::vector<organisation::v1::UnitType> types;   // kEntity.
};

// What a condition may refer to.
struct ConditionScope {
  const QuestionBook& questions;
  // In a stage: ids that `submitted` may name; `entity_in` and `thresholds` may not stand there.
  // Null elsewhere.
  const std::set<std::string>* stages = nullptr;
  // What `thresholds` stands for, each of kThreshold; null where it may not stand.
  const std::vector<Condition>* thresholds = nullptr;
};

// Reads a condition. Everything wrong is added to `violations` with its field below `path`; the
// result counts only when nothing was added.
Condition ReadCondition(const v1::Condition& message, const std::string& path,
                        const ConditionScope& scope,
                        std::vector<status::FieldViolation>& violations);

}  // namespace avvik::regimes
