#include "services/gateway/sign_in/request_budget.h"

#include "gtest/gtest.h"

namespace avvik::gateway {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

TEST(RequestBudgetTest, AFewSecondsWorthMayComeAtOnceAndThenTheRateHolds) {
  RequestBudget budget(10);
  for (int i = 0; i < 40; ++i) EXPECT_TRUE(budget.Take("a", kNow)) << i;
  EXPECT_FALSE(budget.Take("a", kNow));
  EXPECT_FALSE(budget.Take("a", kNow + absl::Milliseconds(90)));
  EXPECT_TRUE(budget.Take("a", kNow + absl::Milliseconds(200)));
  int taken = 0;
  for (int i = 0; i < 1000; ++i) {
    taken += budget.Take("a", kNow + absl::Seconds(1) + absl::Milliseconds(10) * i) ? 1 : 0;
  }
  EXPECT_NEAR(taken, 108, 3);
}

TEST(RequestBudgetTest, OneSessionDoesNotSlowAnother) {
  RequestBudget budget(1);
  while (budget.Take("a", kNow)) {
  }
  EXPECT_TRUE(budget.Take("b", kNow));
}

TEST(RequestBudgetTest, ZeroIsNoLimit) {
  RequestBudget budget(0);
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(budget.Take("a", kNow));
}

}  // namespace
}  // namespace avvik::gateway
