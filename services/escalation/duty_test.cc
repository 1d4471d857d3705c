// The life of a duty, with the regimes of this repository.
#include "services/escalation/duty.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/error.h"
#include "services/escalation/test_support.h"
#include "tests/support/status_matchers.h"

namespace avvik::escalation {
namespace {

using avvik::testing::IsError;
using avvik::testing::NamesField;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Change = DutyChange::Kind;

constexpr auto kFailedPrecondition = absl::StatusCode::kFailedPrecondition;

class DutyTest : public ::testing::Test {
 protected:
  DutyDecision Decide(const CaseFacts& facts) {
    return AssessRegime(*TestRegimes().Find(regime_), facts, *organisation_).front();
  }
  DutyRules Rules(const Duty& duty) {
    return {*TestRegimes().Find(regime_)->FindVersion(duty.regime_version), calendar_};
  }

  // Opens the duty of `regime` for a case; the tests go on with `duty_`.
  void Open(const std::string& regime, const CaseFacts& facts, absl::Time now) {
    regime_ = regime;
    facts_ = facts;
    Take(OpenDuty("duty-1", Decide(facts), facts, calendar_, now));
  }
  void Open(const std::string& regime, const CaseFacts& facts) { Open(regime, facts, facts.as_of); }
  void Reassess(const CaseFacts& facts, absl::Time now) {
    facts_ = facts;
    Take(ReassessDuty(duty_, Decide(facts), facts, calendar_, now));
  }
  void Reassess(const CaseFacts& facts) { Reassess(facts, facts.as_of); }
  absl::Status Submit(const Submission& submission, absl::Time now) {
    auto outcome = SubmitStage(duty_, Rules(duty_), facts_, submission, now);
    if (outcome.ok()) Take(*std::move(outcome));
    return outcome.status();
  }
  // Tells a stage at `time`, with an external id.
  void Tell(const std::string& stage, const std::string& time) {
    ASSERT_OK(
        Submit({.stage = stage, .external_id = "ext-" + stage, .reason = "because"}, At(time)));
  }
  void Advance(const std::string& time) { Take(AdvanceDuty(duty_, At(time))); }
  void Take(DutyOutcome outcome) {
    duty_ = std::move(outcome.duty);
    changes_ = std::move(outcome.changes);
  }

  const DutyStage& Stage(const std::string& id) {
    for (const DutyStage& stage : duty_.stages) {
      if (stage.id == id) return stage;
    }
    ADD_FAILURE() << "no stage " << id;
    static const DutyStage none;
    return none;
  }
  // `STATE` or `STATE until TARGET`, without prefix.
  std::string Shown(const std::string& id) {
    const DutyStage& stage = Stage(id);
    std::string text = v1::StageState_Name(stage.state).substr(12);
    if (stage.times.target)
      text += " until " + deadline::FormatInstant(*stage.times.target, calendar_.zone);
    return text;
  }
  std::string State() { return v1::DutyState_Name(duty_.state).substr(11); }
  // The news of the last step, such as `found` or `overdue anmalan`.
  std::vector<std::string> News() {
    static const char* const kNames[] = {"found",    "changed", "ruled out",
                                         "due soon", "overdue", "submitted"};
    std::vector<std::string> news;
    for (const DutyChange& change : changes_) {
      std::string text = kNames[static_cast<int>(change.kind)];
      if (!change.stage.empty()) text += " " + change.stage;
      news.push_back(std::move(text));
    }
    return news;
  }
  std::string NextDue() {
    const auto next = NextDueTime(duty_);
    return next ? deadline::FormatInstant(*next, calendar_.zone) : "never";
  }

