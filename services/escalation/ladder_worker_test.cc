#include "services/escalation/ladder_worker.h"

#include "services/escalation/due_worker.h"
#include "services/escalation/pg_alarm_store.h"
#include "services/escalation/store_test_support.h"

namespace avvik::escalation {
namespace {

using avvik::testing::IsError;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace org = organisation::v1;

class LadderWorkerTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    org::Organisation proto = TestOrganisationProto();
    proto.MergeFrom(ParseText<org::Organisation>(R"pb(
      people { login: "olle" name: "Olle Berg" email: "olle@exempel.se" }
      ladders {
        id: "all"
        steps { tell: LADDER_TELL_OWNER }
        steps { wait_minutes: 60 tell: LADDER_TELL_ROLE role: INFORMATION_SECURITY_OFFICER }
      }
    )pb"));
    ASSERT_OK(directory_.Put(proto, 2));
    triage::v1::CaseFacts facts = ToldCase();
    facts.mutable_owner()->set_person_id(Id("olle"));
    facts.set_organisation_version(2);
    told_ = facts;
    ASSERT_OK(Hear(facts));
  }
  static std::string Id(const std::string& login) { return organisation::PersonId("kommun", login); }

  // Lets time pass until then, and both workers look.
  void At(absl::Time time) {
    clock_.Set(time);
    ASSERT_OK(due_.RunOnce());
    ASSERT_OK(ladder_.RunOnce());
  }
  absl::Time Target() { return *OnlyDuty().stages[0].times.target; }
  absl::Time Reminder() { return *OnlyDuty().stages[0].times.remind; }
  std::vector<Alarm> Alarms(const AlarmFilter& filter = {}) {
    const auto page = alarms_.List("kommun", everything_, filter, "", 10);
    EXPECT_OK(page);
    std::vector<Alarm> alarms;
    for (const KnownAlarm& known : page->alarms) alarms.push_back(known.alarm);
    return alarms;
  }
  // Who was called in the steps told so far, joined in each.
  std::vector<std::string> Called() {
    std::vector<std::string> called;
    for (const events::v1::Event& event : ToldEvents()) {
      v1::LadderStepTaken taken;
      if (!event.data().UnpackTo(&taken)) continue;
      std::string& people = called.emplace_back(v1::AlarmKind_Name(taken.kind()).substr(11));
      for (const std::string& person : taken.person_ids()) people += " " + person;
    }
    return called;
  }
  absl::StatusOr<KnownAlarm> Answer(const std::string& alarm_id, const Visibility& visibility) {
    return alarms_.Change(
        "kommun", alarm_id, visibility,
        [&](const KnownAlarm& known) { return AnswerAlarm(known.alarm, Id("isa"), clock_.Now()); },
        {.id = ids_.Next(), .tenant = "kommun", .at = clock_.Now(), .actor = "isa", .subject = "alarms/x"});
  }

