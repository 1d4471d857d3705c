#include "cli/settings.h"

#include <map>

#include "gtest/gtest.h"

namespace avvik::cli {
namespace {

absl::StatusOr<Settings> From(const std::map<std::string, std::string>& variables) {
  return SettingsFrom([variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

TEST(SettingsTest, FollowFromThePort) {
  const auto settings = *From({{"AVVIK_PORT", "9000"}});
  EXPECT_EQ(settings.url, "http://127.0.0.1:9000");
  EXPECT_EQ(settings.issuer, "http://127.0.0.1:9001");
  EXPECT_EQ(From({})->url, "http://127.0.0.1:8080");
}

TEST(SettingsTest, AnAddressIsTakenAsItIs) {
  EXPECT_EQ(From({{"AVVIK_PORT", "9000"}, {"AVVIK_URL", "https://avvik.kalix.example"}})->url,
            "https://avvik.kalix.example");
}

TEST(SettingsTest, SecretsLieInTheHome) {
  EXPECT_EQ(From({{"AVVIK_HOME", "/srv/avvik"}})->client_secret_file,
            "/srv/avvik/secrets/avvik-cli.secret");
  EXPECT_EQ(From({{"AVVIK_HOME", "/srv/avvik"}})->organisations, "/srv/avvik/organisations");
  EXPECT_EQ(From({{"AVVIK_CLIENT_ID", "mine"}})->client_secret_file, ".avvik/secrets/mine.secret");
}

TEST(SettingsTest, RefuseWhatIsNoPort) {
  for (const char* port : {"0", "65535", "x", "80 ", ""})
    EXPECT_FALSE(From({{"AVVIK_PORT", port}}).ok()) << port;
}

TEST(SettingsTest, NoColorTakesColoursAway) {
  EXPECT_TRUE(From({})->colours);
  EXPECT_FALSE(From({{"NO_COLOR", "1"}})->colours);
}

}  // namespace
}  // namespace avvik::cli