  std::shared_ptr<const organisation::Organisation> organisation_ = TestOrganisation();
  deadline::Calendar calendar_ = CalendarOf(*organisation_);
  std::string regime_;
  CaseFacts facts_;
  Duty duty_;
  std::vector<DutyChange> changes_;
};

// --- Opening ---

TEST_F(DutyTest, BreachIsDueExactly72HoursAfterAwareness) {
  Open("SE-GDPR-33", TestCase());
  EXPECT_EQ(State(), "REQUIRED");
  EXPECT_THAT(News(), ElementsAre("found"));
  EXPECT_EQ(*Stage("anmalan").times.target - duty_.aware_time, absl::Hours(72));
  EXPECT_EQ(Shown("anmalan"), "RUNNING until 2026-11-23T16:40:00+01:00");
  EXPECT_EQ(deadline::FormatInstant(*Stage("anmalan").times.outer, calendar_.zone),
            "2026-11-23T17:00:00+01:00");
  EXPECT_EQ(Stage("anmalan").times.remind, At("2026-11-22T22:40:00+01:00"));  // A quarter before.
  EXPECT_TRUE(Stage("anmalan").statutory);
  EXPECT_EQ(Shown("komplettering"), "WAITING");
  EXPECT_EQ(duty_.entity.unit, "socialnamnden");
  EXPECT_EQ(duty_.unit, "social");
  EXPECT_THAT(duty_.parties, ElementsAre("p_owner", "p_dpo"));
}

TEST_F(DutyTest, MissingFactRunsTheSameClock) {
  CaseFacts facts = TestCase();
  facts.personal_data = Answer::ANSWER_UNSPECIFIED;
  Open("SE-GDPR-33", facts);
  EXPECT_EQ(State(), "TO_ASSESS");
  EXPECT_EQ(Shown("anmalan"), "RUNNING until 2026-11-23T16:40:00+01:00");
}

TEST_F(DutyTest, SignificantIncidentStartsTwoClocksAtOnce) {
  Open("SE-NIS2", SignificantCase());
  EXPECT_EQ(Shown("upplysning"), "RUNNING until 2026-11-21T16:40:00+01:00");
  EXPECT_EQ(Shown("incidentanmalan"), "RUNNING until 2026-11-23T16:40:00+01:00");
  EXPECT_EQ(Shown("delrapport"), "WAITING");
  EXPECT_EQ(Shown("slutrapport"), "WAITING");
  EXPECT_EQ(Shown("lagesrapport"), "NOT_APPLICABLE");
  EXPECT_EQ(Shown("slutrapport-efter-lagesrapport"), "NOT_APPLICABLE");
  EXPECT_EQ(Shown("tjanstemottagare"), "RUNNING");
}

TEST_F(DutyTest, WhereTheLawNamesNoHoursTheTargetIsOurOwn) {
  CaseFacts facts = TestCase();
  facts.national_security = Answer::ANSWER_YES;
  Open("SE-SAK", facts);
  EXPECT_EQ(Shown("anmalan"), "RUNNING until 2026-11-20T17:40:00+01:00");
  EXPECT_FALSE(Stage("anmalan").statutory);
  EXPECT_FALSE(Stage("anmalan").times.outer.has_value());
}

TEST_F(DutyTest, DutyFoundLateIsDueSoonOrOverdueAtOnce) {
  Open("SE-NIS2", SignificantCase(), At("2026-11-22T23:00:00+01:00"));
  EXPECT_EQ(Stage("upplysning").state, StageState::STAGE_STATE_OVERDUE);
  EXPECT_EQ(Stage("incidentanmalan").state, StageState::STAGE_STATE_DUE_SOON);
  EXPECT_THAT(News(), ElementsAre("found", "overdue upplysning", "due soon incidentanmalan"));
}

TEST_F(DutyTest, OldRegisterCallsNobody) {
  CaseFacts facts = TestCase();
  facts.imported = true;
  facts.aware_time = At("2009-10-21T10:00:00+02:00");
  Open("SE-GDPR-33", facts);
  EXPECT_EQ(Shown("anmalan"), "OVERDUE until 2009-10-24T10:00:00+02:00");
  EXPECT_THAT(News(), ElementsAre("found"));
  EXPECT_EQ(NextDue(), "never");
}

TEST_F(DutyTest, VersionCountsWhatIsTold) {
  Open("SE-NIS2", SignificantCase(), At("2026-11-22T23:00:00+01:00"));
  EXPECT_EQ(duty_.version, 3);  // Found, overdue, due soon.
  EXPECT_EQ(EtagOf(duty_), "3");
  Reassess(SignificantCase(), At("2026-11-22T23:00:01+01:00"));
  EXPECT_EQ(duty_.version, 3);
  Tell("upplysning", "2026-11-22T23:30:00+01:00");
  EXPECT_EQ(duty_.version, 4);
}

// --- Time passing ---

TEST_F(DutyTest, StageComesDueSoonThenOverdueAndSaysSoOnce) {
  Open("SE-GDPR-33", TestCase());
  EXPECT_EQ(NextDue(), "2026-11-22T22:40:00+01:00");
  Advance("2026-11-22T22:39:59+01:00");
  EXPECT_THAT(News(), IsEmpty());
  Advance("2026-11-22T22:40:00+01:00");
  EXPECT_THAT(News(), ElementsAre("due soon anmalan"));
  EXPECT_EQ(Stage("anmalan").state, StageState::STAGE_STATE_DUE_SOON);
  EXPECT_EQ(NextDue(), "2026-11-23T16:40:00+01:00");
  Advance("2026-11-23T16:39:59+01:00");
  EXPECT_THAT(News(), IsEmpty());
  Advance("2026-11-23T16:40:00+01:00");
  EXPECT_THAT(News(), ElementsAre("overdue anmalan"));
  EXPECT_EQ(NextDue(), "never");
  Advance("2026-12-24T00:00:00+01:00");
  EXPECT_THAT(News(), IsEmpty());
}

TEST_F(DutyTest, AfterASleepOverdueAloneIsSaid) {
  Open("SE-NIS2", SignificantCase());
  EXPECT_EQ(NextDue(), "2026-11-21T10:40:00+01:00");
  Advance("2026-12-01T00:00:00+01:00");
  EXPECT_THAT(News(), ElementsAre("overdue upplysning", "overdue incidentanmalan"));
}

TEST_F(DutyTest, UrgencyIsTheEarliestTargetStillToBeMet) {
  Open("SE-NIS2", SignificantCase());
  EXPECT_EQ(UrgentTime(duty_), At("2026-11-21T16:40:00+01:00"));
  Tell("upplysning", "2026-11-21T09:00:00+01:00");
  EXPECT_EQ(UrgentTime(duty_), At("2026-11-23T16:40:00+01:00"));
  Advance("2026-11-25T00:00:00+01:00");
  EXPECT_EQ(UrgentTime(duty_), At("2026-11-23T16:40:00+01:00"));  // Overdue is most urgent.
}

// --- Telling the authority ---

TEST_F(DutyTest, NotificationInTimeFulfilsTheDuty) {
  Open("SE-GDPR-33", TestCase());
  ASSERT_OK(
      Submit({.stage = "anmalan", .external_id = "IMY-2026-1"}, At("2026-11-23T16:40:00+01:00")));
  EXPECT_EQ(Stage("anmalan").state, StageState::STAGE_STATE_SUBMITTED);
  EXPECT_EQ(Stage("anmalan").external_id, "IMY-2026-1");
  EXPECT_EQ(State(), "FULFILLED");
  EXPECT_THAT(News(), ElementsAre("submitted anmalan"));
  EXPECT_EQ(NextDue(), "never");
  EXPECT_FALSE(UrgentTime(duty_).has_value());
  // What is left may still be told, and stays without a clock.
  EXPECT_EQ(Shown("komplettering"), "RUNNING");
  Tell("komplettering", "2026-12-10T10:00:00+01:00");
  EXPECT_EQ(State(), "FULFILLED");
}

// Statutory case T24: filed at 80 hours.
TEST_F(DutyTest, LateNotificationNeedsItsReasonsAndStillCounts) {
  Open("SE-GDPR-33", TestCase());
  const absl::Time late = duty_.aware_time + absl::Hours(80);
  EXPECT_THAT(Submit({.stage = "anmalan", .external_id = "IMY-1"}, late), NamesField("reason"));
  ASSERT_OK(Submit({.stage = "anmalan", .external_id = "IMY-1", .reason = "jour saknades"}, late));
  EXPECT_EQ(Stage("anmalan").state, StageState::STAGE_STATE_SUBMITTED_LATE);
  EXPECT_EQ(Stage("anmalan").reason, "jour saknades");
  EXPECT_EQ(State(), "FULFILLED");
}

TEST_F(DutyTest, OneMicrosecondAfterTheTargetIsLate) {
  Open("SE-GDPR-33", TestCase());
  const absl::Time target = *Stage("anmalan").times.target;
  EXPECT_THAT(Submit({.stage = "anmalan", .external_id = "x"}, target + absl::Microseconds(1)),
              NamesField("reason"));
  ASSERT_OK(Submit({.stage = "anmalan", .external_id = "x"}, target));
}

TEST_F(DutyTest, SubmissionNeedsAnExternalIdOrAReason) {
  Open("SE-GDPR-33", TestCase());
  const absl::Time now = duty_.aware_time + absl::Hours(1);
  EXPECT_THAT(Submit({.stage = "anmalan"}, now), NamesField("external_id"));
  ASSERT_OK(Submit({.stage = "anmalan", .reason = "per post"}, now));
}

TEST_F(DutyTest, SubmitTimeIsNeitherInTheFutureNorBeforeAwareness) {
  Open("SE-GDPR-33", TestCase());
  const absl::Time now = duty_.aware_time + absl::Hours(10);
  Submission submission{.stage = "anmalan", .external_id = "x"};
  submission.submit_time = now + absl::Minutes(6);
  EXPECT_THAT(Submit(submission, now), NamesField("submit_time"));
  submission.submit_time = duty_.aware_time - absl::Seconds(1);
  EXPECT_THAT(Submit(submission, now), NamesField("submit_time"));
  submission.submit_time = now + absl::Minutes(5);  // Their clock is ahead of ours.
  ASSERT_OK(Submit(submission, now));
  EXPECT_EQ(Stage("anmalan").submit_time, now);
}

TEST_F(DutyTest, TellingLaterWhatWasDoneInTimeIsInTime) {
  Open("SE-GDPR-33", TestCase());
  Advance("2026-11-25T00:00:00+01:00");
  EXPECT_EQ(Stage("anmalan").state, StageState::STAGE_STATE_OVERDUE);
  ASSERT_OK(Submit(
      {.stage = "anmalan", .external_id = "x", .submit_time = At("2026-11-22T12:00:00+01:00")},
      At("2026-11-25T00:00:00+01:00")));
  EXPECT_EQ(Stage("anmalan").state, StageState::STAGE_STATE_SUBMITTED);
}

TEST_F(DutyTest, SameSubmissionAgainChangesNothing) {
  Open("SE-GDPR-33", TestCase());
  const Submission submission{.stage = "anmalan", .external_id = "x"};
  ASSERT_OK(Submit(submission, At("2026-11-21T10:00:00+01:00")));
  const Duty before = duty_;
  ASSERT_OK(Submit(submission, At("2026-11-21T10:00:05+01:00")));
  EXPECT_EQ(duty_, before);
  EXPECT_THAT(News(), IsEmpty());
  EXPECT_THAT(Submit({.stage = "anmalan", .external_id = "y"}, At("2026-11-21T11:00:00+01:00")),
              IsError(kFailedPrecondition, "STAGE_ALREADY_SUBMITTED"));
}

TEST_F(DutyTest, UnknownStageIsNotFound) {
  Open("SE-GDPR-33", TestCase());
  EXPECT_THAT(Submit({.stage = "upplysning", .external_id = "x"}, duty_.aware_time),
              IsError(absl::StatusCode::kNotFound, "STAGE_NOT_FOUND"));
}

TEST_F(DutyTest, StageThatDoesNotApplyOrComesLaterIsRefused) {
  Open("SE-NIS2", SignificantCase());
  const absl::Time now = duty_.aware_time + absl::Hours(1);
  EXPECT_THAT(Submit({.stage = "slutrapport", .external_id = "x"}, now),
              IsError(kFailedPrecondition, "STAGE_WAITS"));
  EXPECT_THAT(Submit({.stage = "lagesrapport", .external_id = "x"}, now),
              IsError(kFailedPrecondition, "STAGE_NOT_APPLICABLE"));
  ASSERT_OK(Submit({.stage = "delrapport", .external_id = "x"}, now));
}

// --- The stages of NIS2 ---

// Statutory case M01: the month counts from the submission.
TEST_F(DutyTest, FinalReportIsDueOneMonthAfterTheNotification) {
  Open("SE-NIS2", SignificantCase());
  Tell("upplysning", "2026-11-21T09:00:00+01:00");
  Tell("incidentanmalan", "2026-11-23T10:00:00+01:00");
  EXPECT_EQ(Shown("slutrapport"),
            "RUNNING until 2026-12-24T00:00:00+01:00");  // 24:00 of 23 December.
  EXPECT_EQ(State(), "REQUIRED");
  Tell("slutrapport", "2026-12-20T10:00:00+01:00");
  EXPECT_EQ(State(), "FULFILLED");
}

// Statutory case M02: julafton; the outer end moves, the target does not.
TEST_F(DutyTest, HolidayMovesTheOuterEndOnly) {
  CaseFacts facts = SignificantCase();
  facts.aware_time = At("2026-11-23T16:40:00+01:00");
  Open("SE-NIS2", facts, facts.aware_time);
  Tell("incidentanmalan", "2026-11-24T10:00:00+01:00");
  EXPECT_EQ(Stage("slutrapport").times.target, At("2026-12-25T00:00:00+01:00"));
  EXPECT_EQ(Stage("slutrapport").times.outer, At("2026-12-29T00:00:00+01:00"));
}

// Statutory case M19: filing early shortens.
TEST_F(DutyTest, EarlyNotificationShortensTheMonth) {
  Open("SE-NIS2", SignificantCase());
  Tell("incidentanmalan", "2026-11-21T22:40:00+01:00");
  EXPECT_EQ(Stage("slutrapport").times.target, At("2026-12-22T00:00:00+01:00"));
}

// Statutory case M20: the month counts from the late filing, but the reminder comes by the time
// that a filing in time would have given.
TEST_F(DutyTest, LatenessBuysNoTime) {
  Open("SE-NIS2", SignificantCase());
  Tell("upplysning", "2026-11-21T09:00:00+01:00");
  Tell("incidentanmalan", "2027-01-10T12:40:00+01:00");
  EXPECT_EQ(Stage("incidentanmalan").state, StageState::STAGE_STATE_SUBMITTED_LATE);
  EXPECT_EQ(Stage("slutrapport").times.target, At("2027-02-11T00:00:00+01:00"));
  EXPECT_EQ(Stage("slutrapport").times.remind, At("2026-12-24T00:00:00+01:00"));
  EXPECT_EQ(Stage("slutrapport").state, StageState::STAGE_STATE_DUE_SOON);
  EXPECT_THAT(News(), ElementsAre("submitted incidentanmalan", "due soon slutrapport"));
}

// Statutory cases M17 and M18.
TEST_F(DutyTest, OngoingIncidentHasAStatusReportAndThenItsFinalReport) {
  CaseFacts facts = SignificantCase();
  facts.ongoing = Answer::ANSWER_YES;
  Open("SE-NIS2", facts);
  Tell("upplysning", "2026-11-21T09:00:00+01:00");
  Tell("incidentanmalan", "2026-11-23T10:00:00+01:00");
  EXPECT_EQ(Shown("slutrapport"), "NOT_APPLICABLE");
  EXPECT_EQ(Shown("lagesrapport"), "RUNNING until 2026-12-24T00:00:00+01:00");
  Tell("lagesrapport", "2026-12-23T10:00:00+01:00");
  EXPECT_EQ(Shown("slutrapport"), "NOT_APPLICABLE");
  EXPECT_EQ(Shown("slutrapport-efter-lagesrapport"), "WAITING");
  EXPECT_EQ(State(), "REQUIRED");

  facts.ongoing = Answer::ANSWER_NO;
  facts.as_of = At("2027-01-31T15:00:00+01:00");
  Reassess(facts);
  EXPECT_EQ(duty_.handled_time, facts.as_of);
  EXPECT_THAT(News(), ElementsAre("changed"));
  EXPECT_EQ(Stage("slutrapport-efter-lagesrapport").times.target, At("2027-03-01T00:00:00+01:00"));
  EXPECT_EQ(Stage("slutrapport-efter-lagesrapport").times.outer, At("2027-03-02T00:00:00+01:00"));
  Tell("slutrapport-efter-lagesrapport", "2027-02-20T10:00:00+01:00");
  EXPECT_EQ(State(), "FULFILLED");
}

TEST_F(DutyTest, IncidentThatEndsBeforeTheStatusReportNeedsNone) {
  CaseFacts facts = SignificantCase();
  facts.ongoing = Answer::ANSWER_YES;
  Open("SE-NIS2", facts);
  Tell("incidentanmalan", "2026-11-23T10:00:00+01:00");
  facts.ongoing = Answer::ANSWER_NO;
  facts.as_of = At("2026-12-01T15:00:00+01:00");
  Reassess(facts);
  EXPECT_EQ(Shown("lagesrapport"), "NOT_APPLICABLE");
  EXPECT_EQ(Shown("slutrapport"), "RUNNING until 2026-12-24T00:00:00+01:00");
}

TEST_F(DutyTest, ClosingTheCaseMeansItIsHandledAndReopeningThatItIsNot) {
  CaseFacts facts = SignificantCase();
  facts.ongoing = Answer::ANSWER_YES;
  Open("SE-NIS2", facts);
  Tell("incidentanmalan", "2026-11-23T10:00:00+01:00");
  Tell("lagesrapport", "2026-12-23T10:00:00+01:00");
  facts.close_time = At("2027-01-15T10:00:00+01:00");
  facts.as_of = *facts.close_time;
  Reassess(facts);
  EXPECT_EQ(duty_.handled_time, facts.close_time);
  EXPECT_EQ(Shown("slutrapport-efter-lagesrapport"), "RUNNING until 2027-02-16T00:00:00+01:00");
  facts.close_time.reset();
  Reassess(facts);
  EXPECT_FALSE(duty_.handled_time.has_value());
  EXPECT_EQ(Shown("slutrapport-efter-lagesrapport"), "WAITING");
}

TEST_F(DutyTest, ClosingTheCaseDoesNotEndTheDuty) {
  CaseFacts facts = TestCase();
  Open("SE-GDPR-33", facts);
  facts.close_time = facts.as_of;
  Reassess(facts);
  EXPECT_EQ(State(), "REQUIRED");
  EXPECT_EQ(Shown("anmalan"), "RUNNING until 2026-11-23T16:40:00+01:00");
}

// --- Facts that change ---

// Statutory case T21.
TEST_F(DutyTest, CorrectedAwarenessMovesTheClocks) {
  Open("SE-GDPR-33", TestCase());
  CaseFacts facts = TestCase();
  facts.aware_time = At("2026-11-20T11:40:00+01:00");
  Reassess(facts);
  EXPECT_EQ(Shown("anmalan"), "RUNNING until 2026-11-23T11:40:00+01:00");
  EXPECT_EQ(duty_.aware_time, facts.aware_time);
  EXPECT_THAT(News(), ElementsAre("changed"));
}

TEST_F(DutyTest, CorrectedAwarenessMayMakeAStageOverdueAndBack) {
  Open("SE-GDPR-33", TestCase());
  CaseFacts facts = TestCase();
  facts.aware_time = At("2026-11-10T10:00:00+01:00");
  Reassess(facts);
  EXPECT_EQ(Stage("anmalan").state, StageState::STAGE_STATE_OVERDUE);
  EXPECT_THAT(News(), ElementsAre("changed", "overdue anmalan"));
  Reassess(TestCase());
  EXPECT_EQ(Stage("anmalan").state, StageState::STAGE_STATE_RUNNING);
  EXPECT_THAT(News(), ElementsAre("changed"));
}

TEST_F(DutyTest, OverdueStageThatGetsMoreTimeIsNotCalledDueSoon) {
  Open("SE-GDPR-33", TestCase(), At("2026-11-23T17:00:00+01:00"));
  CaseFacts facts = TestCase();
  facts.aware_time += absl::Hours(2);
  Reassess(facts, At("2026-11-23T17:00:00+01:00"));
  EXPECT_EQ(Stage("anmalan").state, StageState::STAGE_STATE_DUE_SOON);
  EXPECT_THAT(News(), ElementsAre("changed"));
}

TEST_F(DutyTest, CorrectedAwarenessMayMakeASubmissionLate) {
  Open("SE-GDPR-33", TestCase());
  Tell("anmalan", "2026-11-23T16:00:00+01:00");
  EXPECT_EQ(Stage("anmalan").state, StageState::STAGE_STATE_SUBMITTED);
  CaseFacts facts = TestCase();
  facts.aware_time = At("2026-11-20T11:40:00+01:00");
  Reassess(facts);
  EXPECT_EQ(Stage("anmalan").state, StageState::STAGE_STATE_SUBMITTED_LATE);
  EXPECT_EQ(State(), "FULFILLED");
  EXPECT_THAT(News(), ElementsAre("changed"));
}

TEST_F(DutyTest, CorrectedAwarenessMayChangeTheVersionOfTheLaw) {
  CaseFacts facts = SignificantCase();
  facts.aware_time = At("2026-07-01T08:00:00+02:00");
  Open("SE-NIS2", facts, facts.aware_time);
  EXPECT_EQ(duty_.regime_version, "2026-07-01");
  Tell("upplysning", "2026-07-01T09:00:00+02:00");
  facts.aware_time = At("2026-06-30T20:00:00+02:00");
  Reassess(facts, At("2026-07-01T10:00:00+02:00"));
  EXPECT_EQ(duty_.regime_version, "2026-01-15");
  EXPECT_EQ(Stage("upplysning").state, StageState::STAGE_STATE_SUBMITTED);
  EXPECT_EQ(Shown("incidentanmalan"), "RUNNING until 2026-07-03T20:00:00+02:00");
}

TEST_F(DutyTest, SameFactsAreNoNews) {
  Open("SE-NIS2", SignificantCase());
  const Duty before = duty_;
  Reassess(SignificantCase());
  EXPECT_THAT(News(), IsEmpty());
  EXPECT_EQ(duty_, before);
}

TEST_F(DutyTest, NewOwnerIsFollowedWithoutNews) {
  Open("SE-GDPR-33", TestCase());
  CaseFacts facts = TestCase();
  facts.parties = {"p_other"};
  Reassess(facts);
  EXPECT_THAT(duty_.parties, ElementsAre("p_other"));
  EXPECT_THAT(News(), IsEmpty());
}

TEST_F(DutyTest, OtherUnitMeansAnotherController) {
  Open("SE-GDPR-33", TestCase());
  CaseFacts facts = TestCase();
  facts.unit = "bolaget";
  Reassess(facts);
  EXPECT_EQ(duty_.entity.unit, "bolaget");
  EXPECT_EQ(duty_.unit, "bolaget");
  EXPECT_THAT(News(), ElementsAre("changed"));
}

TEST_F(DutyTest, KnownFactSettlesWhatWasToBeAssessed) {
  CaseFacts facts = TestCase();
  facts.personal_data = Answer::ANSWER_UNSPECIFIED;
  Open("SE-GDPR-33", facts);
  Reassess(TestCase());
  EXPECT_EQ(State(), "REQUIRED");
  EXPECT_THAT(News(), ElementsAre("changed"));
  EXPECT_EQ(duty_.reasons.front(), "personal_data is yes");
}

TEST_F(DutyTest, ChangedFactsRuleOutAndBringBack) {
  Open("SE-GDPR-33", TestCase());
  CaseFacts facts = TestCase();
  facts.personal_data = Answer::ANSWER_NO;
  Reassess(facts);
  EXPECT_EQ(State(), "RULED_OUT");
  EXPECT_EQ(Shown("anmalan"), "NOT_APPLICABLE");
  EXPECT_EQ(NextDue(), "never");
  EXPECT_THAT(News(), ElementsAre("ruled out"));
  EXPECT_EQ(duty_.reasons.front(), "personal_data is no");
  Reassess(facts);
  EXPECT_THAT(News(), IsEmpty());
  // The clock was never stopped: coming back late is coming back overdue.
  Reassess(TestCase(), At("2026-11-24T08:00:00+01:00"));
  EXPECT_EQ(State(), "REQUIRED");
  EXPECT_EQ(Shown("anmalan"), "OVERDUE until 2026-11-23T16:40:00+01:00");
  EXPECT_THAT(News(), ElementsAre("changed", "overdue anmalan"));
}

TEST_F(DutyTest, WhatWasToldStaysToldWhenTheFactsChange) {
  Open("SE-NIS2", SignificantCase());
  Tell("upplysning", "2026-11-21T09:00:00+01:00");
  Reassess(TestCase());  // Not significant after all.
  EXPECT_EQ(State(), "RULED_OUT");
  EXPECT_EQ(Stage("upplysning").state, StageState::STAGE_STATE_SUBMITTED);
  EXPECT_EQ(Shown("incidentanmalan"), "NOT_APPLICABLE");
  Reassess(SignificantCase());
  EXPECT_EQ(Stage("upplysning").state, StageState::STAGE_STATE_SUBMITTED);
  EXPECT_EQ(Shown("incidentanmalan"), "RUNNING until 2026-11-23T16:40:00+01:00");
}

TEST_F(DutyTest, FulfilledDutyIsNotTakenBackByTheFacts) {
  Open("SE-GDPR-33", TestCase());
  Tell("anmalan", "2026-11-21T09:00:00+01:00");
  CaseFacts facts = TestCase();
  facts.personal_data = Answer::ANSWER_NO;
  Reassess(facts);
  EXPECT_EQ(State(), "FULFILLED");
  EXPECT_THAT(News(), IsEmpty());
}

TEST_F(DutyTest, AwarenessBeforeTheLawRulesOut) {
  Open("SE-NIS2", SignificantCase());
  CaseFacts facts = SignificantCase();
  facts.aware_time = At("2025-12-24T10:00:00+01:00");
  Reassess(facts);
  EXPECT_EQ(State(), "RULED_OUT");
  EXPECT_THAT(duty_.reasons, ElementsAre("no rule holds on 2025-12-24"));
}

// --- A person's decision ---

TEST_F(DutyTest, PersonRulesOutWithAReason) {
  Open("SE-GDPR-33", TestCase());
  Take(*RuleOutDuty(duty_, "krypterad disk", "p_dpo"));
  EXPECT_EQ(State(), "RULED_OUT");
  EXPECT_EQ(duty_.rule_out_reason, "krypterad disk");
  EXPECT_EQ(duty_.rule_out_person, "p_dpo");
  EXPECT_EQ(Shown("anmalan"), "NOT_APPLICABLE");
  EXPECT_THAT(News(), ElementsAre("ruled out"));
  EXPECT_THAT(RuleOutDuty(duty_, "again", "p_dpo"), IsError(kFailedPrecondition, "DUTY_RULED_OUT"));
  EXPECT_THAT(Submit({.stage = "anmalan", .external_id = "x"}, facts_.as_of),
              IsError(kFailedPrecondition, "DUTY_RULED_OUT"));
}

TEST_F(DutyTest, PersonsDecisionHoldsWhileTheFactsItRestsOnDo) {
  Open("SE-GDPR-33", TestCase());
  Take(*RuleOutDuty(duty_, "krypterad disk", "p_dpo"));
  CaseFacts facts = TestCase();
  facts.affected_persons = 4000;
  facts.aware_time -= absl::Hours(1);
  Reassess(facts);
  EXPECT_EQ(State(), "RULED_OUT");
  EXPECT_THAT(News(), IsEmpty());
}

TEST_F(DutyTest, DecisionMadeInIgnoranceEndsWhenTheFactIsKnown) {
  CaseFacts facts = TestCase();
  facts.personal_data = Answer::ANSWER_UNSPECIFIED;
  Open("SE-GDPR-33", facts);
  Take(*RuleOutDuty(duty_, "inga personuppgifter", "p_dpo"));
  facts.affected_persons = 5;
  Reassess(facts);
  EXPECT_EQ(State(), "RULED_OUT");
  facts.personal_data = Answer::ANSWER_YES;
  Reassess(facts);
  EXPECT_EQ(State(), "REQUIRED");
  EXPECT_THAT(News(), ElementsAre("changed"));
  EXPECT_EQ(duty_.rule_out_reason, "inga personuppgifter");
  EXPECT_EQ(duty_.ruled_out_from, DutyState::DUTY_STATE_UNSPECIFIED);
}

TEST_F(DutyTest, FulfilledDutyCannotBeRuledOut) {
  Open("SE-GDPR-33", TestCase());
  Tell("anmalan", "2026-11-21T09:00:00+01:00");
  EXPECT_THAT(RuleOutDuty(duty_, "no", "p_dpo"), IsError(kFailedPrecondition, "DUTY_FULFILLED"));
}

TEST_F(DutyTest, RuledOutDutyDoesNotAge) {
  Open("SE-GDPR-33", TestCase());
  Take(*RuleOutDuty(duty_, "krypterad disk", "p_dpo"));
  Advance("2027-01-01T00:00:00+01:00");
  EXPECT_THAT(News(), IsEmpty());
}

// --- Erasing ---

TEST_F(DutyTest, ErasedDutyHoldsNoWordsButWhatIsCounted) {
  Open("SE-NIS2", SignificantCase());
  Tell("upplysning", "2026-11-21T09:00:00+01:00");
  const Duty before = duty_;
  const absl::Time now = At("2026-12-01T10:00:00+01:00");
  const std::optional<Duty> erased = EraseDuty(before, now);
  ASSERT_TRUE(erased);
  EXPECT_EQ(erased->erase_time, now);
  Duty expected = before;
  expected.erase_time = now;
  expected.reasons.clear();
  for (DutyStage& stage : expected.stages) stage.external_id = stage.reason = "";
  EXPECT_EQ(*erased, expected);
  EXPECT_FALSE(EraseDuty(*erased, now + absl::Hours(1)));
}

TEST_F(DutyTest, ErasedDutyStandsStill) {
  Open("SE-GDPR-33", TestCase());
  duty_ = *EraseDuty(duty_, facts_.as_of);
  EXPECT_FALSE(IsOpen(duty_));
  EXPECT_FALSE(NextDueTime(duty_));
  EXPECT_FALSE(UrgentTime(duty_));
  Advance("2027-01-01T00:00:00+01:00");
  EXPECT_THAT(News(), IsEmpty());
  EXPECT_EQ(State(), "REQUIRED");
}

TEST_F(DutyTest, ErasedDutyTakesNoWordsAnyMore) {
  Open("SE-GDPR-33", TestCase());
  Tell("anmalan", "2026-11-21T09:00:00+01:00");
  duty_ = *EraseDuty(duty_, facts_.as_of);
  EXPECT_THAT(
      Submit({.stage = "anmalan", .external_id = "ext-anmalan", .reason = "because"}, facts_.as_of),
      IsError(kFailedPrecondition, "CASE_ERASED"));
  EXPECT_THAT(RuleOutDuty(duty_, "no", "p_dpo"), IsError(kFailedPrecondition, "CASE_ERASED"));
}

TEST_F(DutyTest, ErasedDutyFollowsItsCaseOnlyInWhoMaySeeIt) {
  Open("SE-GDPR-33", TestCase());
  duty_ = *EraseDuty(duty_, facts_.as_of);
  CaseFacts facts = TestCase();
  facts.parties = {"p_new"};
  facts.personal_data = Answer::ANSWER_NO;
  Reassess(facts);
  EXPECT_THAT(duty_.parties, ElementsAre("p_new"));
  EXPECT_EQ(State(), "REQUIRED");
  EXPECT_THAT(News(), IsEmpty());
}

// --- Denmark ---

TEST_F(DutyTest, DenmarkCountsByItsOwnCalendar) {
  organisation_ = TestOrganisation("DK");
  calendar_ = CalendarOf(*organisation_);
  CaseFacts facts = SignificantCase();
  facts.aware_time = At("2027-05-24T16:40:00+02:00");
  Open("DK-NIS2", facts, facts.aware_time);
  EXPECT_EQ(Shown("tidlig-varsling"), "RUNNING until 2027-05-25T16:40:00+02:00");
  Tell("haendelsesunderretning", "2027-05-25T10:00:00+02:00");
  // Midsommarafton in Sweden, an ordinary Friday in Denmark.
  EXPECT_EQ(Stage("endelig-rapport").times.target, At("2027-06-26T00:00:00+02:00"));
  EXPECT_EQ(Stage("endelig-rapport").times.outer, At("2027-06-26T00:00:00+02:00"));
}

}  // namespace
}  // namespace avvik::escalation
