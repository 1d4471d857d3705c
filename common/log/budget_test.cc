#include "common/log/budget.h"

#include "gtest/gtest.h"

namespace avvik::log {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

TEST(BudgetTest, LinesBeyondItAreLeftOutAndTheNextOneSaysHowMany) {
  Budget budget(2);
  EXPECT_EQ(budget.Take(kNow), 0);
  EXPECT_EQ(budget.Take(kNow + absl::Seconds(1)), 0);
  EXPECT_EQ(budget.Take(kNow + absl::Seconds(2)), std::nullopt);
  EXPECT_EQ(budget.Take(kNow + absl::Seconds(59)), std::nullopt);
  EXPECT_EQ(budget.Take(kNow + absl::Seconds(60)), 2);
  EXPECT_EQ(budget.Take(kNow + absl::Seconds(61)), 0);
  EXPECT_EQ(budget.Take(kNow + absl::Seconds(62)), std::nullopt);
}

TEST(BudgetTest, ClockThatIsSetBackDoesNotSilenceIt) {
  Budget budget(1);
  EXPECT_EQ(budget.Take(kNow), 0);
  EXPECT_EQ(budget.Take(kNow), std::nullopt);
  EXPECT_EQ(budget.Take(kNow - absl::Hours(1)), 1);
}

}  // namespace
}  // namespace avvik::log
