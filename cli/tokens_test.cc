#include "cli/tokens.h"

#include <filesystem>
#include <fstream>

#include "cli/exit_code.h"
#include "cli/fake_client.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace avvik::cli {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class TokensTest : public ::testing::Test {
 protected:
  void SetUp() override {
    home_ = ::testing::TempDir() + "tokens_test." +
            ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(home_ + "/secrets");
    std::ofstream(home_ + "/secrets/avvik-cli.secret") << "s&cret\n";
    settings_.home = home_;
    settings_.issuer = "http://issuer/";
    settings_.client_id = "avvik-cli";
    settings_.client_secret_file = home_ + "/secrets/avvik-cli.secret";
  }
  void TearDown() override { std::filesystem::remove_all(home_); }

  static absl::StatusOr<http_client::Response> Provider(const http_client::Request& request) {
    if (request.url == "http://issuer/.well-known/openid-configuration") {
      return http_client::Response{.status = 200,
                                   .body = R"({"token_endpoint":"http://issuer/token"})"};
    }
    if (request.body.find("login=nobody") != std::string::npos) {
      return http_client::Response{
          .status = 400,
          .body = R"({"error":"invalid_grant","error_description":"nobody has that login"})"};
    }
    return http_client::Response{.status = 200, .body = R"({"access_token":"the-token"})"};
  }

  std::string home_;
  Settings settings_;
  FakeClient client_{&Provider};
};

TEST_F(TokensTest, FindsTheEndpointAndAsksOnce) {
  const auto tokens = PersonToken(client_, settings_, "anna.berg");
  EXPECT_EQ(*tokens->Token(), "the-token");
  EXPECT_EQ(*tokens->Token(), "the-token");
  const auto requests = client_.requests();
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_EQ(requests[1].url, "http://issuer/token");
  EXPECT_EQ(requests[1].body,
            "client_id=avvik-cli&client_secret=s%26cret&grant_type=urn%3Aavvik%3Agrant%3Aperson&"
            "login=anna.berg");
}

TEST_F(TokensTest, AnEndpointThatIsNamedIsUsed) {
  settings_.token_endpoint = "http://elsewhere/token";
  EXPECT_OK(PersonToken(client_, settings_, "anna.berg")->Token());
  EXPECT_EQ(client_.requests().at(0).url, "http://elsewhere/token");
}

TEST_F(TokensTest, AsksAnewAfterRenewal) {
  settings_.token_endpoint = "http://issuer/token";
  const auto tokens = PersonToken(client_, settings_, "anna.berg");
  ASSERT_OK(tokens->Token());
  EXPECT_TRUE(tokens->Renew("another"));
  ASSERT_OK(tokens->Token());
  EXPECT_THAT(client_.requests(), SizeIs(1)) << "the token in use was not the one refused";
  EXPECT_TRUE(tokens->Renew("the-token"));
  ASSERT_OK(tokens->Token());
  EXPECT_THAT(client_.requests(), SizeIs(2));
}

TEST_F(TokensTest, TheProvidersReasonIsTold) {
  const auto token = PersonToken(client_, settings_, "nobody")->Token();
  EXPECT_THAT(token, IsError(absl::StatusCode::kPermissionDenied, "NO_TOKEN"));
  EXPECT_THAT(std::string(token.status().message()), HasSubstr("nobody has that login"));
}

TEST_F(TokensTest, AMachineAsksInItsUsualScope) {
  for (const char* client : {"avvik-operator", "avvik-tickets", "avvik-intake"}) {
    std::ofstream(home_ + "/secrets/" + client + ".secret") << "x";
    ASSERT_OK(MachineToken(client_, settings_, client)->Token());
  }
  const auto requests = client_.requests();
  EXPECT_THAT(requests.at(1).body, HasSubstr("scope=avvik.operator"));
  EXPECT_THAT(requests.at(3).body, HasSubstr("scope=avvik.tickets"));
  EXPECT_THAT(requests.at(5).body, HasSubstr("scope=avvik.service"));
}

TEST_F(TokensTest, AMissingSecretNamesItsFile) {
  const auto token = MachineToken(client_, settings_, kOperatorClient)->Token();
  EXPECT_THAT(token, IsError(absl::StatusCode::kFailedPrecondition, "NO_CLIENT_SECRET"));
  EXPECT_THAT(std::string(token.status().message()), HasSubstr("/secrets/avvik-operator.secret"));
  EXPECT_THAT(client_.requests(), SizeIs(0));
}

TEST_F(TokensTest, AProviderThatIsAwayIsUnreachable) {
  FakeClient away([](const auto&) -> absl::StatusOr<http_client::Response> {
    return absl::UnavailableError("away");
  });
  const auto token = PersonToken(away, settings_, "anna.berg")->Token();
  EXPECT_EQ(ExitCodeOf(token.status()), kUnreachable);
  FakeClient broken([](const auto&) { return http_client::Response{.status = 500, .body = ""}; });
  EXPECT_EQ(ExitCodeOf(PersonToken(broken, settings_, "anna.berg")->Token().status()),
            kUnreachable);
}

TEST(GivenTokenTest, IsNeverRenewed) {
  GivenToken token("abc");
  EXPECT_EQ(*token.Token(), "abc");
  EXPECT_FALSE(token.Renew("abc"));
}

}  // namespace
}  // namespace avvik::cli
