#include "services/escalation/pairing.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace avvik::escalation {
namespace {

// What is decided of a duty whose entity is not hit: by the regime of `other`.
DutyDecision NotHit(const DutyDecision& other, const Duty& duty) {
  return {.regime = other.regime,
          .version = other.version,
          .entity = duty.entity,
          .aware_time = duty.aware_time,
          .reasons = {duty.entity.unit + " is not hit"}};
}

}  // namespace

std::vector<Pairing> Pair(std::vector<DutyDecision> decisions, const std::vector<Duty>& duties) {
  std::vector<Pairing> pairings;
  std::set<const Duty*> paired;
  const auto of_regime = [](const std::string& regime) {
    return [regime](const Duty& duty) { return duty.regime == regime; };
  };
  for (DutyDecision& decision : decisions) {
    const std::string& regime = decision.regime->id;
    const bool alone =
        std::count_if(decisions.begin(), decisions.end(),
                      [&](const DutyDecision& other) { return other.regime == decision.regime; }) ==
            1 &&
        std::count_if(duties.begin(), duties.end(), of_regime(regime)) == 1;
    const auto duty = std::find_if(duties.begin(), duties.end(), [&](const Duty& known) {
      return known.regime == regime && (alone || known.entity.unit == decision.entity.unit);
    });
    Pairing& pairing = pairings.emplace_back();
    if (duty != duties.end()) {
      pairing.duty = &*duty;
      paired.insert(pairing.duty);
    }
    pairing.decision = decision;
  }
  for (const Duty& duty : duties) {
    if (paired.contains(&duty)) continue;
    const auto other = std::find_if(
        decisions.begin(), decisions.end(),
        [&](const DutyDecision& decision) { return decision.regime->id == duty.regime; });
    if (other != decisions.end()) pairings.push_back({NotHit(*other, duty), &duty});
  }
  return pairings;
}

}  // namespace avvik::escalation
