// The domain of triage: what a case is, and what may happen to it. Values in, decision out; no
// clock, no store.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/campaigns/fingerprint.h"
#include "services/triage/classification.h"
#include "services/triage/routing.h"

namespace avvik::triage {

// Longest a clock of a caller may run ahead of ours.
inline constexpr absl::Duration kClockSkew = absl::Minutes(5);

// What intake told of a report.
struct ReportTold {
  std::string report_id;
  std::string number;
  std::string title;
  std::string unit;
  std::string system;
  ReportedFacts facts;
  std::optional<absl::Time> occurred;
  std::optional<absl::Time> discovered;
  absl::Time reported;
  bool imported = false;
  campaigns::Fingerprint fingerprint;  // Empty when reports like it are not recognised.
  std::vector<campaigns::Fingerprint> other_fingerprints;  // By other keys, while intake's is replaced.
};

struct Note {
  std::string id;
  std::string text;
  Party author;
  absl::Time created;
};

struct Case {
  std::string id;
  std::string tenant;
  std::string number;
  std::string report_id;
  std::string title;
  v1::CaseState state = v1::CASE_STATE_OPEN;
  std::string unit;
  std::string system;
  type::v1::Category category = type::v1::CATEGORY_UNSPECIFIED;
  v1::Classification classification;
  Party owner;
  std::vector<Party> drawn_in;
  std::vector<Party> named;  // Given access, as persons or (without a login) as a function.
  bool restricted = false;   // Somebody has decided so.
  std::optional<absl::Time> occurred;
  std::optional<absl::Time> discovered;
  absl::Time aware;     // When somebody responsible knew; the statutory clocks start here.
  absl::Time reported;  // When the municipality was first told.
  absl::Time opened;
  std::optional<absl::Time> due;  // Of its duties, the next step; follows what escalation tells.
  std::optional<absl::Time> acknowledged;
  std::optional<absl::Time> closed;
  v1::Resolution resolution = v1::RESOLUTION_UNSPECIFIED;
  std::string outcome;
  int reopen_count = 0;
  bool imported = false;
  bool withdrawn = false;
  std::vector<Note> notes;
  absl::Time updated;
  int64_t organisation_version = 0;
  std::string wrapped_key;  // Of the case's texts, as it is kept; empty before the first time.
  std::optional<absl::Time> erased;  // Then title, outcome and notes are gone.
  std::optional<absl::Time> held;    // A legal hold: it may not be erased.
  std::string hold_reference;
  int64_t version = 1;
  int64_t report_count = 1;  // The one that opened it, and those linked to it.
  std::string group_id;      // The case it is grouped into; empty when none.
  int64_t member_count = 0;  // Cases grouped into it.
  v1::Cause cause = v1::CAUSE_UNSPECIFIED;
  std::string outcome_for_reporter;
  int64_t measure_count = 0;       // Those given up left out.
  int64_t open_measure_count = 0;  // Of these.
  std::optional<absl::Time> work_due;  // Until when all of the open ones shall be done.
};

struct Measure;

// What happened to a case, as the others are told.
enum class Happening {
  kOpened,
  kClassified,
  kAssigned,
  kAcknowledged,
  kNoted,
  kReportChanged,
  kClosed,
  kReopened,
  kHeld,
  kReleased,
  kErased,
  kRestricted,
  kAccessChanged,
  kHandedOver,
  kReportLinked,
  kReportUnlinked,
  kGrouped,
  kUngrouped,
  kMeasureDecided,
  kMeasureChanged,
  kMeasureDone,
  kMeasureDropped,
  kMeasureReopened,
};

// A case after a change.
struct CaseChange {
  Case changed;
  Happening happening;
  // The report that was linked or unlinked.
  std::string report_id;
  std::string report_number;
  // The case that this one was grouped into or left, after the change.
  std::shared_ptr<const Case> leader;
  // The measure that was decided or changed, after and, unless it is new, before the change.
  std::shared_ptr<const Measure> measure = nullptr;
  std::shared_ptr<const Measure> measure_before = nullptr;
};

// How a case ends.
struct Ending {
  v1::Resolution resolution = v1::RESOLUTION_UNSPECIFIED;
  std::string outcome;
  v1::Cause cause = v1::CAUSE_UNSPECIFIED;
  std::string outcome_for_reporter;
};

// A case for a report, classified by rule and without an owner. A unit or system that the
// organisation does not know (any more) is kept as told and counts as not named.
CaseChange Open(const ReportTold& report, const std::string& tenant, std::string id,
                const ClassificationRules& rules, const organisation::Organisation& organisation,
                absl::Time now);

// What routing looks at of a case.
RoutedFacts RoutedFactsOf(const Case& subject);

// Open, and Assign when the organisation's rules find an owner: one change or two, in order.
absl::StatusOr<std::vector<CaseChange>> OpenRouted(const ReportTold& report,
                                                   const std::string& tenant, std::string id,
                                                   const ClassificationRules& rules,
                                                   const organisation::Organisation& organisation,
                                                   absl::Time now);

// The others: FAILED_PRECONDITION (CASE_STATE) when the case is in another state.

// `owner` owns the case; `drawn_in` replaces those drawn in so far.
absl::StatusOr<CaseChange> Assign(Case subject, Party owner, const std::vector<Party>& drawn_in,
                                  int64_t organisation_version, absl::Time now);

// `classification` has passed ClassificationRules::ByPerson. A given `aware` corrects the time of
// awareness: INVALID_ARGUMENT when it is in the future. Whom the rules draw in now is drawn in too
// (personal data is found, and the data protection officer comes in); nobody is let go and the
// owner stays.
absl::StatusOr<CaseChange> Classify(Case subject, v1::Classification classification,
                                    std::optional<absl::Time> aware,
                                    const organisation::Organisation& organisation, absl::Time now);

absl::StatusOr<CaseChange> Acknowledge(Case subject, absl::Time now);
absl::StatusOr<CaseChange> AddNote(Case subject, Note note);
absl::StatusOr<CaseChange> Close(Case subject, Ending ending, absl::Time now);
// The reason is kept as a note.
absl::StatusOr<CaseChange> Reopen(Case subject, Note reason);

// Who the case is for: national security comes before a person's decision, and that before personal
// data.
type::v1::Sphere SphereOf(const Case& subject);

// Who may see a case changes in every state.

// Restricts the case, or leaves it to its classification again. `by` is named when it would have no
// part in the restricted case. The reason is kept as a note, as in the next two.
CaseChange Restrict(Case subject, bool restricted, const Party& by, Note reason);
// Gives access. Naming somebody again only adds the note.
CaseChange GrantAccess(Case subject, const Party& party, Note reason);
// Takes access back. FAILED_PRECONDITION (NOT_NAMED) when the party is not named.
absl::StatusOr<CaseChange> RevokeAccess(Case subject, const Party& party, Note reason);

// Puts `to` in the place of the person `from` wherever that one has a part, in every state. A case
// that `from` owned and that is open waits for the new owner to take it on.
CaseChange HandOver(Case subject, const std::string& from, const Party& to,
                    int64_t organisation_version, absl::Time now);

// The report behind the case was supplemented, or taken back.
absl::StatusOr<CaseChange> ReportChanged(Case subject, bool withdrawn, absl::Time now);

// The same in any state: FAILED_PRECONDITION (CASE_ERASED) when the case was erased.
absl::StatusOr<CaseChange> Hold(Case subject, std::string reference, absl::Time now);
absl::StatusOr<CaseChange> Release(Case subject, absl::Time now);

// The case without its texts. FAILED_PRECONDITION when it is not closed (CASE_STATE), is held
// (CASE_HELD), or was erased before (CASE_ERASED).
absl::StatusOr<CaseChange> Erase(Case subject, absl::Time now);

// What is lost when a case is erased, for its certificate: such as `title`, `outcome`, `notes=3`.
std::vector<std::string> DataClassesOf(const Case& subject);

// The version as the API shows it.
std::string EtagOf(const Case& subject);

// ABORTED (CASE_CHANGED) when `etag` is given and not of this version.
absl::Status CheckEtag(const Case& subject, const std::string& etag);

}  // namespace avvik::triage
