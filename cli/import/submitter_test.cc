#include "cli/import/submitter.h"

#include "cli/fake_client.h"
#include "common/clock/fake_clock.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace avvik::cli {
namespace {

using avvik::testing::HasCode;
using avvik::testing::NamesField;
using ::testing::SizeIs;

class SubmitterTest : public ::testing::Test {
 protected:
  Outcome Submit(FakeClient& client, absl::Duration patience = absl::ZeroDuration()) {
    GivenToken token("abc");
    Api api(client, &token, "http://avvik", "");
    Submitter submitter(api, clock_, stop_, {.patience = patience, .on_wait = nullptr});
    intake::v1::SubmitReportRequest request;
    request.set_request_id("import-1");
    return submitter.Submit(request);
  }
  Outcome Submit(int status, const std::string& body) {
    FakeClient client(
        [&](const auto&) { return http_client::Response{.status = status, .body = body}; });
    return Submit(client);
  }

  FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  StopSignal stop_;
};

TEST_F(SubmitterTest, GivesTheStoredReport) {
  const auto outcome =
      Submit(200, R"({"report_id":"r","submit_time":"2026-11-21T09:00:00.000001Z"})");
  EXPECT_EQ(outcome.kind, Outcome::Kind::kStored);
  EXPECT_EQ(outcome.report.submit_time().nanos(), 1000);
}

TEST_F(SubmitterTest, ARefusedReportIsRejectedWithItsFields) {
  const auto outcome =
      Submit(400, R"({"errors":[{"field":"report.unit","description":"is not a unit"}]})");
  EXPECT_EQ(outcome.kind, Outcome::Kind::kRejected);
  EXPECT_THAT(outcome.error, NamesField("report.unit"));
}

TEST_F(SubmitterTest, WhatConcernsEveryReportIsHopeless) {
  EXPECT_EQ(Submit(403, "{}").kind, Outcome::Kind::kHopeless);
  EXPECT_EQ(Submit(200, "<html>").kind, Outcome::Kind::kHopeless);
}

TEST_F(SubmitterTest, WithoutPatienceItGivesUpAtOnce) {
  EXPECT_EQ(Submit(503, "{}").kind, Outcome::Kind::kGaveUp);
  FakeClient away([](const auto&) -> absl::StatusOr<http_client::Response> {
    return absl::UnavailableError("away");
  });
  EXPECT_EQ(Submit(away).kind, Outcome::Kind::kGaveUp);
}

TEST_F(SubmitterTest, WaitingEndsWhenStopped) {
  stop_.Stop();
  FakeClient away([](const auto&) -> absl::StatusOr<http_client::Response> {
    return absl::UnavailableError("away");
  });
  EXPECT_EQ(Submit(away, absl::Minutes(2)).kind, Outcome::Kind::kStopped);
  EXPECT_THAT(away.requests(), SizeIs(1));
}

}  // namespace
}  // namespace avvik::cli
