// Conditions of the law, tried on what is known of a case. A fact may be unknown, so the answer has
// three values (Kleene's strong logic of indeterminacy), says what was found, and what would have to
// be answered for it to change. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "common/regimes/condition.h"
#include "services/escalation/case_facts.h"

namespace avvik::escalation {

using regimes::Condition;

// Ordered: `all` is the smallest of its parts, `any` the greatest.
enum class Truth { kNo = 0, kUnknown = 1, kYes = 2 };

// What a condition is tried on.
struct Situation {
  const CaseFacts& facts;
  // Ids of the stages that have been told to the authority.
  const std::set<std::string>& submitted;
  // What the one is who would have the duty.
  organisation::v1::UnitType entity_type = organisation::v1::UNIT_TYPE_UNSPECIFIED;
};

// What came of it.
struct Finding {
  Truth truth = Truth::kUnknown;
  // One line per fact looked at, such as `personal_data is yes` or `availability is 2, below 3`, in
  // the order of the condition and without repeats.
  std::vector<std::string> reasons;
  // Questions whose answers can still change the truth, those to ask first. In an `all`, the
  // questions of a later part wait for those of an earlier one.
  std::vector<std::string> asks;
  // Facts of the case that can still change it, and that are not known.
  std::vector<std::string> missing;

  // Whether nothing that is yet to be known can change the truth.
  bool settled() const { return asks.empty() && missing.empty(); }
};

Finding Evaluate(const Condition& condition, const Situation& situation);

// Adds those of `more` that `all` does not have yet, in their order.
void AddNew(const std::vector<std::string>& more, std::vector<std::string>& all);

}  // namespace avvik::escalation
