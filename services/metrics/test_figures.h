// Figures for tests, made in one line.
#pragma once

#include <string>

#include "common/ids/fake_id_source.h"
#include "services/metrics/figures.h"

namespace avvik::metrics {

inline constexpr char kTenant[] = "by";
// Saturday 21 November 2026, 08:00 UTC.
inline const absl::Time kNow = absl::FromUnixSeconds(1'795'248'000);

inline FigureHeading Heading(int sequence, unsigned id, int64_t version = 1) {
  return {.id = FakeIdSource::Nth(id),
          .tenant = kTenant,
          .number = {.year = 2026, .sequence = static_cast<uint32_t>(sequence)},
          .version = version};
}

inline ReportFigure MakeReport(int sequence, const std::string& unit = "social",
                               const std::string& system = "journal") {
  return {.heading = Heading(sequence, 1000 + static_cast<unsigned>(sequence)),
          .unit = unit,
          .system = system,
          .reported = kNow - absl::Hours(48)};
}

// An open incident that hits secrecy at level 2.
inline CaseFigure MakeCase(int sequence, const std::string& unit = "social",
                           const std::string& system = "journal") {
  CaseFigure figure;
  figure.heading = Heading(sequence, 2000 + static_cast<unsigned>(sequence));
  figure.state = triage::v1::CASE_STATE_ASSIGNED;
  figure.unit = unit;
  figure.system = system;
  figure.kind = type::v1::KIND_INCIDENT;
  figure.severity = type::v1::SEVERITY_HIGH;
  figure.levels[0] = 2;
  figure.reported = kNow - absl::Hours(48);
  figure.opened = kNow - absl::Hours(47);
  return figure;
}

// A required duty with one statutory stage, to be told `left` from now.
inline DutyFigure MakeDuty(int sequence, absl::Duration left) {
  return {.heading = Heading(sequence, 3000 + static_cast<unsigned>(sequence)),
          .regime = "SE-GDPR-33",
          .state = escalation::v1::DUTY_STATE_REQUIRED,
          .stages = {{.stage = "notification",
                      .state = escalation::v1::STAGE_STATE_RUNNING,
                      .statutory = true,
                      .target = kNow + left,
                      .submitted = {}}}};
}

}  // namespace avvik::metrics
