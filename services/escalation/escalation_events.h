// What escalation tells the other services.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "avvik/escalation/v1/escalation_events.pb.h"
#include "avvik/events/v1/event.pb.h"
#include "common/ids/id_source.h"
#include "services/escalation/dossier.h"
#include "services/escalation/duty.h"

namespace avvik::escalation {

// What the others may know of a duty.
v1::DutyFacts FactsOf(const Duty& duty);

// One event for each change of the outcome, in order; each carries the duty as it is after all of
// them.
std::vector<events::v1::Event> EventsOf(IdSource& ids, const DutyOutcome& outcome, absl::Time now,
                                        const std::string& trace_parent);

// That a dossier was written on, stands elsewhere, or got a file. `dossier` is as it is after it; versions, steps and
// files together count its changes.
events::v1::Event DossierEvent(IdSource& ids, const Duty& duty, const StageDossier& dossier,
                               int version, const std::string& person, absl::Time now,
                               const std::string& trace_parent);

}  // namespace avvik::escalation
