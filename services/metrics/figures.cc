#include "services/metrics/figures.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "avvik/delivery/v1/delivery_events.pb.h"
#include "avvik/escalation/v1/escalation_events.pb.h"
#include "avvik/intake/v1/intake_events.pb.h"
#include "avvik/triage/v1/triage_events.pb.h"
#include "common/ids/id_source.h"
#include "common/organisation/matter.h"
#include "common/rpc/time.h"
#include "common/status/macros.h"
#include "services/metrics/errors.h"

namespace avvik::metrics {
namespace {

using rpc::FromProtoTime;

std::optional<absl::Time> OptionalTime(bool has, const google::protobuf::Timestamp& time) {
  if (!has) return std::nullopt;
  return FromProtoTime(time);
}

absl::StatusOr<FigureHeading> HeadingOf(const events::v1::Event& event, const std::string& id,
                                        const std::string& number) {
  if (!IsUuid(id)) return error::EventUnreadable(event.type(), "has no id");
  const std::optional<CaseNumber> parsed = CaseNumber::Parse(number);
  if (!parsed.has_value()) return error::EventUnreadable(event.type(), "has no case number");
  return FigureHeading{.id = id,
                       .tenant = event.tenant(),
                       .number = *parsed,
                       .version = event.subject_version()};
}

Levels LevelsOf(const triage::v1::Classification& classification) {
  Levels levels;
  for (const type::v1::Impact& impact : classification.impacts()) {
    const int property = impact.property() - 1;
    if (property < 0 || property >= kProperties) continue;
    levels[property] = std::max(levels[property].value_or(0), impact.level());
  }
  return levels;
}

absl::StatusOr<Figure> Read(const events::v1::Event& event,
                            const intake::v1::ReportSubmitted& report) {
  ReportFigure figure;
  AVVIK_ASSIGN_OR_RETURN(figure.heading, HeadingOf(event, report.report_id(), report.number()));
  if (!report.has_reported_time()) {
    return error::EventUnreadable(event.type(), "has no reported_time");
  }
  figure.unit = report.unit();
  figure.system = report.system();
  figure.sphere = organisation::SphereOf(report.national_security(), report.personal_data(),
                                         /*restricted=*/false);
  figure.reported = FromProtoTime(report.reported_time());
  return figure;
}

absl::StatusOr<Figure> Read(const events::v1::Event& event, const triage::v1::CaseFacts& facts) {
  CaseFigure figure;
  AVVIK_ASSIGN_OR_RETURN(figure.heading, HeadingOf(event, facts.case_id(), facts.number()));
  if (!facts.has_reported_time() || !facts.has_open_time()) {
    return error::EventUnreadable(event.type(), "has no reported_time or no open_time");
  }
  figure.state = facts.state();
  figure.unit = facts.unit();
  figure.system = facts.system();
  figure.sphere = organisation::MatterOf(facts).sphere;
  // A value that this program does not know yet counts as not said.
  const triage::v1::Classification& classification = facts.classification();
  if (type::v1::Kind_IsValid(classification.kind())) figure.kind = classification.kind();
  if (type::v1::Severity_IsValid(classification.severity())) {
    figure.severity = classification.severity();
  }
  figure.levels = LevelsOf(classification);
  figure.reported = FromProtoTime(facts.reported_time());
  figure.opened = FromProtoTime(facts.open_time());
  figure.acknowledged = OptionalTime(facts.has_acknowledge_time(), facts.acknowledge_time());
  figure.closed = OptionalTime(facts.has_close_time(), facts.close_time());
  figure.reopen_count = facts.reopen_count();
  if (triage::v1::Cause_IsValid(facts.cause())) figure.cause = facts.cause();
  return figure;
}

absl::StatusOr<Figure> Read(const events::v1::Event& event,
                            const escalation::v1::DutyFacts& facts) {
  DutyFigure figure;
  AVVIK_ASSIGN_OR_RETURN(figure.heading, HeadingOf(event, facts.duty_id(), facts.number()));
  figure.regime = facts.regime();
  figure.state = facts.state();
  for (const escalation::v1::StageFacts& stage : facts.stages()) {
    figure.stages.push_back(
        {.stage = stage.stage(),
         .state = stage.state(),
         .statutory = stage.statutory(),
         .target = OptionalTime(stage.has_target_time(), stage.target_time()),
         .submitted = OptionalTime(stage.has_submit_time(), stage.submit_time())});
  }
  return figure;
}

absl::StatusOr<Figure> Read(const events::v1::Event& event,
                            const delivery::v1::NoticeFacts& facts) {
  NoticeFigure figure;
  AVVIK_ASSIGN_OR_RETURN(figure.heading, HeadingOf(event, facts.notice_id(), facts.number()));
  figure.state = facts.state();
  return figure;
}

// The case behind it is counted by its own events.
absl::StatusOr<Figure> Read(const events::v1::Event& event, const triage::v1::CaseFacts& facts,
                            const triage::v1::MeasureFacts& measure) {
  MeasureFigure figure;
  AVVIK_ASSIGN_OR_RETURN(figure.heading, HeadingOf(event, measure.measure_id(), facts.number()));
  figure.state = measure.state();
  figure.due = OptionalTime(measure.has_due_time(), measure.due_time());
  return figure;
}

using Reader = absl::StatusOr<Figure> (*)(const events::v1::Event&);

template <typename Message>
absl::StatusOr<Figure> ReadAs(const events::v1::Event& event) {
  Message message;
  if (!event.data().UnpackTo(&message)) {
    return error::EventUnreadable(event.type(), "cannot be parsed");
  }
  if constexpr (requires { message.measure(); }) {
    return Read(event, message.facts(), message.measure());
  } else if constexpr (requires { message.facts(); }) {
    return Read(event, message.facts());
  } else {
    return Read(event, message);
  }
}

template <typename... Messages>
std::map<std::string, Reader, std::less<>> ReadersOf() {
  return {{Messages::descriptor()->full_name(), &ReadAs<Messages>}...};
}

}  // namespace

absl::StatusOr<std::optional<Figure>> FigureOf(const events::v1::Event& event) {
  static const std::map<std::string, Reader, std::less<>> readers =
      ReadersOf<intake::v1::ReportSubmitted,                                          //
                triage::v1::CaseOpened, triage::v1::CaseClassified,                   //
                triage::v1::CaseAssigned, triage::v1::CaseAcknowledged,               //
                triage::v1::CaseNoted, triage::v1::CaseReportChanged,                 //
                triage::v1::CaseClosed, triage::v1::CaseReopened,                     //
                triage::v1::CaseRestricted, triage::v1::CaseAccessChanged,            //
                triage::v1::CaseHandedOver,                                           //
                triage::v1::MeasureDecided, triage::v1::MeasureChanged,               //
                triage::v1::MeasureDone, triage::v1::MeasureDropped,                  //
                triage::v1::MeasureReopened,                                          //
                escalation::v1::DutyFound, escalation::v1::DutyChanged,               //
                escalation::v1::DutyRuledOut, escalation::v1::StageDueSoon,           //
                escalation::v1::StageOverdue, escalation::v1::StageSubmitted,         //
                delivery::v1::NoticeQueued, delivery::v1::NoticeSent,                 //
                delivery::v1::NoticeFailed>();
  const auto reader = readers.find(event.type());
  if (reader == readers.end()) return std::optional<Figure>();
  AVVIK_ASSIGN_OR_RETURN(Figure figure, reader->second(event));
  return figure;
}

}  // namespace avvik::metrics
