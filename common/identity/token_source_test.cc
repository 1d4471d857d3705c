#include "common/identity/token_source.h"

#include <atomic>
#include <thread>
#include <vector>

#include "common/clock/fake_clock.h"
#include "common/identity/fake_http_client.h"
#include "common/status/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::identity {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kDiscovery[] = "https://issuer.example/.well-known/openid-configuration";
constexpr char kToken[] = "https://issuer.example/token";

class TokenSourceTest : public ::testing::Test {
 protected:
  void ProviderComesUp() {
    http_.Answer(kDiscovery, 200,
                 R"({"issuer": "https://issuer.example", "jwks_uri": "https://issuer.example/keys",
                     "token_endpoint": "https://issuer.example/token"})");
  }
  void Grant(const std::string& token, int seconds) {
    ProviderComesUp();
    http_.Answer(kToken, 200,
                 R"({"access_token": ")" + token + R"(", "token_type": "Bearer", "expires_in": )" +
                     std::to_string(seconds) + "}");
  }

  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  FakeHttpClient http_;
  ClientCredentialsSource source_{{.issuer = "https://issuer.example",
                                   .client_id = "avvik-triage",
                                   .client_secret = "s:e/c r",
                                   .scope = "avvik.service",
                                   .resource = ""},
                                  {},
                                  http_,
                                  clock_};
};

TEST_F(TokenSourceTest, ATokenIsAskedForWithTheClientsCredentials) {
  Grant("first", 600);
  EXPECT_EQ(*source_.Token(), "first");
  const http_client::Request& request = http_.requests.back();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.body, "grant_type=client_credentials&scope=avvik.service");
  // `avvik-triage:s%3Ae%2Fc%20r` in base64.
  EXPECT_THAT(request.headers,
              Contains("Authorization: Basic YXZ2aWstdHJpYWdlOnMlM0FlJTJGYyUyMHI="));
  EXPECT_THAT(request.body, Not(HasSubstr("s:e")));
}

TEST_F(TokenSourceTest, ATokenIsKeptUntilShortlyBeforeItExpires) {
  Grant("first", 600);
  EXPECT_EQ(*source_.Token(), "first");
  Grant("second", 600);
  clock_.Advance(absl::Seconds(539));
  EXPECT_EQ(*source_.Token(), "first");
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(*source_.Token(), "second");
  EXPECT_EQ(http_.Count(kToken), 2u);
}

TEST_F(TokenSourceTest, TheOldTokenServesWhileTheProviderIsAway) {
  Grant("first", 600);
  EXPECT_EQ(*source_.Token(), "first");
  http_.GoAway();
  clock_.Advance(absl::Seconds(570));
  EXPECT_EQ(*source_.Token(), "first");
  EXPECT_EQ(*source_.Token(), "first");
  EXPECT_EQ(http_.Count(kToken), 2u);  // The pause after the failure holds.
  clock_.Advance(absl::Seconds(26));
  EXPECT_EQ(status::ReasonOf(source_.Token().status()), "TOKEN_SOURCE_UNAVAILABLE");
}

TEST_F(TokenSourceTest, FailedRequestsAreRepeatedAfterGrowingPauses) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(source_.Token().status().code(), absl::StatusCode::kUnavailable);
  }
  EXPECT_EQ(http_.Count(kDiscovery), 1u);
  clock_.Advance(absl::Milliseconds(200));
  EXPECT_FALSE(source_.Token().ok());
  EXPECT_EQ(http_.Count(kDiscovery), 2u);
  clock_.Advance(absl::Milliseconds(399));
  EXPECT_FALSE(source_.Token().ok());
  EXPECT_EQ(http_.Count(kDiscovery), 2u);
  Grant("first", 600);
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(*source_.Token(), "first");
}

TEST_F(TokenSourceTest, AnErrorNamesTheProvidersCodeAndNoSecret) {
  ProviderComesUp();
  http_.Answer(kToken, 401, R"({"error": "invalid_client", "error_description": "bad s:e/c r"})");
  const auto token = source_.Token();
  EXPECT_EQ(token.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(token.status().message()), HasSubstr("invalid_client"));
  EXPECT_THAT(std::string(token.status().message()), Not(HasSubstr("s:e")));
}

TEST_F(TokenSourceTest, AnswersWithoutAUsableTokenAreErrors) {
  ProviderComesUp();
  for (const char* body : {"", "[]", "{}", R"({"access_token": ""})", R"({"access_token": 7})",
                           R"({"access_token": "x", "expires_in": 1})"}) {
    http_.Answer(kToken, 200, body);
    EXPECT_FALSE(source_.Token().ok()) << body;
    clock_.Advance(absl::Seconds(20));
  }
}

TEST_F(TokenSourceTest, ThreadsShareOneRequest) {
  Grant("first", 600);
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { good += source_.Token().ok() ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 8);
  EXPECT_EQ(http_.Count(kToken), 1u);
}

TEST_F(TokenSourceTest, NobodyWaitsForARenewalWhileTheOldTokenIsGood) {
  Grant("first", 600);
  ASSERT_TRUE(source_.Token().ok());
  Grant("second", 600);
  clock_.Advance(absl::Seconds(550));
  std::string meanwhile;
  http_.while_sending = [&] { meanwhile = *source_.Token(); };
  EXPECT_EQ(*source_.Token(), "second");
  EXPECT_EQ(meanwhile, "first");
}

}  // namespace
}  // namespace avvik::identity
