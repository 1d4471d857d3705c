#include "cli/format.h"

#include "gtest/gtest.h"

namespace avvik::cli {
namespace {

TEST(ReadableDurationTest, GrowsCoarser) {
  EXPECT_EQ(ReadableDuration(absl::Milliseconds(449)), "0.4 s");
  EXPECT_EQ(ReadableDuration(absl::Milliseconds(9'960)), "10 s");
  EXPECT_EQ(ReadableDuration(absl::Seconds(185)), "3:05 min");
  EXPECT_EQ(ReadableDuration(absl::Milliseconds(59'700)), "1:00 min");
  EXPECT_EQ(ReadableDuration(absl::Hours(2) + absl::Minutes(5)), "2:05:00 h");
  EXPECT_EQ(ReadableDuration(-absl::Seconds(3)), "0.0 s");
  EXPECT_EQ(ReadableDuration(absl::InfiniteDuration()), "a long time");
}

TEST(CountedTest, KnowsOneAndMany) {
  EXPECT_EQ(Counted(1, "line", "lines"), "1 line");
  EXPECT_EQ(Counted(0, "line", "lines"), "0 lines");
  EXPECT_EQ(Counted(1281, "line", "lines"), "1281 lines");
}

}  // namespace
}  // namespace avvik::cli
