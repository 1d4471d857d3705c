#include "common/identity/token_endpoint.h"

#include "common/identity/fake_http_client.h"
#include "common/status/error.h"
#include "gtest/gtest.h"

namespace avvik::identity {
namespace {

constexpr char kUrl[] = "https://issuer.example/token";

TEST(FormEncodeTest, EverythingSpecialIsEscaped) {
  EXPECT_EQ(FormEncode({{"a", "b c&d=e+å"}, {"x-y_z.*", ""}}), "a=b%20c%26d%3De%2B%C3%A5&x-y_z.*=");
}

TEST(TokenEndpointTest, AllTokensOfTheAnswerAreRead) {
  FakeHttpClient http;
  http.Answer(kUrl, 200,
              R"({"access_token": "a", "refresh_token": "r", "id_token": "i", "expires_in": 600})");
  const auto answer = AskForTokens(http, kUrl, {"id", "secret"}, {{"grant_type", "x"}});
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->access_token, "a");
  EXPECT_EQ(answer->refresh_token, "r");
  EXPECT_EQ(answer->id_token, "i");
  EXPECT_EQ(answer->lifetime, absl::Minutes(10));
}

TEST(TokenEndpointTest, ARefusedGrantIsToldApartFromAProviderInTrouble) {
  FakeHttpClient http;
  const auto outcome = [&](int status, const char* body) {
    http.Answer(kUrl, status, body);
    return AskForTokens(http, kUrl, {"id", "secret"}, {{"grant_type", "x"}}).status();
  };
  EXPECT_EQ(status::ReasonOf(outcome(400, R"({"error": "invalid_grant"})")), "GRANT_REFUSED");
  for (const auto& [code, body] : {std::pair(400, R"({"error": "invalid_request"})"),
                                   std::pair(401, R"({"error": "invalid_client"})"),
                                   std::pair(400, "invalid_grant"), std::pair(503, "")}) {
    EXPECT_TRUE(absl::IsUnavailable(outcome(code, body))) << code << body;
  }
}

}  // namespace
}  // namespace avvik::identity
