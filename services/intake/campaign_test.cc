#include "services/intake/campaign.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace avvik::intake {
namespace {

using avvik::testing::IsError;

const absl::Time kNow = absl::FromUnixSeconds(1'795'000'000);

Campaign Mails() {
  Campaign campaign;
  campaign.id = "c";
  campaign.number = "AVV-2026-000001";
  return campaign;
}

TEST(AnsweredTest, AnswerBelongsToItsCampaignAndReplacesTheOneBefore) {
  const auto once = Answered(Mails(), {.id = "a", .text = "Radera det", .created = kNow}, "1");
  ASSERT_OK(once);
  EXPECT_EQ(once->answer->campaign_id, "c");
  EXPECT_EQ(once->answer->number, "AVV-2026-000001");
  const auto twice = Answered(*once, {.id = "b", .text = "Behåll det"}, "");
  ASSERT_OK(twice);
  EXPECT_EQ(twice->answer->id, "b");
}

TEST(AnsweredTest, OnlyTheLeaderOfAGroupSpeaksAndOnlyByTheVersionSeen) {
  EXPECT_THAT(Answered(Mails(), {}, "7"),
              IsError(absl::StatusCode::kAborted, "CAMPAIGN_CHANGED"));
  Campaign grouped = Mails();
  grouped.leader_id = "leader";
  EXPECT_THAT(Answered(grouped, {}, ""),
              IsError(absl::StatusCode::kFailedPrecondition, "CAMPAIGN_GROUPED"));
  EXPECT_THAT(Ended(grouped, kNow, ""),
              IsError(absl::StatusCode::kFailedPrecondition, "CAMPAIGN_GROUPED"));
}

TEST(AnsweredTest, NobodyIsAnsweredAfterTheCaseWasErased) {
  Campaign erased = Mails();
  erased.erased = true;
  EXPECT_THAT(Answered(erased, {}, ""),
              IsError(absl::StatusCode::kFailedPrecondition, "CAMPAIGN_ERASED"));
}

TEST(EndedTest, CampaignIsClosedByItselfOrWithItsCase) {
  EXPECT_EQ(StateOf(Mails()), v1::CAMPAIGN_STATE_OPEN);
  const auto ended = Ended(Mails(), kNow, "");
  ASSERT_OK(ended);
  EXPECT_EQ(StateOf(*ended), v1::CAMPAIGN_STATE_CLOSED);
  EXPECT_EQ(Ended(*ended, kNow + absl::Hours(1), "")->ended, kNow);
  Campaign closed = Mails();
  closed.case_closed = true;
  EXPECT_EQ(StateOf(closed), v1::CAMPAIGN_STATE_CLOSED);
  EXPECT_OK(Answered(closed, {}, ""));
}

}  // namespace
}  // namespace avvik::intake
