#include "services/triage/case_link.h"

#include "gmock/gmock.h"
#include "services/triage/test_support.h"
#include "tests/support/status_matchers.h"

namespace avvik::triage {
namespace {

using avvik::testing::IsError;
using avvik::testing::NamesField;

constexpr campaigns::Key kKey = {3};
const absl::Time kNow = absl::FromUnixSeconds(1'795'000'000);

ReportTold Mail(const std::string& title) {
  ReportTold report;
  report.report_id = "r2";
  report.number = "AVV-2026-000002";
  report.facts.category = type::v1::CATEGORY_SUSPICIOUS_MESSAGE;
  report.reported = kNow;
  report.fingerprint = TestCampaigns().fingerprinter().Of(kKey, title, "");
  return report;
}

JoinableCase Joinable(const std::string& id, const std::string& title) {
  return {.case_id = id, .subject = SubjectOf(Mail(title))};
}

Case CaseOf(const std::string& id, v1::CaseState state = v1::CASE_STATE_ASSIGNED) {
  Case subject;
  subject.id = id;
  subject.number = "number of " + id;
  subject.state = state;
  return subject;
}

TEST(MayJoinTest, ImportedReportsAndNationalSecurityNeverJoin) {
  ReportTold report = Mail("Ditt paket väntar på leverans");
  EXPECT_TRUE(MayJoin(report, TestCampaigns()));
  report.imported = true;
  EXPECT_FALSE(MayJoin(report, TestCampaigns()));
  report.imported = false;
  report.facts.national_security = type::v1::ANSWER_YES;
  EXPECT_FALSE(MayJoin(report, TestCampaigns()));
  report.facts.national_security = type::v1::ANSWER_NO;
  EXPECT_TRUE(MayJoin(report, TestCampaigns()));
  report.facts.category = type::v1::CATEGORY_LOST_DEVICE;
  EXPECT_FALSE(MayJoin(report, TestCampaigns()));
}

TEST(CaseToJoinTest, MostAlikeIsJoinedAndTheFirstOfThoseEquallyAlike) {
  const std::vector<JoinableCase> cases = {
      Joinable("invoice", "Faktura 4711 har förfallit till betalning"),
      Joinable("near", "Ditt paket väntar på leveransen hos ombudet"),
      Joinable("same", "Ditt paket väntar på leverans hos grannen"),
      Joinable("again", "Ditt paket väntar på leverans hos grannen")};
  const auto joined = CaseToJoin(SubjectOf(Mail("VB: Ditt paket väntar på leverans hos grannen")),
                                 cases, TestCampaigns());
  ASSERT_TRUE(joined.has_value());
  EXPECT_EQ(joined->case_id, "same");
  EXPECT_EQ(joined->similarity, 100);
  EXPECT_EQ(CaseToJoin(SubjectOf(Mail("Ny inloggning på ditt konto")), cases, TestCampaigns()),
            std::nullopt);
  EXPECT_EQ(CaseToJoin(SubjectOf(Mail("Ny inloggning")), {}, TestCampaigns()), std::nullopt);
}

TEST(CaseToJoinTest, ReportJoinsByAnotherKeyWhileKeysAreReplacedAndTheCaseIsThenKnownByTheNewOne) {
  constexpr campaigns::Key kNewKey = {4};
  const std::string title = "Ditt paket väntar på leverans hos grannen";
  const std::vector<JoinableCase> cases = {Joinable("old", title)};
  ReportTold report = Mail(title);
  EXPECT_FALSE(CaseToJoin(SubjectOf(report), cases, TestCampaigns())->by_other_key);
  report.fingerprint = TestCampaigns().fingerprinter().Of(kNewKey, title, "");
  EXPECT_EQ(CaseToJoin(SubjectOf(report), cases, TestCampaigns()), std::nullopt);
  report.other_fingerprints = {TestCampaigns().fingerprinter().Of(kKey, title, "")};
  const auto joined = CaseToJoin(SubjectOf(report), cases, TestCampaigns());
  ASSERT_TRUE(joined.has_value());
  EXPECT_EQ(joined->similarity, 100);
  EXPECT_TRUE(joined->by_other_key);
}

TEST(LinkReportTest, OpenCaseTakesReportsAndAClosedOneDoesNot) {
  for (const auto state :
       {v1::CASE_STATE_OPEN, v1::CASE_STATE_ASSIGNED, v1::CASE_STATE_ACKNOWLEDGED}) {
    const auto linked = LinkReport(CaseOf("c", state), "r2", "AVV-2026-000002", kNow);
    ASSERT_OK(linked);
    EXPECT_EQ(linked->changed.state, state);
    EXPECT_EQ(linked->changed.report_count, 2);
    EXPECT_EQ(linked->changed.version, 2);
    EXPECT_EQ(linked->changed.updated, kNow);
    EXPECT_EQ(linked->happening, Happening::kReportLinked);
    EXPECT_EQ(linked->report_id, "r2");
  }
  EXPECT_THAT(LinkReport(CaseOf("c", v1::CASE_STATE_CLOSED), "r2", "", kNow),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_STATE"));
}

TEST(UnlinkReportTest, ReportLeavesAClosedCaseToo) {
  Case subject = CaseOf("c", v1::CASE_STATE_CLOSED);
  subject.report_count = 5;
  const CaseChange unlinked = UnlinkReport(subject, "r2", "AVV-2026-000002", kNow);
  EXPECT_EQ(unlinked.changed.report_count, 4);
  EXPECT_EQ(unlinked.happening, Happening::kReportUnlinked);
}

TEST(GroupTest, UngroupGivesBackWhatWas) {
  const Case member = CaseOf("m", v1::CASE_STATE_CLOSED);
  const auto grouped = Group(member, CaseOf("l"), kNow);
  ASSERT_OK(grouped);
  EXPECT_EQ(grouped->changed.group_id, "l");
  EXPECT_EQ(grouped->changed.state, member.state);
  EXPECT_EQ(grouped->leader->member_count, 1);
  EXPECT_EQ(grouped->leader->version, 1);
  const auto ungrouped = Ungroup(grouped->changed, *grouped->leader, kNow);
  ASSERT_OK(ungrouped);
  EXPECT_EQ(ungrouped->changed.group_id, "");
  EXPECT_EQ(ungrouped->changed.version, 3);
  EXPECT_EQ(ungrouped->leader->member_count, 0);
  EXPECT_THAT(Ungroup(ungrouped->changed, *ungrouped->leader, kNow),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_NOT_IN_GROUP"));
}

TEST(GroupTest, GroupHasOneLevelAndAnOpenLeader) {
  EXPECT_THAT(Group(CaseOf("m"), CaseOf("m"), kNow), NamesField("member_case_ids"));
  EXPECT_THAT(Group(CaseOf("m"), CaseOf("l", v1::CASE_STATE_CLOSED), kNow),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_STATE"));
  Case grouped = CaseOf("g");
  grouped.group_id = "other";
  EXPECT_THAT(Group(grouped, CaseOf("l"), kNow),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_GROUPED"));
  EXPECT_THAT(Group(CaseOf("m"), grouped, kNow),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_GROUPED"));
  Case leader = CaseOf("g");
  leader.member_count = 1;
  EXPECT_THAT(Group(leader, CaseOf("l"), kNow),
              IsError(absl::StatusCode::kFailedPrecondition, "CASE_HAS_MEMBERS"));
  EXPECT_OK(Group(CaseOf("m"), leader, kNow));
}

}  // namespace
}  // namespace avvik::triage
