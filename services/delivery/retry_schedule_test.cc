#include "services/delivery/retry_schedule.h"

#include "gtest/gtest.h"

namespace avvik::delivery {
namespace {

TEST(RetryPauseTest, PausesDoubleFromAMinuteToFourHours) {
  EXPECT_EQ(RetryPause(1, 0.5), absl::Minutes(1));
  EXPECT_EQ(RetryPause(2, 0.5), absl::Minutes(2));
  EXPECT_EQ(RetryPause(8, 0.5), absl::Minutes(128));
  EXPECT_EQ(RetryPause(9, 0.5), absl::Hours(4));
  EXPECT_EQ(RetryPause(1'000'000, 0.5), absl::Hours(4));
}

TEST(RetryPauseTest, ChanceMovesThemByAFifth) {
  EXPECT_EQ(RetryPause(1, 0.0), absl::Seconds(48));
  EXPECT_LT(RetryPause(1, 0.999), absl::Seconds(72));
  EXPECT_GT(RetryPause(1, 0.999), absl::Seconds(71));
}

TEST(NextAttemptTest, ANoticeIsGivenUpAfterTwoDays) {
  const absl::Time queued = absl::FromUnixSeconds(1'790'000'000);
  absl::Time now = queued;
  int attempts = 1;
  for (std::optional<absl::Time> next;
       (next = NextAttempt(attempts, 0.5, now, queued + kGiveUpAfter)); now = *next) {
    ++attempts;
  }
  EXPECT_EQ(attempts, 19);
  EXPECT_GT(now, queued + absl::Hours(44));
  EXPECT_LE(now, queued + kGiveUpAfter);
}

}  // namespace
}  // namespace avvik::delivery
