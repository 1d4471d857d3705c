// Between triage's facts, the domain, the API and the events.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/ids/fake_id_source.h"
#include "common/rpc/time.h"
#include "services/escalation/case_facts_proto.h"
#include "services/escalation/duty_proto.h"
#include "services/escalation/escalation_events.h"
#include "services/escalation/test_support.h"
#include "tests/support/status_matchers.h"

namespace avvik::escalation {
namespace {

using avvik::testing::IsError;
using ::testing::ElementsAre;

triage::v1::CaseFacts Told() {
  auto facts = ParseText<triage::v1::CaseFacts>(R"pb(
    case_id: "00000000-0000-7000-8000-00000000c001"
    number: "AVV-2026-000123"
    state: CASE_STATE_CLOSED
    unit: "social"
    classification {
      kind: KIND_INCIDENT
      impacts { property: SECURITY_PROPERTY_ACCURACY level: 2 }
      impacts { property: SECURITY_PROPERTY_AVAILABILITY level: 3 }
      severity: SEVERITY_HIGH
      personal_data: ANSWER_YES
      affected_persons: 0
      national_security: ANSWER_NO
      ongoing: ANSWER_NO
      information_system: ANSWER_YES
      risk_unlikely: ANSWER_NO
    }
    owner { person_id: "p_1" }
    drawn_in { person_id: "p_2" }
    drawn_in { person_id: "p_1" }
    drawn_in { person_id: "" }
    resolution: RESOLUTION_REMEDIED
    imported: true
  )pb");
  *facts.mutable_aware_time() = rpc::ToProtoTime(At("2026-11-20T16:40:00+01:00"));
  *facts.mutable_close_time() = rpc::ToProtoTime(At("2026-11-25T10:00:00+01:00"));
  return facts;
}

TEST(FactsFromProtoTest, TakesEveryFact) {
  const absl::Time as_of = At("2026-11-25T10:00:01+01:00");
  const auto facts = FactsFromProto("kommun", Told(), as_of);
  ASSERT_OK(facts);
  CaseFacts expected;
  expected.tenant = "kommun";
  expected.case_id = "00000000-0000-7000-8000-00000000c001";
  expected.number = "AVV-2026-000123";
  expected.unit = "social";
  expected.sphere = type::v1::SPHERE_PERSONAL_DATA;
  expected.parties = {"p_1", "p_2"};
  expected.kind = Kind::KIND_INCIDENT;
  expected.impacts = {0, 0, 2, 3, 0};
  expected.severity = Severity::SEVERITY_HIGH;
  expected.personal_data = Answer::ANSWER_YES;
  expected.national_security = Answer::ANSWER_NO;
  expected.ongoing = Answer::ANSWER_NO;
  expected.information_system = Answer::ANSWER_YES;
  expected.risk_unlikely = Answer::ANSWER_NO;
  expected.affected_persons = 0;
  expected.aware_time = At("2026-11-20T16:40:00+01:00");
  expected.close_time = At("2026-11-25T10:00:00+01:00");
  expected.imported = true;
  expected.as_of = as_of;
  EXPECT_EQ(*facts, expected);
}

TEST(FactsFromProtoTest, OnlyAClosedCaseIsClosed) {
  triage::v1::CaseFacts told = Told();
  told.set_resolution(triage::v1::RESOLUTION_NO_DEVIATION);
  EXPECT_TRUE(FactsFromProto("kommun", told, absl::Now())->no_deviation);
  told.set_state(triage::v1::CASE_STATE_ACKNOWLEDGED);
  const auto facts = FactsFromProto("kommun", told, absl::Now());
  EXPECT_FALSE(facts->close_time.has_value());
  EXPECT_FALSE(facts->no_deviation);
}

TEST(FactsFromProtoTest, CaseWithoutIdOrAwarenessIsRefused) {
  triage::v1::CaseFacts told = Told();
  told.clear_aware_time();
  EXPECT_THAT(FactsFromProto("kommun", told, absl::Now()),
              IsError(absl::StatusCode::kInvalidArgument, "INVALID_EVENT"));
  told = Told();
  told.set_case_id("c001");
  EXPECT_THAT(FactsFromProto("kommun", told, absl::Now()),
              IsError(absl::StatusCode::kInvalidArgument, "INVALID_EVENT"));
}

class DutyProtoTest : public ::testing::Test {
 protected:
  DutyOutcome Open(const std::string& regime, const CaseFacts& facts) {
    return OpenDuty("d1", AssessRegime(*TestRegimes().Find(regime), facts, *organisation_).front(), facts,
                    CalendarOf(*organisation_), facts.as_of);
  }
  v1::Duty Shown(const Duty& duty, const std::string& now) {
    return ToProto(duty, TestRegimes(), organisation_->time_zone(), At(now));
  }

