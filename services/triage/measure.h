// What is to be done because of a case, and what may happen to it. Values in, decision out; no clock, no store.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/triage/v1/measures.pb.h"
#include "services/triage/case.h"

namespace avvik::triage {

struct Measure {
  std::string id;
  std::string case_id;
  std::string case_number;  // This, title and unit are those of the case; only of what was read.
  std::string case_title;
  std::string unit;
  std::string title;
  v1::MeasureKind kind = v1::MEASURE_KIND_UNSPECIFIED;
  v1::MeasureState state = v1::MEASURE_STATE_OPEN;
  Party owner;  // Without a login: whoever holds the function.
  std::optional<absl::Time> due;
  std::string note;        // Of the end.
  std::string decided_by;  // Login.
  absl::Time decided;
  std::string ended_by;  // Login; empty while it is open.
  std::optional<absl::Time> ended;
  int reopen_count = 0;
  absl::Time updated;
  int64_t version = 1;
};

// What shall be done, by whom, until when.
struct MeasurePlan {
  std::string title;
  v1::MeasureKind kind = v1::MEASURE_KIND_UNSPECIFIED;
  Party owner;
  std::optional<absl::Time> due;
};

// A measure after a change.
struct MeasureChange {
  Measure changed;
  Happening happening;
  std::optional<Note> note;  // To be kept with the case.
};

// Decides on a first or a further change of a measure, from its case and itself as they stand.
using MeasureDecision = std::function<absl::StatusOr<MeasureChange>(const Case&)>;
using MeasureFurtherDecision = std::function<absl::StatusOr<MeasureChange>(const Case&, Measure)>;

// The person's part is their function: `owner` of a person and of a function. INVALID_ARGUMENT naming
// `plan.owner` or `plan.owner_role` when neither or both are given, when there is no such person, when it is no
// function of a unit or of the municipality, or when nobody holds it. The unit given back is the one that the
// function is held for: that asked for or the nearest above.
absl::StatusOr<Party> OwnerOf(const v1::MeasurePlan& plan, const std::string& caller,
                              const RoutedFacts& facts, const organisation::Organisation& organisation);

// Those who do it now: the person, or those who hold the function.
std::vector<std::string> LoginsOf(const Party& owner, const organisation::Organisation& organisation);

// What a measure of this owner is found by: the pseudonym of the person, or the key of the function.
std::string OwnerKey(const std::string& tenant, const Party& owner);

MeasureChange Decide(const Case& subject, std::string id, MeasurePlan plan, std::string by,
                     absl::Time now);

// FAILED_PRECONDITION (MEASURE_STATE) when the measure's state does not allow it.
absl::StatusOr<MeasureChange> ChangePlan(Measure measure, MeasurePlan plan, absl::Time now);
// The same with another owner.
absl::StatusOr<MeasureChange> HandOver(Measure measure, Party to, absl::Time now);
absl::StatusOr<MeasureChange> Complete(Measure measure, std::string note, std::string by,
                                       absl::Time now);
absl::StatusOr<MeasureChange> Drop(Measure measure, std::string reason, std::string by,
                                   absl::Time now);
// The reason is to be kept as a note of the case.
absl::StatusOr<MeasureChange> Reopen(Measure measure, Note reason);

// The case after a change of one of its measures; `before` is the measure until then, null when it was decided
// by the change.
CaseChange WithMeasure(Case subject, const Measure* before, const MeasureChange& change);

// Whether it is open and its time is over.
bool IsOverdue(const Measure& measure, absl::Time now);

// Commands its state allows: `change`, `complete`, `drop`, `reopen`.
std::vector<std::string> AllowedMeasureCommands(v1::MeasureState state);

std::string EtagOf(const Measure& measure);
// ABORTED (MEASURE_CHANGED) when `etag` is given and not of this version.
absl::Status CheckEtag(const Measure& measure, const std::string& etag);

}  // namespace avvik::triage
