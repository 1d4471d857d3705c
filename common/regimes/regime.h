// A regime of the law after reading and checking its data: what the engine works with. Pure values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "avvik/escalation/v1/regime.pb.h"
#include "common/deadline/holidays.h"
#include "common/regimes/condition.h"

namespace avvik::regimes {

// By when a stage must be done.
struct StageClock {
  enum class Kind { kHours, kMonths, kPromptly, kOnRequest };
  enum class From { kAware, kFound, kHandled, kStageSubmitted, kRequest };

  Kind kind = Kind::kHours;
  int amount = 0;  // Hours, months, or with kPromptly our own target in minutes (0: none).
  From from = From::kAware;
  std::string from_stage;  // With kStageSubmitted: which.

  // Whether the law itself names a time.
  bool statutory() const { return kind == Kind::kHours || kind == Kind::kMonths; }
};

// Other hours for some.
struct ClockOverride {
  Condition when;
  int hours = 0;
};

// One step of a duty.
struct StageRule {
  std::string id;
  std::string title;
  StageClock clock;
  std::vector<ClockOverride> overrides;  // With kHours: the first that is known to hold counts.
  std::optional<Condition> applies_when;
  int remind_minutes_before = 0;  // 0: a quarter of the time.
  bool late_reasons = false;
  bool optional =
      false;  // Never overdue; the duty is fulfilled without it. True for stages on request.
  std::vector<v1::StageField> fields;  // What the authority asks for, in its order.
  v1::Confidence fields_confidence = v1::CONFIDENCE_UNSPECIFIED;
  std::string continues;  // The stage whose fields are carried over; may be empty.

  // Null when there is none of that id.
  const v1::StageField* FindField(const std::string& field) const;
};

// Days from `from` to `until`, both included; unset is open.
struct DayRange {
  std::optional<absl::CivilDay> from;
  std::optional<absl::CivilDay> until;

  bool Contains(absl::CivilDay day) const {
    return (!from || *from <= day) && (!until || day <= *until);
  }
};

// Who is told.
struct ReceiverRule {
  std::string name;
  std::string channel;
  std::string url;
  DayRange days;
  std::string contact;
  std::vector<std::string> never;  // Ways it does not take.
};

// When the law lets go of a duty.
struct ExemptionRule {
  std::string title;
  std::optional<Condition> when;  // Unset: for a person to judge.
  std::string handled_by;         // Id of a regime; may be empty.
};

// The rules between two days.
struct RegimeVersion {
  std::string version;
  DayRange days;  // `from` is always set, unless the version covers earlier days too.
  v1::EntityUnit entity_unit = v1::ENTITY_UNIT_UNSPECIFIED;
  v1::DutyKind duty = v1::DUTY_KIND_MANDATORY;  // Never unspecified.
  Condition applies_when;
  // While applies_when is not known, the duty is opened unless this is known to fail. Unset: it is
  // not.
  std::optional<Condition> presumed_when;
  std::optional<Condition> unless;
  std::vector<ExemptionRule> exemptions;
  std::string entity_question;  // Of kind UNITS; may be empty.
  bool documented = false;
  std::vector<std::string> document_questions;
  std::string legal_basis;
  bool content_elsewhere = false;
  std::vector<ReceiverRule> receivers;
  std::string language;
  std::vector<v1::OptionList> option_lists;
  std::vector<StageRule> stages;
  std::vector<std::string> secrecy;
  v1::Confidence confidence = v1::CONFIDENCE_UNSPECIFIED;
  bool disabled = false;

  // The rule of a stage; null when there is none of that id.
  const StageRule* FindStage(const std::string& id) const;
  // The list that a field chooses from; null when it chooses from none.
  const v1::OptionList* OptionsOf(const v1::StageField& field) const;
  // Who is told on a day; null when nobody is named for it.
  const ReceiverRule* ReceiverOn(absl::CivilDay day) const;
};

// A statutory duty to tell an authority.
struct Regime {
  std::string id;
  std::string title;
  std::optional<deadline::Country> country;  // Unset: the whole Union.
  std::vector<RegimeVersion> versions;  // By time, without overlap or gap.

  bool HoldsIn(deadline::Country where) const { return !country || *country == where; }
  // The version that holds on a local day; null when none does.
  const RegimeVersion* VersionOn(absl::CivilDay day) const;
  // The version of this name; null when there is none.
  const RegimeVersion* FindVersion(const std::string& version) const;
};

}  // namespace avvik::regimes
