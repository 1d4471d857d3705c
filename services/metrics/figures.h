// What the events of the other services say, as the rows that indicators are counted from. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/delivery/v1/delivery.pb.h"
#include "avvik/escalation/v1/duty.pb.h"
#include "avvik/events/v1/event.pb.h"
#include "avvik/triage/v1/case.pb.h"
#include "avvik/triage/v1/measures.pb.h"
#include "avvik/type/v1/classification.pb.h"
#include "services/metrics/case_number.h"

namespace avvik::metrics {

// What every figure has: whose it is, which deviation it belongs to, and how new it is.
struct FigureHeading {
  std::string id;  // UUID of the report, case, duty, notice or measure.
  std::string tenant;
  CaseNumber number;
  int64_t version = 0;  // Of the subject; a larger one replaces a smaller one.

  friend bool operator==(const FigureHeading&, const FigureHeading&) = default;
};

struct ReportFigure {
  FigureHeading heading;
  std::string unit;    // May be empty.
  std::string system;  // May be empty.
  type::v1::Sphere sphere = type::v1::SPHERE_OPEN;
  absl::Time reported;

  friend bool operator==(const ReportFigure&, const ReportFigure&) = default;
};

inline constexpr int kProperties = 4;
// How hard each property is hit, 0–4, by SecurityProperty less one; unset: not hit.
using Levels = std::array<std::optional<int>, kProperties>;

struct CaseFigure {
  FigureHeading heading;
  triage::v1::CaseState state = triage::v1::CASE_STATE_UNSPECIFIED;
  std::string unit;    // May be empty.
  std::string system;  // May be empty.
  type::v1::Sphere sphere = type::v1::SPHERE_OPEN;
  type::v1::Kind kind = type::v1::KIND_UNSPECIFIED;
  type::v1::Severity severity = type::v1::SEVERITY_UNSPECIFIED;
  Levels levels;
  absl::Time reported;
  absl::Time opened;
  std::optional<absl::Time> acknowledged;
  std::optional<absl::Time> closed;
  int reopen_count = 0;
  triage::v1::Cause cause = triage::v1::CAUSE_UNSPECIFIED;  // Of a closed case.

  friend bool operator==(const CaseFigure&, const CaseFigure&) = default;
};

struct StageFigure {
  std::string stage;
  escalation::v1::StageState state = escalation::v1::STAGE_STATE_UNSPECIFIED;
  bool statutory = false;
  std::optional<absl::Time> target;
  std::optional<absl::Time> submitted;

  friend bool operator==(const StageFigure&, const StageFigure&) = default;
};

struct DutyFigure {
  FigureHeading heading;
  std::string regime;
  escalation::v1::DutyState state = escalation::v1::DUTY_STATE_UNSPECIFIED;
  std::vector<StageFigure> stages;

  friend bool operator==(const DutyFigure&, const DutyFigure&) = default;
};

struct NoticeFigure {
  FigureHeading heading;
  delivery::v1::NoticeState state = delivery::v1::NOTICE_STATE_UNSPECIFIED;

  friend bool operator==(const NoticeFigure&, const NoticeFigure&) = default;
};

struct MeasureFigure {
  FigureHeading heading;
  triage::v1::MeasureState state = triage::v1::MEASURE_STATE_UNSPECIFIED;
  std::optional<absl::Time> due;

  friend bool operator==(const MeasureFigure&, const MeasureFigure&) = default;
};

using Figure = std::variant<ReportFigure, CaseFigure, DutyFigure, NoticeFigure, MeasureFigure>;

// The figure an event tells of; nothing for types that no indicator rests on. INVALID_ARGUMENT
// (EVENT_UNREADABLE) when the event is not what its type says: an id that is no UUID, a number that is no
// case number, a time that is missing.
absl::StatusOr<std::optional<Figure>> FigureOf(const events::v1::Event& event);

}  // namespace avvik::metrics
