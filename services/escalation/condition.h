// Conditions of the law, tried on the facts of a case. A fact may be unknown, so the answer has
// three values (Kleene's strong logic of indeterminacy), and says what was found. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "avvik/escalation/v1/regime.pb.h"
#include "common/status/error.h"
#include "services/escalation/case_facts.h"

namespace avvik::escalation {

// Ordered: `all` is the smallest of its parts, `any` the greatest.
enum class Truth { kNo = 0, kUnknown = 1, kYes = 2 };

// How deep conditions may be nested.
inline constexpr int kMostConditionDepth = 16;

// A condition that has been checked: what its test needs is filled in.
struct Condition {
  enum class Test {
    kAll,
    kAny,
    kNot,
    kKnown,
    kFact,
    kKind,
    kImpact,
    kSeverity,
    kPersons,
    kSubmitted
  };

  Test test = Test::kAll;
  std::vector<Condition> parts;  // kAll, kAny: one or more; kNot, kKnown: exactly one.
  std::string name;  // kFact: the fact; kImpact: the property or `any`; kSubmitted: the stage.
  Answer CaseFacts::*fact = nullptr;  // kFact.
  std::vector<Kind> kinds;            // kKind.
  SecurityProperty property{};        // kImpact; unspecified means whichever is hit hardest.
  std::int64_t at_least = 0;          // kImpact, kSeverity, kPersons.
};

// What a condition is tried on.
struct Situation {
  const CaseFacts& facts;
  // Ids of the stages that have been told to the authority.
  const std::set<std::string>& submitted;
};

// What came of it: the answer, and one line per fact looked at, such as `personal_data is yes` or
// `availability is 2, below 3`, in the order of the condition and without repeats.
struct Finding {
  Truth truth = Truth::kUnknown;
  std::vector<std::string> reasons;
};

Finding Evaluate(const Condition& condition, const Situation& situation);

// Reads a condition. Everything wrong is added to `violations` with its field below `path`; the
// result counts only when nothing was added. `stages` are the ids `submitted` may name; null where
// it may not stand at all.
Condition ReadCondition(const v1::Condition& message, const std::string& path,
                        const std::set<std::string>* stages,
                        std::vector<status::FieldViolation>& violations);

}  // namespace avvik::escalation
