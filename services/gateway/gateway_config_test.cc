#include "services/gateway/gateway_config.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>
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

// What is needed besides backends, unless it is there.
std::vector<const char*> With(std::vector<const char*> flags) {
  for (const char* needed :
       {"--listen=[::1]:80", "--public-url=https://avvik.example", "--redis=/r",
        "--redis-user=avvik-gateway", "--redis-password-file=/p", "--client-id=avvik-web", "--issuer=https://issuer.example",
        "--client-secret-file=/s", "--session-key-file=/k", "--service-client-secret-file=/g"}) {
    const std::string_view name(needed, std::strchr(needed, '=') - needed + 1);
    const bool given = std::any_of(flags.begin(), flags.end(), [&](const char* flag) {
      return std::string_view(flag).starts_with(name);
    });
    if (!given) flags.push_back(needed);
  }
  return flags;
}

TEST(GatewayConfigTest, EveryBackendIsASettingOfItsOwn) {
  GatewayConfig config;
  EXPECT_EQ(Load(With({"--intake", "unix:/a", "--triage=host:1", "--drain", "3s"}), &config),
            std::nullopt);
  EXPECT_THAT(config.backends,
              UnorderedElementsAre(Pair("intake", "unix:/a"), Pair("triage", "host:1")));
  EXPECT_EQ(config.listen, "[::1]:80");
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
    EXPECT_EQ(Load(With({"--intake=a", "--triage=b", flag}), &config), 2) << flag;
    const std::string name = std::string(flag).substr(0, std::string(flag).find('='));
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr(name));
  }
}

TEST(GatewayConfigTest, CheckingTheSettingsEndsWithoutStarting) {
  GatewayConfig config;
  EXPECT_EQ(Load(With({"--intake=a", "--triage=b", "--check-config"}), &config), 0);
}

TEST(GatewayConfigTest, TheAddressForBrowsersIsAnOriginThatCookiesAreSafeAt) {
  for (const char* url :
       {"http://127.0.0.1:8080", "http://localhost", "https://avvik.example:8443"}) {
    GatewayConfig config;
    const std::string flag = std::string("--public-url=") + url;
    EXPECT_EQ(Load(With({"--intake=a", "--triage=b", flag.c_str()}), &config), std::nullopt) << url;
  }
  for (const char* url :
       {"http://avvik.example", "https://avvik.example/", "https://a@b", "avvik.example",
        "https://avvik.example/app", "https://", "https://Avvik.example",
        "https://avvik.example:443", "http://localhost:80"}) {
    GatewayConfig config;
    const std::string flag = std::string("--public-url=") + url;
    testing::internal::CaptureStderr();
    EXPECT_EQ(Load(With({"--intake=a", "--triage=b", flag.c_str()}), &config), 2) << url;
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("--public-url"));
  }
}

TEST(GatewayConfigTest, WithoutACertificateItListensOnLoopbackOnly) {
  const auto load = [](std::vector<const char*> flags) {
    GatewayConfig config;
    flags.insert(flags.end(), {"--intake=a", "--triage=b"});
    testing::internal::CaptureStderr();
    const auto exit = Load(With(flags), &config);
    return std::pair(exit, testing::internal::GetCapturedStderr());
  };
  for (const char* listen : {"--listen=127.0.0.1:8080", "--listen=[::1]:8080", "--listen=localhost:8080"}) {
    EXPECT_EQ(load({listen}).first, std::nullopt) << listen;
  }
  for (const char* listen : {"--listen=0.0.0.0:8080", "--listen=[::]:8080", "--listen=avvik.example:80",
                             "--listen=10.0.0.1:8080", "--listen=8080"}) {
    const auto [exit, said] = load({listen});
    EXPECT_EQ(exit, 2) << listen;
    EXPECT_THAT(said, HasSubstr("--listen-certificate")) << listen;
    EXPECT_EQ(load({listen, "--listen-certificate=/c", "--listen-key=/k"}).first, std::nullopt) << listen;
  }
  EXPECT_EQ(load({"--listen-certificate=/c"}).first, 2);
}

TEST(GatewayConfigTest, SessionsLastAtLeastAsLongAsTheyMayBeIdle) {
  for (const std::vector<const char*>& limits :
       {std::vector<const char*>{"--session-idle=0s"},
        std::vector<const char*>{"--session-idle=2h", "--session-limit=1h"}}) {
    GatewayConfig config;
    std::vector<const char*> flags = {"--intake=a", "--triage=b"};
    flags.insert(flags.end(), limits.begin(), limits.end());
    testing::internal::CaptureStderr();
    EXPECT_EQ(Load(With(flags), &config), 2);
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("--session-"));
  }
}

}  // namespace
}  // namespace avvik::gateway
