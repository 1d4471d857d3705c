// What escalation knows of a case: the facts that every event of triage carries, and what people
// answered to the questions of the rules, without any text. Pure values.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "avvik/type/v1/classification.pb.h"

namespace avvik::escalation {

using type::v1::Answer;
using type::v1::Kind;
using type::v1::SecurityProperty;
using type::v1::Severity;

// A unit that is hit, and when somebody responsible in it knew; unset: as for the case.
struct AffectedUnit {
  std::string unit;
  std::optional<absl::Time> aware_time;

  friend bool operator==(const AffectedUnit&, const AffectedUnit&) = default;
};

// What somebody answered to a question of the rules. By the kind of the question one of the first
// four counts.
struct CaseAnswer {
  bool yes = false;
  std::optional<std::int64_t> number;  // A number, or minutes.
  std::vector<std::string> choices;
  std::vector<AffectedUnit> units;
  std::string person;  // Who answered, by pseudonym; empty for a machine.
  absl::Time time;     // When.

  friend bool operator==(const CaseAnswer&, const CaseAnswer&) = default;
};

struct CaseFacts {
  std::string tenant;
  std::string case_id;  // UUID.
  std::string number;   // Human number.
  std::string unit;     // Where it happened; empty when not known.
  // Who the case is for, and the keys of those who have a part in it, without repeats.
  type::v1::Sphere sphere = type::v1::SPHERE_OPEN;
  std::vector<std::string> parties;

  Kind kind = Kind::KIND_UNSPECIFIED;
  type::v1::Category category = type::v1::CATEGORY_UNSPECIFIED;
  // Consequence level 0–4 by SecurityProperty; a property that is not hit has 0.
  std::array<int, 5> impacts{};
  Severity severity = Severity::SEVERITY_UNSPECIFIED;
  Answer personal_data = Answer::ANSWER_UNSPECIFIED;
  Answer national_security = Answer::ANSWER_UNSPECIFIED;
  Answer ongoing = Answer::ANSWER_UNSPECIFIED;
  Answer information_system = Answer::ANSWER_UNSPECIFIED;
  Answer risk_unlikely = Answer::ANSWER_UNSPECIFIED;
  std::optional<std::int64_t> affected_persons;

  std::map<std::string, CaseAnswer> answers;  // By question.

  absl::Time aware_time;                 // When somebody responsible knew.
  std::optional<absl::Time> occur_time;  // When it happened, as far as known.
  std::optional<absl::Time> report_time;  // When it was first reported.
  std::optional<absl::Time> close_time;  // Set while the case is closed.
  bool no_deviation = false;             // Closed because nothing had gone wrong.
  bool imported = false;                 // Brought from an older register.
  absl::Time as_of;                      // When these facts were so.

  friend bool operator==(const CaseFacts&, const CaseFacts&) = default;
};

}  // namespace avvik::escalation
