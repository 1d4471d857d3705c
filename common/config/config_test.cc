#include "common/config/config.h"

#include <cstdlib>

#include "gtest/gtest.h"

namespace avvik::config {
namespace {

struct Settings {
  std::string database;
  int workers = 2;
  absl::Duration grace = absl::Seconds(5);
  bool insecure = false;
};

std::optional<int> Read(std::vector<const char*> arguments, Settings* settings) {
  Reader reader("avvik-test", "A program.");
  reader.RequiredText("database", &settings->database, "where");
  reader.Number("workers", &settings->workers, 1, 8, "how many");
  reader.Duration("grace", &settings->grace, "how long");
  reader.Switch("insecure", &settings->insecure, "whether");
  arguments.insert(arguments.begin(), "avvik-test");
  return reader.Parse(static_cast<int>(arguments.size()), arguments.data());
}

TEST(ConfigTest, FlagsAreRead) {
  Settings settings;
  EXPECT_EQ(Read({"--database=x", "--workers", "3", "--grace=1m30s", "--insecure"}, &settings),
            std::nullopt);
  EXPECT_EQ(settings.database, "x");
  EXPECT_EQ(settings.workers, 3);
  EXPECT_EQ(settings.grace, absl::Seconds(90));
  EXPECT_TRUE(settings.insecure);
}

TEST(ConfigTest, EnvironmentFillsWhatFlagsLeaveOut) {
  setenv("AVVIK_DATABASE", "from-environment", 1);
  Settings settings;
  EXPECT_EQ(Read({}, &settings), std::nullopt);
  EXPECT_EQ(settings.database, "from-environment");
  EXPECT_EQ(settings.workers, 2);
  unsetenv("AVVIK_DATABASE");
}

TEST(ConfigTest, AllMistakesAreReportedTogether) {
  Settings settings;
  testing::internal::CaptureStderr();
  EXPECT_EQ(Read({"--workers=9", "--grace=soon"}, &settings), 2);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("--database (AVVIK_DATABASE) is required"), std::string::npos) << said;
  EXPECT_NE(said.find("from 1 to 8, not \"9\""), std::string::npos) << said;
  EXPECT_NE(said.find("--grace must be a duration"), std::string::npos) << said;
}

TEST(ConfigTest, UnknownFlagEndsTheProgram) {
  Settings settings;
  testing::internal::CaptureStderr();
  EXPECT_EQ(Read({"--database=x", "--wrokers=3"}, &settings), 2);
  testing::internal::GetCapturedStderr();
}

TEST(ConfigTest, CheckConfigEndsWithoutRunning) {
  Settings settings;
  EXPECT_EQ(Read({"--database=x", "--check-config"}, &settings), 0);
}

}  // namespace
}  // namespace avvik::config
