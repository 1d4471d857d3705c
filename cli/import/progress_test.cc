#include "cli/import/progress.h"

#include <nlohmann/json.hpp>

#include "gtest/gtest.h"

namespace avvik::cli {
namespace {

TEST(ProgressLineTest, TellsRateShareAndTimeLeft) {
  const Standing standing{
      .counts = {.read = 500, .created = 390, .already_there = 10, .rejected = 3},
      .bytes_read = 250,
      .bytes = 1000,
      .elapsed = absl::Seconds(2)};
  EXPECT_EQ(ProgressLine(standing), "403 lines · 200 reports/s · 25 % · 6.0 s left · 3 rejected");
}

TEST(ProgressLineTest, SaysNothingOfWhatIsNotKnown) {
  EXPECT_EQ(
      ProgressLine(
          {.counts = {.created = 1}, .bytes_read = 5, .bytes = -1, .elapsed = absl::Seconds(1)}),
      "1 line · 1 reports/s");
  EXPECT_EQ(ProgressLine({}), "0 lines · 0 reports/s");
}

TEST(DescribeTest, NamesLineFieldAndReason) {
  const Rejection rejection{
      .line = 17, .key = "K1", .violations = {{"report.title", "is required"}, {"", "is odd"}}};
  EXPECT_EQ(Describe(rejection), "line 17: report.title: is required; is odd");
  EXPECT_EQ(ToJson(rejection).dump(),
            R"({"line":17,"key":"K1","errors":[{"field":"report.title","reason":"is required"},)"
            R"({"field":"","reason":"is odd"}]})");
}

}  // namespace
}  // namespace avvik::cli
