// Which decision of an assessment is about which duty of the case. Pure.
#pragma once

#include <vector>

#include "services/escalation/assessment.h"
#include "services/escalation/duty.h"

namespace avvik::escalation {

struct Pairing {
  DutyDecision decision;
  const Duty* duty = nullptr;  // Null while none was opened.
};

// Every decision with its duty: that of the same regime and entity; where a regime has one of each,
// these, for a case that moves takes its duty along. A duty whose entity is no longer hit gets a
// decision of its own, that nothing is needed. Duties of regimes that nothing was decided on are left out.
// The duties must outlive the answer.
std::vector<Pairing> Pair(std::vector<DutyDecision> decisions, const std::vector<Duty>& duties);

}  // namespace avvik::escalation
