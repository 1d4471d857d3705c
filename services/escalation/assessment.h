// Which duties a case brings: every regime of the country tried on its facts. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/deadline/deadline.h"
#include "common/organisation/organisation.h"
#include "services/escalation/case_facts.h"
#include "services/escalation/regime_catalogue.h"

namespace avvik::escalation {

// Who has a duty.
struct Entity {
  std::string unit;  // Unit id.
  std::string name;

  friend bool operator==(const Entity&, const Entity&) = default;
};

// Whether a regime asks for something.
enum class Need {
  kNone,      // It does not.
  kToAssess,  // A fact is missing; to be treated as required until somebody knows.
  kRequired,
};

// What a regime says of a case.
struct DutyDecision {
  const Regime* regime = nullptr;  // Never null.
  // The version that holds on the local day of awareness; null when none does.
  const RegimeVersion* version = nullptr;
  Entity entity;  // Empty without a version.
  Need need = Need::kNone;
  std::vector<std::string> reasons;  // The facts looked at, with what was found.
};

// One decision for each regime of the country, by id. The decisions point into `catalogue`.
std::vector<DutyDecision> Assess(const RegimeCatalogue& catalogue, const CaseFacts& facts,
                                 const organisation::Organisation& organisation);

// What one regime says, by the version that holds on the local day of awareness.
DutyDecision AssessRegime(const Regime& regime, const CaseFacts& facts,
                          const organisation::Organisation& organisation);

// Where the clocks of the municipality hang: its time zone and its country's holidays.
deadline::Calendar CalendarOf(const organisation::Organisation& organisation);

}  // namespace avvik::escalation
