#include "services/escalation/alarm.h"

#include <gmock/gmock.h>

#include "services/escalation/test_support.h"

namespace avvik::escalation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace org = organisation::v1;

// A Friday.
const absl::Time kBegin = At("2026-11-20T15:00:00+01:00");

org::Organisation WithLadders() {
  org::Organisation proto = TestOrganisationProto();
  proto.set_office_hours("08:00-16:30");
  proto.MergeFrom(ParseText<org::Organisation>(R"pb(
    people {
      login: "olle"
      name: "Olle Berg"
      email: "olle@exempel.se"
      roles { role: COORDINATOR unit: "social" }
    }
    people { login: "stina" name: "Stina Ek" email: "stina@exempel.se" }
    people { login: "vera" name: "Vera Ek" email: "vera@exempel.se" }
    stand_ins {
      id: "stina-november"
      person: "stina"
      absent: "olle"
      first_day: "2026-11-20"
      last_day: "2026-11-22"
    }
    stand_ins {
      id: "vera-november"
      person: "vera"
      role: INFORMATION_SECURITY_OFFICER
      first_day: "2026-11-20"
      last_day: "2026-11-20"
    }
    ladders {
      id: "nis2"
      regimes: "SE-NIS2"
      units: "socialnamnden"
      steps { tell: LADDER_TELL_ROLE role: INFORMATION_SECURITY_OFFICER }
    }
    ladders {
      id: "others"
      steps { tell: LADDER_TELL_OWNER }
      steps {
        wait_minutes: 60
        tell: LADDER_TELL_ROLE
        role: COORDINATOR
        hours: LADDER_HOURS_OFFICE
      }
      steps { wait_minutes: 120 tell: LADDER_TELL_ROLE role: INFORMATION_SECURITY_OFFICER }
    }
  )pb"));
  return proto;
}
std::shared_ptr<const organisation::Organisation> Municipality() {
  return *organisation::Organisation::Create(WithLadders(), 1);
}
const organisation::RoleCatalogue& Roles() {
  static const auto* roles = new organisation::RoleCatalogue(
      *organisation::RoleCatalogue::Load(regimes::RegimeDirectory() + "/../roles.yaml"));
  return *roles;
}
std::string IdOf(const std::string& login) { return organisation::PersonId("kommun", login); }

Alarm StatutoryAlarm() {
  return BeginAlarm("alarm-1", {}, {"anmalan", AlarmKind::ALARM_KIND_DUE_SOON, true}, kBegin);
}
LadderRules Others() { return RulesFor(*Municipality(), "social", "SE-GDPR-33"); }
// Minutes after the alarm began.
std::optional<int> MinutesAfter(const std::optional<absl::Time>& time) {
  if (!time) return std::nullopt;
  return static_cast<int>(absl::ToInt64Minutes(*time - kBegin));
}

TEST(RulesForTest, FirstLadderOfTheUnitAndTheRegimeHolds) {
  const auto municipality = Municipality();
  EXPECT_EQ(RulesFor(*municipality, "social", "SE-NIS2").steps.size(), 1u);
  EXPECT_EQ(RulesFor(*municipality, "bolaget", "SE-NIS2").steps.size(), 3u) << "another unit";
  EXPECT_EQ(RulesFor(*municipality, "social", "SE-GDPR-33").steps.size(), 3u) << "another regime";
}

TEST(RulesForTest, WithoutALadderTheOwnerIsToldAndNobodyAfter) {
  const LadderRules rules = RulesFor(*TestOrganisation(), "social", "SE-NIS2");
  ASSERT_EQ(rules.steps.size(), 1u);
  EXPECT_EQ(rules.steps[0].tell(), org::LADDER_TELL_OWNER);
  EXPECT_EQ(rules.calendar.office, deadline::OfficeHours());
}

TEST(ClimbOnTest, FirstStepIsTakenAtOnceAndTheNextAfterItsWait) {
  Alarm alarm = StatutoryAlarm();
  EXPECT_EQ(*alarm.due_time, kBegin);
  const Climb first = ClimbOn(alarm, Others(), kBegin);
  EXPECT_EQ(first.step, 0u);
  EXPECT_EQ(MinutesAfter(first.due_time), 60);

  alarm.steps.push_back({kBegin, {"p_owner"}});
  EXPECT_EQ(ClimbOn(alarm, Others(), kBegin + absl::Minutes(59)).step, std::nullopt);
  EXPECT_EQ(ClimbOn(alarm, Others(), kBegin + absl::Minutes(60)).step, 1u);
}

TEST(ClimbOnTest, WhatIsForTheOfficeWaitsForTheOffice) {
  Alarm alarm = StatutoryAlarm();
  alarm.steps.push_back({At("2026-11-20T16:00:00+01:00"), {}});
  // Half an hour on Friday, half on Monday.
  const Climb evening = ClimbOn(alarm, Others(), At("2026-11-20T17:00:00+01:00"));
  EXPECT_EQ(evening.step, std::nullopt);
  EXPECT_EQ(*evening.due_time, At("2026-11-23T08:30:00+01:00"));
  EXPECT_EQ(ClimbOn(alarm, Others(), *evening.due_time).step, 1u);
}

TEST(ClimbOnTest, WhatTheLawNamesATimeForIsToldAtNight) {
  Alarm alarm = StatutoryAlarm();
  alarm.begin_time = At("2026-11-21T03:00:00+01:00");
  EXPECT_EQ(ClimbOn(alarm, Others(), alarm.begin_time).step, 0u);
  // Our own target can wait for Monday, whatever the ladder says.
  alarm.statutory = false;
  const Climb night = ClimbOn(alarm, Others(), alarm.begin_time);
  EXPECT_EQ(night.step, std::nullopt);
  EXPECT_EQ(*night.due_time, At("2026-11-23T08:00:00+01:00"));
}

TEST(ClimbOnTest, LongSilenceTakesOneStepAtATime) {
  Alarm alarm = StatutoryAlarm();
  const absl::Time late = At("2026-11-24T09:00:00+01:00");
  const Climb first = ClimbOn(alarm, Others(), late);
  EXPECT_EQ(first.step, 0u);
  EXPECT_EQ(*first.due_time, late + absl::Minutes(60));
}

TEST(ClimbOnTest, LastStepLeavesNothingToWaitFor) {
  Alarm alarm = StatutoryAlarm();
  alarm.steps.resize(2, {kBegin, {}});
  const Climb last = ClimbOn(alarm, Others(), kBegin + absl::Minutes(120));
  EXPECT_EQ(last.step, 2u);
  EXPECT_EQ(last.due_time, std::nullopt);
  alarm.steps.resize(3, {kBegin, {}});
  EXPECT_EQ(ClimbOn(alarm, Others(), kBegin + absl::Hours(100)), Climb());
}

class PeopleToCallTest : public testing::Test {
 protected:
  std::vector<std::string> Call(int step, organisation::Matter matter, absl::Time now = kBegin) {
    return PeopleToCall(Others().steps[static_cast<std::size_t>(step)], *municipality_, Roles(),
                        matter, IdOf("olle"), now);
  }

  const std::shared_ptr<const organisation::Organisation> municipality_ = Municipality();
  const organisation::Matter matter_{.unit = "social", .parties = {IdOf("olle")}};
};

TEST_F(PeopleToCallTest, OwnerIsCalledWithWhoeverStandsInToday) {
  EXPECT_THAT(Call(0, matter_), ElementsAre(IdOf("olle"), IdOf("stina")));
  EXPECT_THAT(Call(0, matter_, At("2026-11-23T08:00:00+01:00")), ElementsAre(IdOf("olle")));
}

TEST_F(PeopleToCallTest, RoleIsCalledWithWhoeverStandsInForTheFunction) {
  EXPECT_THAT(Call(2, matter_), ElementsAre(IdOf("isa"), IdOf("vera")));
}

TEST_F(PeopleToCallTest, NobodyIsCalledWhoMayNotReadTheDuty) {
  organisation::Matter secret{.unit = "social", .parties = {"p_chief"}};
  secret.sphere = type::v1::SPHERE_SECURITY_PROTECTION;
  EXPECT_THAT(Call(0, secret), ElementsAre(IdOf("olle"))) << "it is the owner's";
  EXPECT_THAT(Call(2, secret), IsEmpty());
}

Duty DutyWithStage(StageState state) {
  Duty duty;
  duty.id = "duty-1";
  duty.state = DutyState::DUTY_STATE_REQUIRED;
  duty.create_time = kBegin;
  DutyStage stage;
  stage.id = "anmalan";
  stage.state = state;
  stage.statutory = true;
  stage.times.target = kBegin + absl::Hours(1);
  duty.stages.push_back(stage);
  return duty;
}

TEST(CausesInTest, StagesThatComeDueBeginAlarmsAndThoseLongPastDoNot) {
  DutyOutcome outcome{DutyWithStage(StageState::STAGE_STATE_OVERDUE),
                      {{DutyChange::Kind::kStageOverdue, "anmalan"}}};
  EXPECT_THAT(CausesIn(outcome),
              ElementsAre(AlarmCause{"anmalan", AlarmKind::ALARM_KIND_OVERDUE, true}));
  outcome.duty.stages[0].times.target = kBegin - absl::Seconds(1);
  EXPECT_THAT(CausesIn(outcome), IsEmpty()) << "past when the duty was found";
}

TEST(AlarmingStagesTest, OnlyStagesThatWaitForSomebody) {
  EXPECT_THAT(AlarmingStages(DutyWithStage(StageState::STAGE_STATE_DUE_SOON)), ElementsAre("anmalan"));
  EXPECT_THAT(AlarmingStages(DutyWithStage(StageState::STAGE_STATE_SUBMITTED)), IsEmpty());
  Duty ruled_out = DutyWithStage(StageState::STAGE_STATE_OVERDUE);
  ruled_out.state = DutyState::DUTY_STATE_RULED_OUT;
  EXPECT_THAT(AlarmingStages(ruled_out), IsEmpty());
}

TEST(AnswerAlarmTest, AnsweredAlarmEndsOnce) {
  const Alarm answered = AnswerAlarm(StatutoryAlarm(), "p_isa", kBegin + absl::Minutes(5));
  EXPECT_EQ(answered.end, AlarmEnd::ALARM_END_ANSWERED);
  EXPECT_EQ(answered.answered_by, "p_isa");
  EXPECT_EQ(answered.due_time, std::nullopt);
  EXPECT_EQ(AnswerAlarm(answered, "p_other", kBegin + absl::Minutes(6)), answered);
}

}  // namespace
}  // namespace avvik::escalation
