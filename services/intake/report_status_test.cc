#include "services/intake/report_status.h"

#include "common/rpc/time.h"
#include "gtest/gtest.h"

namespace avvik::intake {
namespace {

const absl::Time kSubmitted = absl::FromUnixSeconds(1'795'000'000);
const absl::Time kChanged = kSubmitted + absl::Hours(2);
const absl::Time kNow = kSubmitted + absl::Hours(24);

Report SomeReport() {
  Report report;
  report.id = "r1";
  report.submitted = kSubmitted;
  return report;
}

CaseProgress At(v1::ReportProgress progress) {
  return {.case_id = "c1", .progress = progress, .changed = kChanged, .due = std::nullopt, .told = false};
}

v1::ReportStatus Status(const KnownProgress& known, const Report& report = SomeReport()) {
  return StatusOf(report, known, kNow);
}

TEST(ReportStatusTest, ReportNobodyHasLookedAtIsReceivedSinceItWasSubmitted) {
  for (const KnownProgress& known :
       {KnownProgress{}, KnownProgress{At(v1::REPORT_PROGRESS_RECEIVED), std::nullopt}}) {
    const v1::ReportStatus status = Status(known);
    EXPECT_EQ(status.progress(), v1::REPORT_PROGRESS_RECEIVED);
    EXPECT_EQ(rpc::FromProtoTime(status.change_time()), kSubmitted);
    EXPECT_EQ(status.next_step(), v1::REPORT_NEXT_STEP_LOOK);
  }
}

TEST(ReportStatusTest, EachStepHasTheNextOne) {
  const auto next = [](v1::ReportProgress progress) {
    return Status({At(progress), std::nullopt}).next_step();
  };
  EXPECT_EQ(next(v1::REPORT_PROGRESS_LOOKED_AT), v1::REPORT_NEXT_STEP_DECIDE);
  EXPECT_EQ(next(v1::REPORT_PROGRESS_WORKED_ON), v1::REPORT_NEXT_STEP_FINISH);
  EXPECT_EQ(next(v1::REPORT_PROGRESS_DONE), v1::REPORT_NEXT_STEP_UNSPECIFIED);
  EXPECT_EQ(next(v1::REPORT_PROGRESS_HANDLED_ELSEWHERE), v1::REPORT_NEXT_STEP_UNSPECIFIED);
  EXPECT_EQ(rpc::FromProtoTime(
                Status({At(v1::REPORT_PROGRESS_LOOKED_AT), std::nullopt}).change_time()),
            kChanged);
}

TEST(ReportStatusTest, WhatIsDecidedIsExpectedWhenItIsDueWhileThatIsAhead) {
  CaseProgress worked_on = At(v1::REPORT_PROGRESS_WORKED_ON);
  worked_on.due = kNow + absl::Hours(1);
  EXPECT_EQ(rpc::FromProtoTime(Status({worked_on, std::nullopt}).next_step_time()), *worked_on.due);
  worked_on.due = kNow;
  EXPECT_FALSE(Status({worked_on, std::nullopt}).has_next_step_time());
  CaseProgress done = At(v1::REPORT_PROGRESS_DONE);
  done.due = kNow + absl::Hours(1);
  EXPECT_FALSE(Status({done, std::nullopt}).has_next_step_time());
}

TEST(ReportStatusTest, MatterOfNationalSecurityIsHandledElsewhereWhateverBecomesOfItsCase) {
  Report report = SomeReport();
  report.content.national_security = type::v1::ANSWER_YES;
  CaseProgress closed = At(v1::REPORT_PROGRESS_DONE);
  closed.told = true;
  const v1::ReportStatus status = Status({closed, std::nullopt}, report);
  EXPECT_EQ(status.progress(), v1::REPORT_PROGRESS_HANDLED_ELSEWHERE);
  EXPECT_EQ(rpc::FromProtoTime(status.change_time()), kSubmitted);
  EXPECT_FALSE(status.has_outcome());
}

TEST(ReportStatusTest, CaseThatSpeaksForOthersSaysHowFarTheyHaveCome) {
  CaseProgress leader = At(v1::REPORT_PROGRESS_DONE);
  leader.told = true;
  const v1::ReportStatus status = Status({At(v1::REPORT_PROGRESS_LOOKED_AT), leader});
  EXPECT_EQ(status.progress(), v1::REPORT_PROGRESS_DONE);
  // Its words are for the reporters of its own.
  EXPECT_FALSE(status.has_outcome());
  // What is over stays over.
  EXPECT_EQ(Status({At(v1::REPORT_PROGRESS_DONE), At(v1::REPORT_PROGRESS_WORKED_ON)}).progress(),
            v1::REPORT_PROGRESS_DONE);
}

TEST(ReportStatusTest, ReportThatJoinsLateDidNotChangeBeforeItWasThere) {
  CaseProgress early = At(v1::REPORT_PROGRESS_WORKED_ON);
  early.changed = kSubmitted - absl::Hours(5);
  EXPECT_EQ(rpc::FromProtoTime(Status({early, std::nullopt}).change_time()), kSubmitted);
}

}  // namespace
}  // namespace avvik::intake
