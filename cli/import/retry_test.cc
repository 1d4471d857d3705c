#include "cli/import/retry.h"

#include "gmock/gmock.h"

namespace avvik::cli {
namespace {

using ::testing::Optional;

Verdict Of(int status) { return Judge(http_client::Response{.status = status, .body = ""}); }

TEST(JudgeTest, TellsTheServersTroubleFromTheLines) {
  EXPECT_EQ(Of(200), Verdict::kDone);
  for (const int status : {400, 409, 413, 422}) EXPECT_EQ(Of(status), Verdict::kRejected) << status;
  for (const int status : {408, 429, 502, 503, 504})
    EXPECT_EQ(Of(status), Verdict::kRetry) << status;
  for (const int status : {500, 599}) EXPECT_EQ(Of(status), Verdict::kDoubtful) << status;
  for (const int status : {301, 401, 403, 404, 405, 501})
    EXPECT_EQ(Of(status), Verdict::kHopeless) << status;
  EXPECT_EQ(Judge(absl::UnavailableError("")), Verdict::kRetry);
  EXPECT_EQ(Judge(absl::PermissionDeniedError("")), Verdict::kHopeless);
}

TEST(RetryAfterTest, ReadsSecondsOnly) {
  const auto of = [](const std::string& text) {
    return RetryAfter({.status = 503, .body = "", .headers = {{"retry-after", text}}});
  };
  EXPECT_EQ(of("7"), absl::Seconds(7));
  EXPECT_EQ(of("-7"), absl::ZeroDuration());
  EXPECT_EQ(of("Fri, 31 Dec 1999 23:59:59 GMT"), absl::ZeroDuration());
  EXPECT_EQ(RetryAfter({.status = 503, .body = ""}), absl::ZeroDuration());
}

TEST(BackoffTest, DoublesUpToThreeSeconds) {
  const Backoff backoff(absl::Minutes(2));
  const auto pause = [&](int failures) {
    return backoff.Pause(failures, absl::Seconds(1), absl::ZeroDuration(), 0);
  };
  EXPECT_THAT(pause(1), Optional(absl::Milliseconds(100)));
  EXPECT_THAT(pause(2), Optional(absl::Milliseconds(200)));
  EXPECT_THAT(pause(5), Optional(absl::Milliseconds(1600)));
  EXPECT_THAT(pause(6), Optional(absl::Seconds(3)));
  EXPECT_THAT(pause(1'000'000), Optional(absl::Seconds(3)));
}

TEST(BackoffTest, ChanceShortensByHalfAtMost) {
  const Backoff backoff(absl::Minutes(2));
  EXPECT_THAT(backoff.Pause(1, absl::ZeroDuration(), absl::ZeroDuration(), 1),
              Optional(absl::Milliseconds(50)));
}

TEST(BackoffTest, HeedsTheServerWithinLimits) {
  const Backoff backoff(absl::Minutes(2));
  EXPECT_THAT(backoff.Pause(1, absl::ZeroDuration(), absl::Seconds(5), 0),
              Optional(absl::Seconds(5)));
  EXPECT_THAT(backoff.Pause(1, absl::ZeroDuration(), absl::Hours(5), 0),
              Optional(absl::Seconds(30)));
}

TEST(BackoffTest, EndsWithItsPatience) {
  const Backoff backoff(absl::Seconds(10));
  EXPECT_THAT(backoff.Pause(9, absl::Seconds(9), absl::ZeroDuration(), 0),
              Optional(absl::Seconds(1)));
  EXPECT_EQ(backoff.Pause(10, absl::Seconds(10), absl::ZeroDuration(), 0), std::nullopt);
  EXPECT_EQ(Backoff(absl::ZeroDuration()).Pause(1, absl::ZeroDuration(), absl::ZeroDuration(), 0),
            std::nullopt);
}

}  // namespace
}  // namespace avvik::cli
