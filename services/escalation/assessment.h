// Which duties a case brings: every regime of the country tried on what is known of it. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "avvik/escalation/v1/assessment.pb.h"
#include "common/deadline/deadline.h"
#include "common/organisation/organisation.h"
#include "common/regimes/regime_catalogue.h"
#include "services/escalation/case_facts.h"

namespace avvik::escalation {

using regimes::Regime;
using regimes::RegimeCatalogue;
using regimes::RegimeVersion;

// Who has a duty.
struct Entity {
  std::string unit;  // Unit id.
  std::string name;

  friend bool operator==(const Entity&, const Entity&) = default;
};

// Whether a duty is opened.
enum class Need {
  kNone,
  // Something is not known, and the law does not presume the duty meanwhile: it is not opened, and
  // one that is open stays.
  kMayBe,
  // Something is not known; to be treated as required until somebody knows.
  kToAssess,
  kRequired,
};

// What a regime says of a case, for one who would have the duty.
struct DutyDecision {
  const Regime* regime = nullptr;  // Never null.
  // The version that holds on the local day of awareness; null when none does.
  const RegimeVersion* version = nullptr;
  Entity entity;          // Empty without a version.
  absl::Time aware_time;  // When somebody responsible of the entity knew.
  Need need = Need::kNone;
  v1::AssessmentResult result = v1::ASSESSMENT_RESULT_NOT_REQUIRED;
  // Whether the law advises to tell, though nothing demands it.
  bool advised = false;
  // Whether it is documented, told or not.
  bool documented = false;
  // With HANDLED_ELSEWHERE: id of the regime by which; empty where the version itself points elsewhere.
  std::string handled_by;
  std::vector<std::string> reasons;  // The facts looked at, with what was found.
  // What can still change the result: questions, and facts of the case that are not known.
  std::vector<std::string> asks;
  std::vector<std::string> missing;
  // Questions for the documentation that nobody has answered.
  std::vector<std::string> document_asks;
};

// At least one decision for each regime of the country, by id; several where several have the duty,
// each once. The decisions point into `catalogue`.
std::vector<DutyDecision> Assess(const RegimeCatalogue& catalogue, const CaseFacts& facts,
                                 const organisation::Organisation& organisation);

// What one regime says, for each who would have the duty, by the version that holds on the local day
// of their awareness.
std::vector<DutyDecision> AssessRegime(const Regime& regime, const CaseFacts& facts,
                                       const organisation::Organisation& organisation);

// Where the clocks of the municipality hang: its time zone and its country's holidays.
deadline::Calendar CalendarOf(const organisation::Organisation& organisation);

}  // namespace avvik::escalation
