#include "common/ids/id_source.h"

#include <set>

#include "common/clock/fake_clock.h"
#include "gtest/gtest.h"

namespace avvik {
namespace {

TEST(Uuid7SourceTest, IdsAreCanonicalVersionSeven) {
  FakeClock clock(absl::FromUnixMillis(0x0123456789ab));
  const std::string id = Uuid7Source(clock).Next();
  EXPECT_TRUE(IsUuid(id)) << id;
  EXPECT_EQ(id.substr(0, 15), "01234567-89ab-7");
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
}

TEST(Uuid7SourceTest, IdsOfOneMillisecondAreOrderedAndDistinctBeyondTheCounter) {
  FakeClock clock(absl::FromUnixMillis(1'000'000));
  Uuid7Source source(clock);
  std::set<std::string> seen;
  std::string last;
  for (int i = 0; i < 10'000; ++i) {
    std::string id = source.Next();
    ASSERT_LT(last, id);
    ASSERT_TRUE(seen.insert(id).second);
    last = std::move(id);
  }
}

TEST(Uuid7SourceTest, OrderHoldsWhenTheClockIsSetBack) {
  FakeClock clock(absl::FromUnixMillis(1'000'000));
  Uuid7Source source(clock);
  const std::string first = source.Next();
  clock.Advance(-absl::Hours(1));
  EXPECT_LT(first, source.Next());
}

TEST(IsUuidTest, OtherFormsAreRefused) {
  EXPECT_FALSE(IsUuid(""));
  EXPECT_FALSE(IsUuid("01234567-89AB-7000-8000-000000000000"));
  EXPECT_FALSE(IsUuid("01234567089ab07000080000000000000000"));
  EXPECT_FALSE(IsUuid("01234567-89ab-7000-8000-00000000000g"));
}

}  // namespace
}  // namespace avvik
