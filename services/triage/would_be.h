// What would become of a case that does not exist: who would get it and why. Pure; the case is opened and
// routed by the code that opens and routes every other one.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/triage/case.h"

namespace avvik::triage {

// A part in the case is acted on by somebody else at that time.
struct Acting {
  std::string absent;  // Login of the one stood in for.
  const organisation::v1::StandIn* by = nullptr;  // Of the organisation.
};

struct WouldBe {
  Case opened;
  Route route;
  std::vector<Acting> acting;  // For the owner first.
};

// `report` says what is known of it; `organisation` must outlive the answer.
WouldBe WouldBecome(const ReportTold& report, const ClassificationRules& rules,
                    const organisation::Organisation& organisation, absl::Time time);

}  // namespace avvik::triage
