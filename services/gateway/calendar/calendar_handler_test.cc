#include "services/gateway/calendar/calendar_handler.h"

#include <future>

#include "common/clock/fake_clock.h"
#include "common/status/error.h"
#include "common/telemetry/registry.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::gateway {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string kSecret(43, 'S');
const std::string kPath = "/v1/calendar/kalix." + kSecret + ".ics";

class Behind final : public HttpHandler {
 public:
  std::optional<HttpResponse> Refuse(const HttpRequestHead&) override { return std::nullopt; }
  void Handle(HttpRequest, std::shared_ptr<HttpResponder> responder) override {
    HttpResponse response;
    response.status = 418;
    responder->Send(std::move(response));
  }
  HttpResponse Unreadable(int, const std::string&, const std::string&) override { return {}; }
};

class Answered final : public HttpResponder {
 public:
  void Send(HttpResponse response) override { answer_.set_value(std::move(response)); }
  std::unique_ptr<EventStream> StartEvents(std::function<void()>) override { return nullptr; }
  std::unique_ptr<BodyStream> StartBody(HttpResponse, uint64_t) override { return nullptr; }
  HttpResponse Get() { return answer_.get_future().get(); }

 private:
  std::promise<HttpResponse> answer_;
};

std::string HeaderOf(const HttpResponse& response, const std::string& name) {
  for (const HttpHeader& header : response.headers) {
    if (header.name == name) return header.value;
  }
  return "";
}

class CalendarHandlerTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(handler_.Start().ok()); }

  HttpResponse Get(const std::string& path, std::vector<HttpHeader> headers = {},
                   const std::string& peer = "192.0.2.1") {
    HttpRequest request;
    request.head.method = "GET";
    request.head.path = path;
    request.head.headers = std::move(headers);
    request.head.peer = peer;
    if (auto refused = handler_.Refuse(request.head)) return *std::move(refused);
    auto answered = std::make_shared<Answered>();
    handler_.Handle(std::move(request), answered);
    return answered->Get();
  }

  FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  telemetry::Registry registry_;
  RequestMetrics metrics_{registry_};
  Behind behind_;
  absl::StatusOr<escalation::v1::ReadCalendarFeedResponse> feed_ =
      escalation::v1::ReadCalendarFeedResponse();
  std::vector<FeedAddress> asked_;
  CalendarHandler handler_{{.public_url = "https://avvik.example"},
                           [this](const FeedAddress& address, const std::string&) {
                             asked_.push_back(address);
                             return feed_;
                           },
                           clock_,
                           behind_,
                           metrics_};
};

TEST(FeedAddress, IsReadFromThePath) {
  EXPECT_EQ(FeedAddressIn(kPath), (FeedAddress{"kalix", kSecret}));
  EXPECT_EQ(FeedAddressIn("/v1/calendar/a.b." + kSecret + ".ics"), (FeedAddress{"a.b", kSecret}));
  for (const std::string& path :
       {std::string("/v1/calendar/"), std::string("/v1/calendar/.ics"), "/v1/calendar/kalix." + kSecret,
        "/v1/calendar/" + kSecret + ".ics", "/v1/calendar/." + kSecret + ".ics",
        "/v1/calendar/kalix." + kSecret + "S.ics", "/v1/calendar/kalix/" + kSecret + ".ics",
        "/v1/calendar/Kalix." + kSecret + ".ics", "/v1/calendar/kalix." + std::string(42, 'S') + "%.ics"}) {
    EXPECT_FALSE(FeedAddressIn(path)) << path;
  }
}

TEST_F(CalendarHandlerTest, AddressGivesACalendar) {
  const HttpResponse response = Get(kPath);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/calendar; charset=utf-8");
  EXPECT_THAT(response.body, HasSubstr("BEGIN:VCALENDAR\r\n"));
  EXPECT_EQ(HeaderOf(response, "Cache-Control"), "private, no-cache");
  EXPECT_THAT(asked_, testing::ElementsAre(FeedAddress{"kalix", kSecret}));
}

TEST_F(CalendarHandlerTest, WhatIsKnownIsNotSentAgain) {
  const std::string etag = HeaderOf(Get(kPath), "ETag");
  const HttpResponse same = Get(kPath, {{"If-None-Match", etag}});
  EXPECT_EQ(same.status, 304);
  EXPECT_THAT(same.body, IsEmpty());
  EXPECT_EQ(HeaderOf(same, "ETag"), etag);
  feed_->add_entries()->set_uid("x");
  EXPECT_EQ(Get(kPath, {{"If-None-Match", etag}}).status, 200);
}

TEST_F(CalendarHandlerTest, AddressThatIsNoneIsNotFound) {
  feed_ = status::Error(absl::StatusCode::kNotFound, "no", "CALENDAR_FEED_NOT_FOUND");
  EXPECT_EQ(Get(kPath).status, 404);
  EXPECT_EQ(asked_.size(), 1u);
  EXPECT_EQ(Get("/v1/calendar/short.ics").status, 404);
  EXPECT_EQ(asked_.size(), 1u) << "what cannot be one is not asked about";
}

TEST_F(CalendarHandlerTest, TroubleBehindIsNoCalendar) {
  feed_ = absl::UnavailableError("away");
  EXPECT_EQ(Get(kPath).status, 503);
}

TEST_F(CalendarHandlerTest, OnlyReadsAreTaken) {
  HttpRequestHead head;
  head.method = "POST";
  head.path = kPath;
  EXPECT_EQ(handler_.Refuse(head)->status, 405);
  head.method = "OPTIONS";
  EXPECT_EQ(handler_.Refuse(head)->status, 204);
  head.method = "GET";
  head.has_body = true;
  EXPECT_EQ(handler_.Refuse(head)->status, 400);
}

TEST_F(CalendarHandlerTest, OneAddressIsReadOnlySoOften) {
  int taken = 0;
  for (int i = 0; i < 10; ++i) {
    const HttpResponse response = Get(kPath, {}, "192.0.2." + std::to_string(i));
    if (response.status == 200) ++taken;
    if (response.status == 429) {
      EXPECT_EQ(HeaderOf(response, "Retry-After"), "60");
    }
  }
  EXPECT_EQ(taken, 4);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Get(kPath, {}, "192.0.2.99").status, 200);
}

TEST_F(CalendarHandlerTest, OneClientTriesOnlySoMany) {
  int taken = 0;
  for (char c = 'a'; c <= 'z'; ++c) {
    if (Get("/v1/calendar/kalix." + std::string(43, c) + ".ics").status == 200) ++taken;
  }
  EXPECT_EQ(taken, 8);
}

TEST_F(CalendarHandlerTest, EverythingElseGoesOn) {
  EXPECT_EQ(Get("/v1/cases").status, 418);
  EXPECT_EQ(Get("/v1/calendar-feeds").status, 418);
}

TEST_F(CalendarHandlerTest, MetricsKnowNoSecret) {
  ASSERT_EQ(Get(kPath).status, 200);
  handler_.Stop();
  const std::string text = metrics_.Text(0, 0);
  EXPECT_THAT(text, HasSubstr("route=\"/v1/calendar/{address}\""));
  EXPECT_THAT(text, Not(HasSubstr(kSecret)));
}

}  // namespace
}  // namespace avvik::gateway
