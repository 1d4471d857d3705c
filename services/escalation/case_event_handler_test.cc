#include "services/escalation/case_event_handler.h"

#include "services/escalation/store_test_support.h"

namespace avvik::escalation {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CaseEventHandlerTest : public StoreTest {
 protected:
  // The functions by which the case that is told of is owned and others are drawn in.
  const std::string coordinator_ = organisation::FunctionKey(organisation::v1::COORDINATOR, "social", "");
  const std::string officer_ =
      organisation::FunctionKey(organisation::v1::DATA_PROTECTION_OFFICER, "", "");
};

TEST_F(CaseEventHandlerTest, OpenedCaseBringsItsDuty) {
  ASSERT_OK(Hear(ToldCase()));
  const Duty duty = OnlyDuty();
  EXPECT_EQ(duty.regime, "SE-GDPR-33");
  EXPECT_EQ(duty.tenant, "kommun");
  EXPECT_EQ(duty.number, "AVV-2026-000123");
  EXPECT_EQ(duty.state, DutyState::DUTY_STATE_REQUIRED);
  EXPECT_EQ(duty.entity, (Entity{"socialnamnden", "Socialnämnden"}));
  EXPECT_THAT(duty.reasons,
              ElementsAre("personal_data is yes", "kind is INCIDENT", "risk_unlikely is unknown"));
  EXPECT_EQ(duty.sphere, type::v1::SPHERE_PERSONAL_DATA);
  EXPECT_THAT(duty.parties, ElementsAre("p_owner", coordinator_, "p_dpo", officer_));
  ASSERT_EQ(duty.stages.size(), 2u);
  EXPECT_EQ(duty.stages[0].id, "anmalan");
  EXPECT_EQ(*duty.stages[0].times.target - duty.aware_time, absl::Hours(72));
  EXPECT_EQ(duty.create_time, clock_.Now());
  EXPECT_EQ(duty.update_time, clock_.Now());
  EXPECT_THAT(Told(), ElementsAre("DutyFound"));
}

TEST_F(CaseEventHandlerTest, DutyComesBackAsWritten) {
  triage::v1::CaseFacts told = ToldCase();
  told.mutable_classification()->mutable_impacts(0)->set_level(3);
  ASSERT_OK(Hear(told));
  DutyFilter filter;
  filter.regime = "SE-NIS2";
  const std::vector<Duty> duties = Duties(filter);
  ASSERT_EQ(duties.size(), 1u);
  CaseFacts facts = TestCase();
  facts.sphere = type::v1::SPHERE_PERSONAL_DATA;
  facts.parties = {"p_owner", coordinator_, "p_dpo", officer_};
  facts.impacts[SecurityProperty::SECURITY_PROPERTY_CONFIDENTIALITY] = 3;
  facts.as_of = clock_.Now();
  const auto organisation = TestOrganisation();
  const Duty expected =
      OpenDuty(duties[0].id, AssessRegime(*TestRegimes().Find("SE-NIS2"), facts, *organisation).front(),
               facts, CalendarOf(*organisation), clock_.Now())
          .duty;
  EXPECT_EQ(duties[0], expected);
}

TEST_F(CaseEventHandlerTest, CaseWithoutDutyBringsNone) {
  triage::v1::CaseFacts told = ToldCase();
  told.mutable_classification()->set_personal_data(type::v1::ANSWER_NO);
  ASSERT_OK(Hear(told));
  EXPECT_THAT(Duties(), IsEmpty());
  EXPECT_THAT(Told(), IsEmpty());
  EXPECT_EQ(Count("case_record"), "1");
}

TEST_F(CaseEventHandlerTest, EveryEventOfACaseIsHeard) {
  triage::v1::CaseFacts told = ToldCase();
  ASSERT_OK(Hear<triage::v1::CaseOpened>(told));
  told.mutable_owner()->set_person_id("p_new");
  ASSERT_OK(Hear<triage::v1::CaseAssigned>(told));
  EXPECT_THAT(OnlyDuty().parties, ElementsAre("p_new", coordinator_, "p_dpo", officer_));
  told.mutable_classification()->set_personal_data(type::v1::ANSWER_NO);
  ASSERT_OK(Hear<triage::v1::CaseClassified>(told));
  EXPECT_EQ(OnlyDuty().state, DutyState::DUTY_STATE_RULED_OUT);
  told.mutable_classification()->set_personal_data(type::v1::ANSWER_YES);
  ASSERT_OK(Hear<triage::v1::CaseReopened>(told));
  ASSERT_OK(Hear<triage::v1::CaseAcknowledged>(told));
  ASSERT_OK(Hear<triage::v1::CaseNoted>(told));
  ASSERT_OK(Hear<triage::v1::CaseReportChanged>(told));
  told.set_state(triage::v1::CASE_STATE_CLOSED);
  told.set_resolution(triage::v1::RESOLUTION_NO_DEVIATION);
  ASSERT_OK(Hear<triage::v1::CaseClosed>(told));
  EXPECT_EQ(OnlyDuty().state, DutyState::DUTY_STATE_RULED_OUT);
  EXPECT_THAT(Told(), ElementsAre("DutyFound", "DutyRuledOut", "DutyChanged", "DutyRuledOut"));
  EXPECT_EQ(OnlyDuty().version, 4);
}

TEST_F(CaseEventHandlerTest, SameFactsWriteNothing) {
  ASSERT_OK(Hear(ToldCase()));
  const Duty before = OnlyDuty();
  clock_.Advance(absl::Hours(1));
  ASSERT_OK(Hear<triage::v1::CaseNoted>(ToldCase()));
  EXPECT_EQ(OnlyDuty(), before);
  EXPECT_EQ(Count("event_log"), "1");
}

TEST_F(CaseEventHandlerTest, StageThatTheRulesNoLongerHaveIsDropped) {
  triage::v1::CaseFacts told = ToldCase();
  ASSERT_OK(Hear(told));
  database_->Run(
      "INSERT INTO duty_stage SELECT duty_id, 'gone', 9, 1, false, NULL, NULL, NULL, NULL "
      "FROM duty_stage LIMIT 1");
  ASSERT_EQ(OnlyDuty().stages.size(), 3u);
  ASSERT_OK(Hear(told));
  EXPECT_EQ(OnlyDuty().stages.size(), 2u);
}

TEST_F(CaseEventHandlerTest, OldRegisterGetsItsDutiesWithoutAlarm) {
  triage::v1::CaseFacts told = ToldCase();
  told.set_imported(true);
  *told.mutable_aware_time() = rpc::ToProtoTime(At("2009-10-21T00:00:00+02:00"));
  ASSERT_OK(Hear(told));
  const Duty duty = OnlyDuty();
  EXPECT_EQ(duty.stages[0].state, StageState::STAGE_STATE_OVERDUE);
  EXPECT_EQ(*duty.stages[0].times.target - duty.aware_time, absl::Hours(72));
  EXPECT_THAT(Told(), ElementsAre("DutyFound"));
}

TEST_F(CaseEventHandlerTest, OtherEventsAreNoneOfItsBusiness) {
  triage::v1::OrganisationApplied applied;
  applied.set_version(7);
  EXPECT_OK(Hear(EventWith(applied)));
  events::v1::StoredEvent strange = EventWith(applied);
  strange.mutable_event()->set_type("avvik.triage.v9.SomethingNew");
  EXPECT_OK(Hear(strange));
  EXPECT_EQ(Count("case_record"), "0");
}

TEST_F(CaseEventHandlerTest, BrokenEventIsRefusedForGood) {
  triage::v1::CaseFacts told = ToldCase();
  told.clear_aware_time();
  EXPECT_THAT(Hear(told), IsError(absl::StatusCode::kInvalidArgument, "INVALID_EVENT"));
  events::v1::StoredEvent torn = EventWith(triage::v1::CaseOpened());
  torn.mutable_event()->mutable_data()->set_value("\xff\xff");
  EXPECT_THAT(Hear(torn), IsError(absl::StatusCode::kInvalidArgument, "INVALID_EVENT"));
  EXPECT_EQ(Count("case_record"), "0");
}

TEST_F(CaseEventHandlerTest, WaitsForAnOrganisationItDoesNotHave) {
  triage::v1::CaseFacts told = ToldCase();
  told.set_organisation_version(2);
  EXPECT_THAT(Hear(told), HasCode(absl::StatusCode::kUnavailable));
  ASSERT_OK(directory_.Put(TestOrganisationProto(), 2));
  EXPECT_OK(Hear(told));
  triage::v1::CaseOpened other;
  *other.mutable_facts() = ToldCase();
  EXPECT_THAT(Hear(EventWith(other, "elsewhere")), HasCode(absl::StatusCode::kUnavailable));
}

TEST_F(CaseEventHandlerTest, TenantsAreApart) {
  organisation::v1::Organisation other = TestOrganisationProto();
  other.set_tenant("grannen");
  ASSERT_OK(directory_.Put(other, 1));
  triage::v1::CaseOpened opened;
  *opened.mutable_facts() = ToldCase();
  ASSERT_OK(Hear(EventWith(opened, "kommun")));
  ASSERT_OK(Hear(EventWith(opened, "grannen")));
  EXPECT_EQ(Count("duty"), "2");
  EXPECT_EQ(Duties().size(), 1u);
}

}  // namespace
}  // namespace avvik::escalation
