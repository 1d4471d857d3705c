// Cases as the decision on access sees them.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "avvik/events/v1/event.pb.h"
#include "avvik/triage/v1/triage_events.pb.h"
#include "common/organisation/rights.h"

namespace avvik::organisation {

// The facts in an event of a case, whatever it tells: all of them carry `facts`. Nothing for other
// events. DATA_LOSS when the event is not what its type says.
absl::StatusOr<std::optional<triage::v1::CaseFacts>> CaseFactsIn(const events::v1::Event& event);

// The matter a case is by its facts. Its parties are the persons who own it, are drawn in or are
// named, and the functions named; in the spheres open and personal data also the functions by which
// it is owned and others are drawn in, so that it passes on with the function. A sphere that is not
// said follows from the classification.
Matter MatterOf(const triage::v1::CaseFacts& facts);

}  // namespace avvik::organisation
