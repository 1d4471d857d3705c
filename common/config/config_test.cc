#include "common/config/config.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

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

TEST(ConfigTest, PasswordAmongTheArgumentsIsRefusedAndNotRepeated) {
  for (const char* argument :
       {"--database=host=db user=a password=hush", "--database=postgresql://a:hush@db/x",
        "--database=postgres://db/x?user=a&password=hush", "--database=password = hush"}) {
    Settings settings;
    testing::internal::CaptureStderr();
    EXPECT_EQ(Read({argument}, &settings), 2) << argument;
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find("argument 1 carries a password"), std::string::npos) << said;
    EXPECT_EQ(said.find("hush"), std::string::npos) << said;
  }
  Settings settings;
  testing::internal::CaptureStderr();
  EXPECT_EQ(Read({"--database", "postgresql://a:hush@db/x"}, &settings), 2);
  testing::internal::GetCapturedStderr();
}

TEST(ConfigTest, ArgumentsThatOnlyLookLikePasswordsAreTaken) {
  for (const char* argument :
       {"--database=host=[::1] port=5432", "--database=smtp://user@host:25",
        "--database=passwordfile=/x", "--database=http://[::1]:80/a@b"}) {
    Settings settings;
    EXPECT_EQ(Read({argument}, &settings), std::nullopt) << argument;
  }
}

TEST(SecretFileTest, FileThatOthersMayReadIsRefused) {
  const std::string path = testing::TempDir() + "avvik-secret-" + std::to_string(getpid());
  std::ofstream(path) << "hush\n";
  for (const mode_t mode : {0640, 0604, 0620}) {
    chmod(path.c_str(), mode);
    testing::internal::CaptureStderr();
    EXPECT_EQ(ReadSecretFile(path), std::nullopt) << mode;
    EXPECT_NE(testing::internal::GetCapturedStderr().find("chmod 0600"), std::string::npos);
  }
  chmod(path.c_str(), 0400);
  EXPECT_EQ(ReadSecretFile(path), "hush");
  unlink(path.c_str());
}

TEST(SecretFileTest, FileOfRootsMayBeReadByTheGroupAndThatOfAnotherUserIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "only root makes files of other users";
  const std::string path = testing::TempDir() + "avvik-secret-" + std::to_string(getpid());
  std::ofstream(path) << "hush\n";
  const auto mistake_as = [&path](uid_t user, mode_t mode, uid_t owner) {
    EXPECT_EQ(chown(path.c_str(), owner, static_cast<gid_t>(-1)), 0);
    chmod(path.c_str(), mode);
    EXPECT_EQ(seteuid(user), 0);
    const std::string mistake = SecretFileMistake(path);
    EXPECT_EQ(seteuid(0), 0);
    return mistake;
  };
  constexpr uid_t kService = 65534, kOther = 65533;
  EXPECT_EQ(mistake_as(kService, 0440, 0), "");
  EXPECT_EQ(mistake_as(kService, 0600, kService), "");
  EXPECT_NE(mistake_as(kService, 0444, 0), "");
  EXPECT_NE(mistake_as(kService, 0460, 0), "");
  EXPECT_NE(mistake_as(kService, 0640, kService), "");
  EXPECT_NE(mistake_as(kService, 0600, kOther), "");
  unlink(path.c_str());
}

}  // namespace
}  // namespace avvik::config
