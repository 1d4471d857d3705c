#include "common/log/log.h"

#include "gtest/gtest.h"

namespace avvik::log {
namespace {

TEST(LogTest, LineIsOneJsonObjectWithEscapedText) {
  EXPECT_EQ(Format(Level::kWarning, "intake", absl::FromUnixMillis(1'500), "it_\"broke\"",
                   {{"count", 3}, {"open", true}, {"text", "a\nb\\"}, {"took", absl::Seconds(2)}}),
            "{\"time\":\"1970-01-01T00:00:01.500Z\",\"level\":\"warning\",\"service\":\"intake\","
            "\"event\":\"it_\\\"broke\\\"\",\"count\":3,\"open\":true,\"text\":\"a\\u000ab\\\\\","
            "\"took\":2000}");
}

TEST(LogTest, UnknownLevelIsRefused) {
  Level level = Level::kInfo;
  EXPECT_TRUE(ParseLevel("error", &level));
  EXPECT_EQ(level, Level::kError);
  EXPECT_FALSE(ParseLevel("loud", &level));
}

}  // namespace
}  // namespace avvik::log
