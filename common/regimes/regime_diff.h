// What differs between two sets of regimes, in words. Pure.
#pragma once

#include <string>
#include <vector>

#include "avvik/escalation/v1/regime.pb.h"
#include "common/regimes/regime_catalogue.h"

namespace avvik::regimes {

// One thing that differs.
struct Difference {
  enum class Kind { kNew, kGone, kChanged };

  Kind kind = Kind::kChanged;
  std::string regime;   // Empty for a question.
  std::string version;  // Empty for what is of the regime as a whole.
  std::string what;     // Such as `stage incidentanmalan, clock, hours`; empty for the whole.
  std::string before;   // Empty with kNew.
  std::string after;    // Empty with kGone.

  friend bool operator==(const Difference&, const Difference&) = default;
};

// By regime and version, then in the order of the schema; questions last.
std::vector<Difference> Compare(const RegimeCatalogue& before, const RegimeCatalogue& after);

// One line, such as `SE-NIS2 2026-07-01: stage incidentanmalan, clock, hours: 72 is now 24`.
std::string Describe(const Difference& difference);

// A condition in words, such as `personal_data and not (kind is WEAKNESS or NEAR_MISS)`.
std::string Describe(const v1::Condition& condition);

}  // namespace avvik::regimes
