#include "services/gateway/http_error.h"

#include <nlohmann/json.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kTrace[] = "0af7651916cd43dd8448eb211c80319c";

std::string HeaderOf(const HttpResponse& response, const std::string& name) {
  for (const HttpHeader& header : response.headers) {
    if (header.name == name) return header.value;
  }
  return "";
}

TEST(HttpStatusTest, EveryCodeHasItsHttpStatus) {
  using Code = absl::StatusCode;
  EXPECT_EQ(HttpStatus(Code::kOk), 200);
  EXPECT_EQ(HttpStatus(Code::kCancelled), 499);
  EXPECT_EQ(HttpStatus(Code::kUnknown), 500);
  EXPECT_EQ(HttpStatus(Code::kInvalidArgument), 400);
  EXPECT_EQ(HttpStatus(Code::kDeadlineExceeded), 504);
  EXPECT_EQ(HttpStatus(Code::kNotFound), 404);
  EXPECT_EQ(HttpStatus(Code::kAlreadyExists), 409);
  EXPECT_EQ(HttpStatus(Code::kPermissionDenied), 403);
  EXPECT_EQ(HttpStatus(Code::kUnauthenticated), 401);
  EXPECT_EQ(HttpStatus(Code::kResourceExhausted), 429);
  EXPECT_EQ(HttpStatus(Code::kFailedPrecondition), 400);
  EXPECT_EQ(HttpStatus(Code::kAborted), 409);
  EXPECT_EQ(HttpStatus(Code::kOutOfRange), 400);
  EXPECT_EQ(HttpStatus(Code::kUnimplemented), 501);
  EXPECT_EQ(HttpStatus(Code::kInternal), 500);
  EXPECT_EQ(HttpStatus(Code::kUnavailable), 503);
  EXPECT_EQ(HttpStatus(Code::kDataLoss), 500);
  EXPECT_EQ(HttpStatus(static_cast<Code>(77)), 500);
}

TEST(ProblemTest, FieldsReasonAndTraceAreCarried) {
  const auto status =
      status::InvalidFields({{"report.title", "is required"}, {"report.unit", "is not known"}});
  const HttpResponse response = ToResponse(ProblemOf(status, kTrace));
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.content_type, "application/problem+json");
  const auto json = nlohmann::json::parse(response.body);
  EXPECT_EQ(json, nlohmann::json::parse(R"json({
      "type": "about:blank", "title": "Bad Request", "status": 400,
      "detail": "report.title: is required (and 1 more)", "reason": "INVALID_FIELDS",
      "errors": [{"field": "report.title", "description": "is required"},
                 {"field": "report.unit", "description": "is not known"}],
      "trace_id": "0af7651916cd43dd8448eb211c80319c"
})json"));
}

TEST(ProblemTest, ErrorsOfTheInsideSayOnlyTheReference) {
  for (const auto code : {absl::StatusCode::kInternal, absl::StatusCode::kUnknown,
                          absl::StatusCode::kDataLoss, static_cast<absl::StatusCode>(77)}) {
    const auto status =
        status::Error(code, "relation \"report\" does not exist", "SQL_42P01", {{"sql", "SELECT"}});
    const std::string body = ToJson(ProblemOf(status, kTrace));
    EXPECT_THAT(body, Not(HasSubstr("relation")));
    EXPECT_THAT(body, Not(HasSubstr("SQL")));
    EXPECT_THAT(body, HasSubstr(kTrace));
    EXPECT_THAT(body, HasSubstr("500"));
  }
}

TEST(ProblemTest, UnreachableServiceDoesNotTellWhere) {
  const std::string body = ToJson(
      ProblemOf(absl::UnavailableError("failed to connect to unix:/run/intake.sock"), kTrace));
  EXPECT_THAT(body, Not(HasSubstr("sock")));
  const auto told =
      status::Error(absl::StatusCode::kUnavailable, "the database is away", "DATABASE");
  EXPECT_THAT(ToJson(ProblemOf(told, kTrace)), HasSubstr("the database is away"));
}

TEST(ProblemTest, UnauthenticatedAsksForABearerToken) {
  const auto expired =
      status::Error(absl::StatusCode::kUnauthenticated, "the token has run out", "TOKEN_EXPIRED");
  const HttpResponse response = ToResponse(ProblemOf(expired, kTrace));
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(HeaderOf(response, "WWW-Authenticate"),
            "Bearer realm=\"avvik\", error=\"invalid_token\"");
  Problem missing;
  missing.status = 401;
  missing.reason = kTokenMissing;
  EXPECT_EQ(HeaderOf(ToResponse(missing), "WWW-Authenticate"), "Bearer realm=\"avvik\"");
}

TEST(ProblemTest, OverloadAndOutageSayWhenToComeBack) {
  EXPECT_EQ(
      HeaderOf(ToResponse(ProblemOf(absl::ResourceExhaustedError("x"), kTrace)), "Retry-After"),
      "1");
  EXPECT_EQ(HeaderOf(ToResponse(ProblemOf(absl::UnavailableError("x"), kTrace)), "Retry-After"),
            "1");
  EXPECT_EQ(HeaderOf(ToResponse(ProblemOf(absl::NotFoundError("x"), kTrace)), "Retry-After"), "");
}

TEST(ProblemTest, TextThatIsNotUtf8StillMakesJson) {
  const std::string body = ToJson(ProblemOf(absl::NotFoundError("f\xf6r"), kTrace));
  EXPECT_EQ(nlohmann::json::parse(body)["detail"], "f\ufffdr");
}

TEST(ProblemTest, ProblemsAreNeverCached) {
  EXPECT_EQ(HeaderOf(ToResponse(Problem()), "Cache-Control"), "no-store");
}

}  // namespace
}  // namespace avvik::gateway
