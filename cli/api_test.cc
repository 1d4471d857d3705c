#include "cli/api.h"

#include <nlohmann/json.hpp>

#include "avvik/delivery/v1/delivery.pb.h"
#include "avvik/intake/v1/intake.pb.h"
#include "cli/exit_code.h"
#include "cli/fake_client.h"
#include "cli/url.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace avvik::cli {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using avvik::testing::NamesField;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

http_client::Response Answer(int status, const std::string& body) {
  return {.status = status, .body = body};
}

// Gives the tokens `t1`, `t2`, ….
class CountingTokens final : public TokenSource {
 public:
  absl::StatusOr<std::string> Token() override { return "t" + std::to_string(number_); }
  bool Renew(const std::string& refused) override {
    number_ += refused == "t" + std::to_string(number_) ? 1 : 0;
    return true;
  }

 private:
  int number_ = 1;
};

TEST(ApiTest, SendsTokenTenantAndJson) {
  FakeClient client(
      [](const auto&) { return Answer(200, R"({"number":"AVV-2026-000001","new_field":1})"); });
  GivenToken token("abc");
  Api api(client, &token, "http://avvik", "kalix");
  intake::v1::SubmitReportRequest request;
  request.set_request_id("id-1");
  intake::v1::Report report;
  ASSERT_OK(api.Post("/v1/reports", request, &report));
  EXPECT_EQ(report.number(), "AVV-2026-000001");
  const auto sent = client.requests().at(0);
  EXPECT_EQ(sent.url, "http://avvik/v1/reports");
  EXPECT_EQ(sent.body, R"({"request_id":"id-1"})");
  EXPECT_THAT(sent.headers, Contains("Authorization: Bearer abc"));
  EXPECT_THAT(sent.headers, Contains("Avvik-Tenant: kalix"));
  EXPECT_THAT(sent.headers, Contains("Content-Type: application/json"));
}

TEST(ApiTest, RenewsATokenThatIsNotAcceptedOnce) {
  FakeClient client([](const http_client::Request& request) {
    const bool renewed = request.headers[2] == "Authorization: Bearer t2";
    return renewed ? Answer(200, "{}") : Answer(401, "{}");
  });
  CountingTokens tokens;
  Api api(client, &tokens, "http://avvik", "");
  delivery::v1::Queue queue;
  EXPECT_OK(api.Get("/v1/notices:queue", &queue));
  EXPECT_THAT(client.requests(), SizeIs(2));
}

TEST(ApiTest, ATokenThatIsNeverAcceptedEndsIt) {
  FakeClient client(
      [](const auto&) { return Answer(401, R"({"detail":"the token has expired"})"); });
  CountingTokens tokens;
  Api api(client, &tokens, "http://avvik", "");
  delivery::v1::Queue queue;
  EXPECT_THAT(api.Get("/v1/notices:queue", &queue), HasCode(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(client.requests(), SizeIs(2));
}

TEST(ApiTest, AnAnswerThatIsNoMessageIsTold) {
  FakeClient client([](const auto&) { return Answer(200, "<html>"); });
  Api api(client, nullptr, "http://avvik", "");
  delivery::v1::Queue queue;
  EXPECT_THAT(api.Get("/", &queue), IsError(absl::StatusCode::kInternal, "ANSWER_NOT_UNDERSTOOD"));
}

TEST(ErrorOfTest, CarriesSentenceReasonAndFields) {
  const auto error =
      ErrorOf(Answer(400, R"({"detail":"report.title: is required","reason":"INVALID_FIELDS",
    "errors":[{"field":"report.title","description":"is required"},{"field":"report.unit","description":"x"}]})"));
  EXPECT_THAT(error, IsError(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  EXPECT_THAT(error, NamesField("report.unit"));
  EXPECT_EQ(std::string(error.message()), "report.title: is required");
}

TEST(ErrorOfTest, SaysSomethingOfAnyAnswer) {
  EXPECT_OK(ErrorOf(Answer(204, "")));
  for (const char* body :
       {"", "<html>", "[]", "3", R"({"detail":7,"errors":{}})", R"({"errors":[1,null]})"}) {
    EXPECT_THAT(std::string(ErrorOf(Answer(502, body)).message()), HasSubstr("HTTP 502")) << body;
  }
}

TEST(ErrorOfTest, ServersThatAreAwayGiveTheirOwnExitCode) {
  EXPECT_EQ(ExitCodeOf(ErrorOf(Answer(503, ""))), kUnreachable);
  EXPECT_EQ(ExitCodeOf(ErrorOf(Answer(403, ""))), kRefused);
  EXPECT_EQ(ExitCodeOf(ErrorOf(Answer(500, ""))), kRefused);
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), kOk);
}

TEST(UrlEncodedTest, LeavesUnreservedCharactersOnly) {
  EXPECT_EQ(UrlEncoded("a-Z_0.~ /å"), "a-Z_0.~%20%2F%C3%A5");
}

}  // namespace
}  // namespace avvik::cli