  std::shared_ptr<const organisation::Organisation> organisation_ = TestOrganisation();
};

TEST_F(DutyProtoTest, ShowsWhatTheRegimeSays) {
  const v1::Duty duty = Shown(Open("SE-GDPR-33", TestCase()).duty, "2026-11-20T17:00:00+01:00");
  EXPECT_EQ(duty.regime(), "SE-GDPR-33");
  EXPECT_EQ(duty.regime_version(), "2018-05-25");
  EXPECT_EQ(duty.title(), "Anmälan av personuppgiftsincident");
  EXPECT_EQ(duty.entity(), "socialnamnden");
  EXPECT_EQ(duty.entity_name(), "Socialnämnden");
  EXPECT_EQ(duty.receiver().name(), "Integritetsskyddsmyndigheten (IMY)");
  EXPECT_EQ(duty.receiver().url(), "https://e-tjanster.imy.se/sv/anmalan");
  EXPECT_EQ(duty.language(), "sv");
  EXPECT_EQ(duty.confidence(), v1::CONFIDENCE_SECONDARY);
  EXPECT_EQ(duty.state(), v1::DUTY_STATE_REQUIRED);
  EXPECT_EQ(duty.etag(), "1");
  EXPECT_EQ(duty.secrecy(0), "OSL 18:8 p. 3");
  ASSERT_EQ(duty.stages_size(), 2);
  EXPECT_EQ(duty.stages(0).title(), "Anmälan");
  EXPECT_TRUE(duty.stages(0).statutory());
  EXPECT_EQ(duty.stages(0).target_time().seconds() - duty.aware_time().seconds(), 72 * 3600);
  EXPECT_FALSE(duty.stages(1).has_target_time());
}

TEST_F(DutyProtoTest, ReceiverIsTheOneOfTheDayOfTelling) {
  CaseFacts facts = SignificantCase();
  facts.aware_time = At("2026-06-30T10:00:00+02:00");
  facts.as_of = facts.aware_time;
  Duty duty = Open("SE-NIS2", facts).duty;
  EXPECT_EQ(Shown(duty, "2026-06-30T23:00:00+02:00").receiver().name(),
            "Myndigheten för civilt försvar (MCF), CERT-SE");
  EXPECT_EQ(Shown(duty, "2026-07-01T00:00:00+02:00").receiver().name(),
            "Nationellt cybersäkerhetscenter (NCSC), CERT-SE");
  // What is done was told to the one of its day.
  duty.state = DutyState::DUTY_STATE_FULFILLED;
  duty.stages[0].submit_time = At("2026-06-30T12:00:00+02:00");
  EXPECT_EQ(Shown(duty, "2026-11-20T00:00:00+01:00").receiver().name(),
            "Myndigheten för civilt försvar (MCF), CERT-SE");
}

TEST_F(DutyProtoTest, UnknownVersionStillShowsTheDuty) {
  Duty duty = Open("SE-GDPR-33", TestCase()).duty;
  duty.regime_version = "1998";
  const v1::Duty shown = Shown(duty, "2026-11-20T17:00:00+01:00");
  EXPECT_EQ(shown.stages(0).title(), "anmalan");
  EXPECT_EQ(shown.receiver().name(), "");
}

TEST_F(DutyProtoTest, ErasedDutySaysWhen) {
  const Duty duty = Open("SE-GDPR-33", TestCase()).duty;
  EXPECT_FALSE(Shown(duty, "2026-11-20T17:00:00+01:00").has_erase_time());
  const absl::Time erased = At("2026-12-01T10:00:00+01:00");
  EXPECT_EQ(rpc::FromProtoTime(
                Shown(*EraseDuty(duty, erased), "2026-12-02T17:00:00+01:00").erase_time()),
            erased);
}

TEST_F(DutyProtoTest, EventsCarryTheDutyAfterAllChangesAndCountUp) {
  CaseFacts facts = SignificantCase();
  facts.as_of = At("2026-11-22T23:00:00+01:00");  // Found late.
  const DutyOutcome outcome = Open("SE-NIS2", facts);
  FakeIdSource ids;
  const auto events = EventsOf(ids, outcome, facts.as_of, "trace");
  ASSERT_EQ(events.size(), 3u);
  std::vector<std::string> types;
  for (std::size_t i = 0; i < events.size(); ++i) {
    types.push_back(events[i].type());
    EXPECT_EQ(events[i].subject(), "duties/d1");
    EXPECT_EQ(events[i].subject_version(), static_cast<int64_t>(i + 1));
    EXPECT_EQ(events[i].tenant(), "kommun");
    EXPECT_EQ(events[i].source(), "escalation");
    EXPECT_EQ(events[i].trace_parent(), "trace");
  }
  EXPECT_THAT(types,
              ElementsAre("avvik.escalation.v1.DutyFound", "avvik.escalation.v1.StageOverdue",
                          "avvik.escalation.v1.StageDueSoon"));
  v1::DutyFound found;
  ASSERT_TRUE(events[0].data().UnpackTo(&found));
  EXPECT_EQ(found.facts().stages(0).state(), v1::STAGE_STATE_OVERDUE);
  EXPECT_EQ(found.facts().entity(), "kommun");
  v1::StageDueSoon due_soon;
  ASSERT_TRUE(events[2].data().UnpackTo(&due_soon));
  EXPECT_EQ(due_soon.stage(), "incidentanmalan");
}

// Every kind of change has its event; the facts hold neither reasons nor names.
TEST_F(DutyProtoTest, EveryChangeHasItsEventWithoutTexts) {
  DutyOutcome outcome = Open("SE-GDPR-33", TestCase());
  outcome.duty.rule_out_reason = "hemligt";
  outcome.duty.stages[0].reason = "hemligt";
  outcome.duty.stages[0].external_id = "hemligt";
  using Kind = DutyChange::Kind;
  outcome.changes = {{Kind::kFound, ""},
                     {Kind::kChanged, ""},
                     {Kind::kRuledOut, ""},
                     {Kind::kStageDueSoon, "anmalan"},
                     {Kind::kStageOverdue, "anmalan"},
                     {Kind::kStageSubmitted, "anmalan"}};
  FakeIdSource ids;
  std::vector<std::string> types;
  for (const auto& event : EventsOf(ids, outcome, absl::Now(), "")) {
    types.push_back(event.type().substr(event.type().rfind('.') + 1));
    EXPECT_EQ(event.SerializeAsString().find("hemligt"), std::string::npos);
    EXPECT_EQ(event.SerializeAsString().find("Socialn"), std::string::npos);
  }
  EXPECT_THAT(types, ElementsAre("DutyFound", "DutyChanged", "DutyRuledOut", "StageDueSoon",
                                 "StageOverdue", "StageSubmitted"));
}

}  // namespace
}  // namespace avvik::escalation
