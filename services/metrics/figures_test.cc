#include "services/metrics/figures.h"

#include "avvik/delivery/v1/delivery_events.pb.h"
#include "avvik/escalation/v1/escalation_events.pb.h"
#include "avvik/intake/v1/intake_events.pb.h"
#include "avvik/triage/v1/triage_events.pb.h"
#include "google/protobuf/text_format.h"
#include "tests/support/status_matchers.h"

namespace avvik::metrics {
namespace {

using avvik::testing::IsError;

constexpr char kId[] = "00000000-0000-7000-8000-000000000001";

template <typename Message>
events::v1::Event EventOf(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  events::v1::Event event;
  event.set_type(Message::descriptor()->full_name());
  event.set_tenant("by");
  event.set_subject_version(7);
  event.mutable_data()->PackFrom(message);
  return event;
}

template <typename Kind>
Kind FigureIn(const events::v1::Event& event) {
  const auto figure = FigureOf(event);
  EXPECT_OK(figure);
  EXPECT_TRUE(figure->has_value() && std::holds_alternative<Kind>(**figure));
  return std::get<Kind>(**figure);
}

TEST(FiguresTest, ReportIsPlacedByWhatTheReporterSaid) {
  const auto figure = FigureIn<ReportFigure>(EventOf<intake::v1::ReportSubmitted>(R"pb(
    report_id: "00000000-0000-7000-8000-000000000001"
    number: "AVV-2026-000012"
    unit: "social"
    system: "journal"
    reported_time { seconds: 1795248000 nanos: 123456789 })pb"));
  EXPECT_EQ(figure.heading, (FigureHeading{.id = kId,
                                           .tenant = "by",
                                           .number = {.year = 2026, .sequence = 12},
                                           .version = 7}));
  EXPECT_EQ(figure.unit, "social");
  EXPECT_EQ(figure.system, "journal");
  EXPECT_EQ(figure.reported, absl::FromUnixMicros(1'795'248'000'123'456));
}

constexpr char kCase[] = R"pb(
  facts {
    case_id: "00000000-0000-7000-8000-000000000001"
    number: "AVV-2026-000012"
    state: CASE_STATE_CLOSED
    unit: "social"
    classification {
      kind: KIND_NEAR_MISS
      severity: SEVERITY_CRITICAL
      impacts { property: SECURITY_PROPERTY_TRACEABILITY level: 0 }
      impacts { property: SECURITY_PROPERTY_ACCURACY level: 3 }
    }
    reported_time { seconds: 100 }
    open_time { seconds: 200 }
    acknowledge_time { seconds: 300 }
    close_time { seconds: 400 }
    reopen_count: 2
  })pb";

TEST(FiguresTest, EveryEventOfACaseCarriesTheCase) {
  CaseFigure figure;
  figure.heading = {.id = kId,
                    .tenant = "by",
                    .number = {.year = 2026, .sequence = 12},
                    .version = 7};
  figure.state = triage::v1::CASE_STATE_CLOSED;
  figure.unit = "social";
  figure.kind = type::v1::KIND_NEAR_MISS;
  figure.severity = type::v1::SEVERITY_CRITICAL;
  figure.levels = {std::nullopt, 3, std::nullopt, 0};
  figure.reported = absl::FromUnixSeconds(100);
  figure.opened = absl::FromUnixSeconds(200);
  figure.acknowledged = absl::FromUnixSeconds(300);
  figure.closed = absl::FromUnixSeconds(400);
  figure.reopen_count = 2;
  EXPECT_EQ(FigureIn<CaseFigure>(EventOf<triage::v1::CaseOpened>(kCase)), figure);
  EXPECT_EQ(FigureIn<CaseFigure>(EventOf<triage::v1::CaseClassified>(kCase)), figure);
  EXPECT_EQ(FigureIn<CaseFigure>(EventOf<triage::v1::CaseAssigned>(kCase)), figure);
  EXPECT_EQ(FigureIn<CaseFigure>(EventOf<triage::v1::CaseAcknowledged>(kCase)), figure);
  EXPECT_EQ(FigureIn<CaseFigure>(EventOf<triage::v1::CaseNoted>(kCase)), figure);
  EXPECT_EQ(FigureIn<CaseFigure>(EventOf<triage::v1::CaseReportChanged>(kCase)), figure);
  EXPECT_EQ(FigureIn<CaseFigure>(EventOf<triage::v1::CaseClosed>(kCase)), figure);
  EXPECT_EQ(FigureIn<CaseFigure>(EventOf<triage::v1::CaseReopened>(kCase)), figure);
}

TEST(FiguresTest, EveryEventOfADutyCarriesItsStages) {
  constexpr char kDuty[] = R"pb(
    facts {
      duty_id: "00000000-0000-7000-8000-000000000001"
      number: "AVV-2026-000012"
      regime: "SE-GDPR-33"
      state: DUTY_STATE_REQUIRED
      stages {
        stage: "notification"
        state: STAGE_STATE_SUBMITTED_LATE
        statutory: true
        target_time { seconds: 100 }
        submit_time { seconds: 200 }
      }
      stages { stage: "completion" state: STAGE_STATE_WAITING }
    })pb";
  const std::vector<StageFigure> stages = {
      {.stage = "notification",
       .state = escalation::v1::STAGE_STATE_SUBMITTED_LATE,
       .statutory = true,
       .target = absl::FromUnixSeconds(100),
       .submitted = absl::FromUnixSeconds(200)},
      {.stage = "completion", .state = escalation::v1::STAGE_STATE_WAITING}};
  for (const events::v1::Event& event :
       {EventOf<escalation::v1::DutyFound>(kDuty), EventOf<escalation::v1::DutyChanged>(kDuty),
        EventOf<escalation::v1::DutyRuledOut>(kDuty), EventOf<escalation::v1::StageDueSoon>(kDuty),
        EventOf<escalation::v1::StageOverdue>(kDuty),
        EventOf<escalation::v1::StageSubmitted>(kDuty)}) {
    const auto figure = FigureIn<DutyFigure>(event);
    EXPECT_EQ(figure.heading.number.ToText(), "AVV-2026-000012");
    EXPECT_EQ(figure.regime, "SE-GDPR-33");
    EXPECT_EQ(figure.state, escalation::v1::DUTY_STATE_REQUIRED);
    EXPECT_EQ(figure.stages, stages);
  }
}

TEST(FiguresTest, NoticeMayBeAboutNoCase) {
  const auto figure = FigureIn<NoticeFigure>(EventOf<delivery::v1::NoticeFailed>(R"pb(
    facts { notice_id: "00000000-0000-7000-8000-000000000001" state: NOTICE_STATE_FAILED })pb"));
  EXPECT_EQ(figure.heading.number, CaseNumber());
  EXPECT_EQ(figure.state, delivery::v1::NOTICE_STATE_FAILED);
}

TEST(FiguresTest, OtherEventsTellOfNoFigure) {
  const auto withdrawn = FigureOf(EventOf<intake::v1::ReportWithdrawn>(""));
  ASSERT_OK(withdrawn);
  EXPECT_FALSE(withdrawn->has_value());
  events::v1::Event unknown;
  unknown.set_type("avvik.triage.v1.SomethingNew");
  ASSERT_OK(FigureOf(unknown));
  EXPECT_FALSE(FigureOf(unknown)->has_value());
}

TEST(FiguresTest, EventThatDoesNotSayWhatItPromisesIsRefused) {
  constexpr auto kCode = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(FigureOf(EventOf<triage::v1::CaseOpened>("")), IsError(kCode, "EVENT_UNREADABLE"));
  EXPECT_THAT(FigureOf(EventOf<intake::v1::ReportSubmitted>(
                  R"pb(report_id: "00000000-0000-7000-8000-000000000001" number: "17")pb")),
              IsError(kCode, "EVENT_UNREADABLE"));
  EXPECT_THAT(FigureOf(EventOf<intake::v1::ReportSubmitted>(R"pb(
                report_id: "00000000-0000-7000-8000-000000000001" number: "AVV-2026-000001")pb")),
              IsError(kCode, "EVENT_UNREADABLE"));
  events::v1::Event broken = EventOf<triage::v1::CaseOpened>(kCase);
  broken.mutable_data()->set_value("\xff\xff\xff");
  EXPECT_THAT(FigureOf(broken), IsError(kCode, "EVENT_UNREADABLE"));
  events::v1::Event other = EventOf<triage::v1::CaseOpened>(kCase);
  other.set_type("avvik.escalation.v1.DutyFound");
  EXPECT_THAT(FigureOf(other), IsError(kCode, "EVENT_UNREADABLE"));
}

TEST(FiguresTest, ValueOfANewerProgramCountsAsNotSaid) {
  auto event = EventOf<triage::v1::CaseOpened>(kCase);
  triage::v1::CaseOpened message;
  ASSERT_TRUE(event.data().UnpackTo(&message));
  auto* classification = message.mutable_facts()->mutable_classification();
  classification->set_kind(static_cast<type::v1::Kind>(77));
  classification->set_severity(static_cast<type::v1::Severity>(300));
  classification->add_impacts()->set_property(static_cast<type::v1::SecurityProperty>(9));
  event.mutable_data()->PackFrom(message);
  const auto figure = FigureIn<CaseFigure>(event);
  EXPECT_EQ(figure.kind, type::v1::KIND_UNSPECIFIED);
  EXPECT_EQ(figure.severity, type::v1::SEVERITY_UNSPECIFIED);
}

}  // namespace
}  // namespace avvik::metrics