  triage::v1::CaseFacts told_;
  telemetry::Registry telemetry_;
  PgAlarmStore alarms_{database_->pool(), ids_, *vault_};
  organisation::RoleCatalogue roles_ =
      *organisation::RoleCatalogue::Load(regimes::RegimeDirectory() + "/../roles.yaml");
  DueWorker due_{store_, clock_, telemetry_, [] {}};
  LadderWorker ladder_{alarms_, directory_, roles_, clock_, telemetry_, [] {}};
};

TEST_F(LadderWorkerTest, NobodyAnsweringLeadsUpTheLadder) {
  EXPECT_THAT(Alarms(), IsEmpty());
  At(Reminder());
  EXPECT_THAT(Called(), ElementsAre("DUE_SOON " + Id("olle")));
  At(Reminder() + absl::Minutes(59));
  EXPECT_EQ(Called().size(), 1u);
  At(Reminder() + absl::Minutes(60));
  EXPECT_THAT(Called(), ElementsAre("DUE_SOON " + Id("olle"), "DUE_SOON " + Id("isa")));
  At(Reminder() + absl::Hours(5));
  EXPECT_EQ(Called().size(), 2u) << "nobody is left to call";

  ASSERT_EQ(Alarms({.open = true}).size(), 1u);
  const Alarm alarm = Alarms()[0];
  EXPECT_THAT(alarm.steps, ElementsAre(AlarmStep{Reminder(), {Id("olle")}},
                                       AlarmStep{Reminder() + absl::Minutes(60), {Id("isa")}}));
  EXPECT_EQ(alarm.due_time, std::nullopt);
}

TEST_F(LadderWorkerTest, AnAnswerStopsTheClimbUntilTheStageIsPastItsTarget) {
  At(Reminder());
  const auto answered = Answer(Alarms()[0].id, everything_);
  ASSERT_OK(answered);
  EXPECT_EQ(answered->alarm.answered_by, Id("isa"));
  EXPECT_EQ(Count("audit_record"), "1");
  At(Reminder() + absl::Hours(2));
  EXPECT_EQ(Called().size(), 1u);
  EXPECT_THAT(Alarms({.open = true}), IsEmpty());

  At(Target());
  EXPECT_THAT(Called(), ElementsAre("DUE_SOON " + Id("olle"), "OVERDUE " + Id("olle")));
}

TEST_F(LadderWorkerTest, StagePastItsTargetOvertakesTheReminder) {
  At(Reminder());
  At(Target());
  const std::vector<Alarm> alarms = Alarms();
  ASSERT_EQ(alarms.size(), 2u);
  EXPECT_EQ(alarms[0].kind, AlarmKind::ALARM_KIND_OVERDUE);
  EXPECT_EQ(alarms[1].end, AlarmEnd::ALARM_END_OVERTAKEN);
  EXPECT_EQ(*alarms[1].end_time, Target());
}

TEST_F(LadderWorkerTest, WhatIsDoneCallsNobody) {
  const absl::Time reminder = Reminder();
  At(reminder);
  const Duty duty = OnlyDuty();
  ASSERT_OK(store_.Change(
      "kommun", duty.id, everything_, "",
      [](const Duty& locked, const CaseFacts&) { return RuleOutDuty(locked, "krypterad", "p_dpo"); },
      {.id = ids_.Next(), .tenant = "kommun", .at = clock_.Now(), .actor = "dora", .subject = "duties/x"}));
  At(reminder + absl::Hours(2));
  EXPECT_EQ(Called().size(), 1u);
  EXPECT_EQ(Alarms()[0].end, AlarmEnd::ALARM_END_DONE);
}

TEST_F(LadderWorkerTest, ErasedCaseCallsNobody) {
  At(Reminder());
  const absl::Time target = Target();
  ASSERT_OK(HearErased(told_));
  At(target);
  EXPECT_EQ(Called().size(), 1u);
  EXPECT_EQ(Alarms()[0].end, AlarmEnd::ALARM_END_DONE);
}

TEST_F(LadderWorkerTest, AlarmIsSeenByWhoeverSeesItsDuty) {
  At(Reminder());
  const std::string id = Alarms()[0].id;
  const Visibility hidden = organisation::OpenIn({"bolaget"});
  EXPECT_THAT(alarms_.List("kommun", hidden, {}, "", 10)->alarms, IsEmpty());
  EXPECT_THAT(Answer(id, hidden), IsError(absl::StatusCode::kNotFound, "ALARM_NOT_FOUND"));
  EXPECT_THAT(Alarms({.case_reference = told_.number()}), ::testing::SizeIs(1));
  EXPECT_THAT(Alarms({.case_reference = "AVV-2026-000999"}), IsEmpty());
}

TEST_F(LadderWorkerTest, PagesGoOnWhereTheyEnded) {
  At(Reminder());
  At(Target());
  const auto first = alarms_.List("kommun", everything_, {}, "", 1);
  ASSERT_OK(first);
  ASSERT_FALSE(first->next.empty());
  const auto second = alarms_.List("kommun", everything_, {}, first->next, 1);
  ASSERT_OK(second);
  EXPECT_EQ(second->alarms[0].alarm, Alarms()[1]);
  EXPECT_EQ(second->next, "");
  EXPECT_THAT(alarms_.List("kommun", everything_, {}, "x", 1),
              avvik::testing::NamesField("page_token"));
}

}  // namespace
}  // namespace avvik::escalation
