#include "common/rpc/read_budget.h"

#include "avvik/audit/v1/audit.pb.h"
#include "avvik/intake/v1/intake.pb.h"
#include "avvik/intake/v1/receipts.pb.h"
#include "gtest/gtest.h"

namespace avvik::rpc {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

TEST(RecordsInTest, ListIsAsManyAsItsEntriesAndEverythingElseOne) {
  intake::v1::ListReportsResponse list;
  EXPECT_EQ(RecordsIn(list), 1);
  for (int i = 0; i < 7; ++i) list.add_reports()->add_supplements();
  EXPECT_EQ(RecordsIn(list), 7);
  intake::v1::Report report;
  report.add_supplements();
  report.add_supplements();
  EXPECT_EQ(RecordsIn(report), 1);
  EXPECT_EQ(RecordsIn(intake::v1::OpenedReceipt()), 1);
}

TEST(ReadBudgetTest, WhoReadsMoreThanAnHoursRecordsIsStoppedAndOthersAreNot) {
  ReadBudget budget(100);
  EXPECT_TRUE(budget.Allows("kalix/anna", kNow));
  budget.Take("kalix/anna", 99, kNow);
  EXPECT_TRUE(budget.Allows("kalix/anna", kNow));
  budget.Take("kalix/anna", 50, kNow);
  EXPECT_FALSE(budget.Allows("kalix/anna", kNow));
  EXPECT_TRUE(budget.Allows("kalix/bo", kNow));
  EXPECT_TRUE(budget.Allows("by/anna", kNow));
}

TEST(ReadBudgetTest, BucketFillsEvenlyAndNeverBeyondAnHoursRecords) {
  ReadBudget budget(100);
  budget.Take("anna", 150, kNow);
  EXPECT_FALSE(budget.Allows("anna", kNow + absl::Minutes(29)));
  EXPECT_TRUE(budget.Allows("anna", kNow + absl::Minutes(31)));
  const absl::Time later = kNow + absl::Hours(1000);
  EXPECT_TRUE(budget.Allows("anna", later));
  budget.Take("anna", 100, later);
  EXPECT_FALSE(budget.Allows("anna", later));
}

TEST(ReadBudgetTest, ClockThatGoesBackTakesNothingAway) {
  ReadBudget budget(100);
  budget.Take("anna", 50, kNow);
  EXPECT_TRUE(budget.Allows("anna", kNow - absl::Hours(1)));
}

TEST(ReadBudgetTest, ZeroIsNoLimit) {
  ReadBudget budget(0);
  budget.Take("anna", 1'000'000'000, kNow);
  EXPECT_TRUE(budget.Allows("anna", kNow));
}

}  // namespace
}  // namespace avvik::rpc
