// A duty to tell an authority about one case, with the clocks of its stages: how it is found, how
// it changes with the facts, with what people do and with time. Pure: values in, values out; no
// clock, no store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/escalation/v1/duty.pb.h"
#include "common/deadline/deadline.h"
#include "common/regimes/regime.h"
#include "services/escalation/assessment.h"
#include "services/escalation/case_facts.h"
#include "services/escalation/stage_times.h"

namespace avvik::escalation {

using v1::DutyState;
using v1::StageState;

// One stage, with its clock.
struct DutyStage {
  std::string id;
  StageState state = StageState::STAGE_STATE_WAITING;
  bool statutory = false;  // Whether the law names a time.
  // Empty while what starts the clock has not happened, and for stages without a time, as optional
  // ones are.
  StageTimes times;
  // Unset until it was told.
  std::optional<absl::Time> submit_time;
  std::string external_id;
  std::string reason;
  int dossier_version = 0;  // Which version of the dossier was told; 0 when none was written.

  friend bool operator==(const DutyStage&, const DutyStage&) = default;
};

struct Duty {
  std::string id;  // UUID.
  std::string tenant;
  std::string case_id;
  std::string number;
  std::string regime;
  std::string regime_version;  // Pinned to the local day of awareness.
  Entity entity;
  DutyState state = DutyState::DUTY_STATE_TO_ASSESS;
  std::vector<std::string> reasons;
  absl::Time aware_time;
  // When the case was closed or stopped going on; unset while it does.
  std::optional<absl::Time> handled_time;
  // As in the regime; those that a version no longer has stay when submitted.
  std::vector<DutyStage> stages;
  // A person's decision that the duty does not arise: why, by whom (a pseudonym), and from which
  // state. The state is set while the decision holds; the words stay.
  std::string rule_out_reason;
  std::string rule_out_person;
  DutyState ruled_out_from = DutyState::DUTY_STATE_UNSPECIFIED;
  // Who may see it, as of its case.
  std::string unit;
  type::v1::Sphere sphere = type::v1::SPHERE_OPEN;
  std::vector<std::string> parties;
  // When its case was erased, and with it what people wrote here; unset while it is kept.
  std::optional<absl::Time> erase_time;
  // The key of what people wrote, wrapped; empty until something is written. Set by the store.
  std::string wrapped_key;
  absl::Time create_time;
  absl::Time update_time;  // Of the last write; set by the store.
  // Counts up by one with each change that is told.
  std::int64_t version = 0;

  friend bool operator==(const Duty&, const Duty&) = default;
};

// What happened to a duty, to be told to the others.
struct DutyChange {
  enum class Kind { kFound, kChanged, kRuledOut, kStageDueSoon, kStageOverdue, kStageSubmitted };
  Kind kind = Kind::kChanged;
  std::string stage;  // With the kinds of a stage.

  friend bool operator==(const DutyChange&, const DutyChange&) = default;
};

// A duty after something happened, and what of it is news, in order. The last change made the
// duty's version.
struct DutyOutcome {
  Duty duty;
  std::vector<DutyChange> changes;
  std::string person = {};  // Whose deed it was, by pseudonym; set by whoever knows.
};

// What a duty goes by.
struct DutyRules {
  const RegimeVersion& version;
  deadline::Calendar calendar;
};

// Opens the duty that `decision` finds in a case; it must find one. A stage whose target has
// already passed is overdue at once. That is no news for a case from an older register: nobody is
// called about it.
DutyOutcome OpenDuty(std::string id, const DutyDecision& decision, const CaseFacts& facts,
                     const deadline::Calendar& calendar, absl::Time now);

// Brings a duty in line with the facts of its case as they are now: clocks follow a corrected
// awareness, the duty is ruled out when the law no longer asks for it, and comes back when it does
// again, which that it may be does not bring about. What was told stays told. A person's decision that the duty does not arise holds, unless
// it was made while a fact was missing that now shows the duty required. An erased duty follows its
// case in who may see it only.
DutyOutcome ReassessDuty(const Duty& duty, const DutyDecision& decision, const CaseFacts& facts,
                         const deadline::Calendar& calendar, absl::Time now);

// What somebody told an authority.
struct Submission {
  std::string stage;
  std::string external_id;  // The authority's own number; may be empty with a reason.
  std::string reason;
  std::optional<absl::Time> submit_time;  // Unset: now.
  // Which version of the dossier: as asked for (0: none in particular), and what that comes to.
  int dossier_version = 0;
  int told_version = 0;
  // Why it is late, as it stands in that version; counts where `reason` says nothing.
  std::string late_reasons = {};
};

// How far ahead of ours the clock of a caller may be; a time within it counts as now.
inline constexpr absl::Duration kClockTolerance = absl::Minutes(5);

// Records that a stage was told. The same again changes nothing. Errors as in errors.h:
// CaseErased, StageNotFound, DutyIsRuledOut, StageNotApplicable, StageWaits, StageAlreadySubmitted, and
// INVALID_ARGUMENT naming the field of the request: neither external id nor reason, late without
// the reason the law asks for, a time in the future, before awareness or before the stage that
// comes first.
absl::StatusOr<DutyOutcome> SubmitStage(const Duty& duty, const DutyRules& rules,
                                        const CaseFacts& facts, const Submission& submission,
                                        absl::Time now);

// Records a person's decision that the duty does not arise. Errors: CaseErased, DutyIsRuledOut,
// DutyIsFulfilled.
absl::StatusOr<DutyOutcome> RuleOutDuty(const Duty& duty, const std::string& reason,
                                        const std::string& person);

// What is left of a duty whose case was erased: nothing that people wrote or answered. Its clocks stand still as
// they are, because nobody can change it any more; what is counted stays. Unset when it was erased
// before.
std::optional<Duty> EraseDuty(const Duty& duty, absl::Time now);

// Lets time pass: stages come due soon and overdue.
DutyOutcome AdvanceDuty(const Duty& duty, absl::Time now);

// When AdvanceDuty next has something to do; unset when nothing but a deed changes the duty.
std::optional<absl::Time> NextDueTime(const Duty& duty);

// The earliest target still to be met; unset when there is none. The most urgent duty has the
// least.
std::optional<absl::Time> UrgentTime(const Duty& duty);

// Whether the duty is still to be done: required or to be assessed, and not erased.
bool IsOpen(const Duty& duty);

// The version as the API shows it.
std::string EtagOf(const Duty& duty);

}  // namespace avvik::escalation
