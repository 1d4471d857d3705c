// What happened to a case, as people read it: from its events, its notes and the trace. Pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "avvik/events/v1/event.pb.h"
#include "avvik/triage/v1/case_history.pb.h"
#include "common/audit/record.h"
#include "common/organisation/organisation.h"
#include "services/triage/case.h"
#include "services/triage/measure.h"

namespace avvik::triage {

// A stretch of what was told of a case, with what it takes to tell it to people.
struct CaseStory {
  Case subject;                           // With notes.
  std::vector<events::v1::Event> before;  // The event right before the stretch, if there was one.
  std::vector<events::v1::Event> events;  // In order.
  std::vector<audit::Record> records;     // Of what was done, by whom.
  std::map<std::string, Measure> measures;  // Of the case, by id.
  std::set<std::string> readable;  // UUIDs of the other cases in it that the caller may read.
};

// One entry for each event, in order. `organisation` gives people their names; it may be null. DATA_LOSS when an
// event is not what its type says.
absl::StatusOr<std::vector<v1::TimelineEntry>> TimelineOf(
    const CaseStory& story, const organisation::Organisation* organisation);

// The UUID of the other case that an event names; empty when it names none.
std::string OtherCaseIn(const events::v1::Event& event);

}  // namespace avvik::triage
