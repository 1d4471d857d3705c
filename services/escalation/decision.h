// The log of what was decided about duties: by the rules as facts and answers change, and by people. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "avvik/escalation/v1/assessment.pb.h"
#include "services/escalation/assessment.h"
#include "services/escalation/duty.h"
#include "services/escalation/pairing.h"

namespace avvik::escalation {

// One decision, as it was made.
struct Decision {
  std::string id;  // UUID.
  std::string tenant;
  std::string case_id;
  absl::Time time;
  std::string regime;
  std::string regime_version;
  Entity entity;
  v1::AssessmentResult result = v1::ASSESSMENT_RESULT_UNSPECIFIED;
  v1::AssessmentResult before = v1::ASSESSMENT_RESULT_UNSPECIFIED;  // Unspecified: nothing held.
  v1::DecisionCause cause = v1::DECISION_CAUSE_UNSPECIFIED;
  std::string person;  // Pseudonym; empty for the rules and for machines.
  std::string duty_id;  // Empty without a duty.
  std::string stage;    // With TOLD.
  // What it was made on, and the facts looked at; they go with the case.
  std::vector<std::string> facts;
  std::vector<std::string> reasons;
  std::string statement;  // With RULED_OUT, in a person's words; goes with the case.
  bool erased = false;    // Whether these went.

  friend bool operator==(const Decision&, const Decision&) = default;
};

// What a case is known by, one line a fact, such as `personal_data=yes`.
std::vector<std::string> FactLines(const CaseFacts& facts);

// The results of an assessment as they are kept, to compare the next one with.
v1::StoredResults ResultsOf(const std::vector<Pairing>& pairings);

// What differs between two assessments, in the order of `after`, then what is gone.
std::vector<v1::ResultChange> ChangesBetween(const v1::StoredResults& before,
                                             const v1::StoredResults& after);

// What the rules decided anew: every result that differs from `before`, in result or version. Of what
// there was no result before, that nothing is required is no decision, unless it is documented.
// Ids, time, cause and person are for the caller to set; duties as in `pairings`.
std::vector<Decision> DecisionsOfRules(const v1::StoredResults& before,
                                       const std::vector<Pairing>& pairings,
                                       const CaseFacts& facts);

// What a person decided by changing a duty from `before` to `after`: to rule it out, or to tell a
// stage. Nothing when neither. Id is for the caller to set.
std::optional<Decision> DecisionOfPerson(const Duty& before, const DutyOutcome& after,
                                         const CaseFacts& facts, absl::Time now);

}  // namespace avvik::escalation
