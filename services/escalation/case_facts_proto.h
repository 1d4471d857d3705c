// From what triage tells to the domain's facts.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/triage/v1/triage_events.pb.h"
#include "services/escalation/case_facts.h"

namespace avvik::escalation {

// The facts that were so at `as_of`. Error: error::InvalidEvent when the case has no UUID or no
// time of awareness.
absl::StatusOr<CaseFacts> FactsFromProto(const std::string& tenant,
                                         const triage::v1::CaseFacts& proto, absl::Time as_of);

}  // namespace avvik::escalation
