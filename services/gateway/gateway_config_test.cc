#include "services/gateway/gateway_config.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::gateway {
namespace {

using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

std::optional<int> Load(std::vector<const char*> flags, GatewayConfig* config) {
  flags.insert(flags.begin(), "avvik-gateway");
  return LoadConfig(static_cast<int>(flags.size()), flags.data(), {"intake", "triage"}, config);
}

TEST(GatewayConfigTest, EveryBackendIsASettingOfItsOwn) {
  GatewayConfig config;
  EXPECT_EQ(Load({"--intake", "unix:/a", "--triage=host:1", "--listen", "[::]:80", "--drain", "3s"},
                 &config),
            std::nullopt);
  EXPECT_THAT(config.backends,
              UnorderedElementsAre(Pair("intake", "unix:/a"), Pair("triage", "host:1")));
  EXPECT_EQ(config.listen, "[::]:80");
  EXPECT_EQ(config.drain, absl::Seconds(3));
}

TEST(GatewayConfigTest, MissingBackendsAreAllNamed) {
  GatewayConfig config;
  testing::internal::CaptureStderr();
  EXPECT_EQ(Load({}, &config), 2);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("--intake (AVVIK_INTAKE) is required"));
  EXPECT_THAT(said, HasSubstr("--triage (AVVIK_TRIAGE) is required"));
}

TEST(GatewayConfigTest, WrongValuesAreRefused) {
  for (const char* flag :
       {"--log-level=loud", "--http-threads=0", "--max-connections=x", "--drain=-1s"}) {
    GatewayConfig config;
    testing::internal::CaptureStderr();
    EXPECT_EQ(Load({"--intake=a", "--triage=b", flag}, &config), 2) << flag;
    const std::string name = std::string(flag).substr(0, std::string(flag).find('='));
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr(name));
  }
}

TEST(GatewayConfigTest, CheckingTheSettingsEndsWithoutStarting) {
  GatewayConfig config;
  EXPECT_EQ(Load({"--intake=a", "--triage=b", "--check-config"}, &config), 0);
}

}  // namespace
}  // namespace avvik::gateway
