#include "services/gateway/sign_in/session_handler.h"

#include <condition_variable>
#include <mutex>

#include "gmock/gmock.h"
#include "services/gateway/sign_in/cookie.h"
#include "services/gateway/sign_in/sign_in_fixture.h"

namespace avvik::gateway {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// The handler behind: wants a token for the API, and answers with the token it was given.
class Behind final : public HttpHandler {
 public:
  std::optional<HttpResponse> Refuse(const HttpRequestHead& head) override {
    if (!head.path.starts_with("/v1/") || !head.Header("Authorization").empty()) return {};
    if (head.path.starts_with("/v1/tenants/")) return {};
    return HttpResponse{.status = 401};
  }
  void Handle(HttpRequest request, std::shared_ptr<HttpResponder> responder) override {
    HttpResponse response;
    response.body = std::string(request.head.Header("Authorization")) + "|" + request.body;
    responder->Send(std::move(response));
  }
  // Answers when the body has ended, with the token and all of the body.
  class Sink final : public BodySink {
   public:
    Sink(std::string token, std::shared_ptr<HttpResponder> responder)
        : body_(std::move(token) + "|"), responder_(std::move(responder)) {}
    void Take(std::string piece, std::function<void()> more) override {
      body_ += piece;
      more();
    }
    void End() override {
      HttpResponse response;
      response.body = body_;
      responder_->Send(std::move(response));
    }
    void BreakOff() override {}

   private:
    std::string body_;
    const std::shared_ptr<HttpResponder> responder_;
  };
  std::shared_ptr<BodySink> HandleStreamed(HttpRequestHead head,
                                           std::shared_ptr<HttpResponder> responder) override {
    return std::make_shared<Sink>(std::string(head.Header("Authorization")), std::move(responder));
  }
  HttpResponse Unreadable(int status, const std::string&, const std::string&) override {
    return {.status = status};
  }
};

class WaitingResponder final : public HttpResponder {
 public:
  void Send(HttpResponse response) override {
    std::lock_guard lock(mutex_);
    response_ = std::move(response);
    changed_.notify_all();
  }
  std::unique_ptr<EventStream> StartEvents(std::function<void()>) override { return nullptr; }
  std::unique_ptr<BodyStream> StartBody(HttpResponse, uint64_t) override { return nullptr; }
  HttpResponse Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [this] { return response_.has_value(); });
    return response_.value_or(HttpResponse{.status = 0});
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<HttpResponse> response_;
};

class SessionHandlerTest : public SignInFixture {
 protected:
  SessionHandlerTest() { EXPECT_TRUE(workers_.Start().ok()); }
  ~SessionHandlerTest() override {
    workers_.Stop();
    renewer_.Stop();
  }

  HttpResponse Ask(const std::string& method, const std::string& target,
                   std::vector<HttpHeader> headers = {}) {
    HttpRequest request;
    request.head.method = method;
    request.head.path = target.substr(0, target.find('?'));
    if (request.head.path != target) request.head.query = target.substr(target.find('?') + 1);
    request.head.headers = std::move(headers);
    request.head.headers.push_back({"Host", "avvik.example"});
    if (auto refusal = handler_.Refuse(request.head)) return *std::move(refusal);
    auto responder = std::make_shared<WaitingResponder>();
    handler_.Handle(std::move(request), responder);
    return responder->Wait();
  }
  // Sends a file with a session.
  HttpResponse SendFile(const std::string& id) {
    HttpRequestHead head;
    head.method = "PUT";
    head.path = "/v1/reports/AVV-2026-000001/attachments";
    head.headers = {Cookie(id)};
    auto responder = std::make_shared<WaitingResponder>();
    const auto sink = handler_.HandleStreamed(std::move(head), responder);
    sink->Take("a file", [sink] { sink->End(); });
    return responder->Wait();
  }
  static HttpHeader Cookie(const std::string& id) {
    return {"Cookie", std::string(kSessionCookie) + "=" + id};
  }
  static std::string Reason(const HttpResponse& response) {
    return nlohmann::json::parse(response.body).value("reason", "");
  }
  static std::string HeaderOf(const HttpResponse& response, const std::string& name) {
    for (const HttpHeader& header : response.headers) {
      if (header.name == name) return header.value;
    }
    return "";
  }

  Behind behind_;
  const RouteTable routes_ = *RouteTable::Build(LinkedAvvikFiles());
  telemetry::Registry registry_;
  RequestMetrics metrics_{registry_};
  WorkerPool workers_{"test", 2, 100};
  SignIn sign_in_{provider_, sessions_, sealer_, Issuer(), Issuer().rules(), log_, clock_};
  StreamWatch watch_{sessions_, absl::Seconds(2)};
  RequestBudget budget_{25};
  Renewer renewer_{sessions_, provider_, workers_};
  SessionHandler handler_{{.next = behind_,
                           .routes = routes_,
                           .clock = clock_,
                           .sign_in = sign_in_,
                           .sessions = sessions_,
                           .renewer = renewer_,
                           .watch = watch_,
                           .budget = budget_,
                           .lookups = workers_,
                           .provider = workers_,
                           .metrics = metrics_,
                           .public_url = "https://avvik.example"}};
};

TEST_F(SessionHandlerTest, ASessionBecomesTheBearerTokenOfItsPerson) {
  EXPECT_EQ(Ask("GET", "/v1/cases", {Cookie(Begin())}).body, "Bearer access-1|");
}

TEST_F(SessionHandlerTest, AFileWaitsUntilItsSessionIsKnown) {
  EXPECT_EQ(SendFile(Begin()).body, "Bearer access-1|a file");
  const HttpResponse refused = SendFile(RandomText());
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(Reason(refused), "SESSION_ENDED");
}

TEST_F(SessionHandlerTest, AnAuthorizationHeaderWins) {
  const HttpResponse response =
      Ask("POST", "/v1/reports", {Cookie(Begin()), {"Authorization", "Bearer x"}});
  EXPECT_EQ(response.body, "Bearer x|");
}

TEST_F(SessionHandlerTest, WhatIsNotOfTheApiDoesNotAskForTheSession) {
  store_.set_away(true);
  EXPECT_EQ(Ask("GET", "/index.html", {Cookie(RandomText())}).body, "|");
}

TEST_F(SessionHandlerTest, ACallThatNeedsNoTokenLeavesTheSessionAlone) {
  const HttpHeader cookie = Cookie(Begin());
  store_.set_away(true);
  EXPECT_EQ(Ask("POST", "/v1/tenants/kalix/anonymous-reports", {cookie}).body, "|");
  EXPECT_EQ(Ask("POST", "/v1/tenants/kalix/challenges", {Cookie(RandomText())}).body, "|");
}

TEST_F(SessionHandlerTest, ACookieThatIsNoSessionIsRefusedAndForgotten) {
  const HttpResponse response = Ask("GET", "/v1/cases", {Cookie(RandomText())});
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(Reason(response), "SESSION_ENDED");
  EXPECT_THAT(HeaderOf(response, "Set-Cookie"), HasSubstr("Max-Age=0"));
  EXPECT_EQ(Ask("GET", "/v1/cases", {Cookie("short")}).status, 401);
  EXPECT_EQ(Ask("GET", "/v1/cases").status, 401);
}

TEST_F(SessionHandlerTest, AForgedRequestIsRefusedBeforeItsBodyIsRead) {
  const HttpHeader cookie = Cookie(Begin());
  EXPECT_EQ(Reason(Ask("POST", "/v1/reports", {cookie})), "FORGERY");
  EXPECT_EQ(Reason(Ask("POST", "/v1/reports", {cookie, {"Avvik-Request", "1"}})), "FORGERY");
  EXPECT_EQ(Ask("POST", "/v1/reports",
                {cookie, {"Avvik-Request", "1"}, {"Sec-Fetch-Site", "same-origin"}})
                .status,
            200);
  EXPECT_EQ(Reason(Ask("POST", "/sign-out", {cookie})), "FORGERY");
}

TEST_F(SessionHandlerTest, AStoreThatIsAwayStopsSessionsAndNoBearerToken) {
  const HttpHeader cookie = Cookie(Begin());
  store_.set_away(true);
  const HttpResponse response = Ask("GET", "/v1/cases", {cookie});
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(Reason(response), "SESSIONS_UNAVAILABLE");
  EXPECT_EQ(HeaderOf(response, "Set-Cookie"), "");
  EXPECT_EQ(Ask("GET", "/v1/cases", {{"Authorization", "Bearer x"}}).status, 200);
}

TEST_F(SessionHandlerTest, AnExpiredTokenIsRenewedBeforeTheRequestGoesOn) {
  const std::string id = Begin();
  clock_.Advance(absl::Minutes(11));
  Grant("");
  const HttpResponse response = Ask("GET", "/v1/cases", {Cookie(id)});
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, StartsWith("Bearer ey"));
  EXPECT_EQ(http_.Count(kToken), 1u);
}

TEST_F(SessionHandlerTest, ASessionThatTheProviderDoesNotRenewIsOver) {
  const std::string id = Begin();
  clock_.Advance(absl::Minutes(11));
  Refuse();
  EXPECT_EQ(Reason(Ask("GET", "/v1/cases", {Cookie(id)})), "SESSION_ENDED");
  EXPECT_EQ(Reason(Ask("GET", "/v1/cases", {Cookie(id)})), "SESSION_ENDED");
}

TEST_F(SessionHandlerTest, WhileTheProviderIsAwayAGoodTokenServesAndAnExpiredOneWaits) {
  const std::string id = Begin();
  http_.GoAway();
  clock_.Advance(absl::Minutes(9));
  EXPECT_EQ(Ask("GET", "/v1/cases", {Cookie(id)}).status, 200);
  clock_.Advance(absl::Minutes(2));
  const HttpResponse response = Ask("GET", "/v1/cases", {Cookie(id)});
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(Reason(response), "PROVIDER_UNAVAILABLE");
  EXPECT_EQ(store_.size(), 1u);
}

TEST_F(SessionHandlerTest, ASessionThatRunsWildIsSlowed) {
  const HttpHeader cookie = Cookie(Begin());
  for (int i = 0; i < 100; ++i) ASSERT_EQ(Ask("GET", "/v1/cases", {cookie}).status, 200) << i;
  const HttpResponse response = Ask("GET", "/v1/cases", {cookie});
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(Reason(response), "TOO_MANY_REQUESTS");
  EXPECT_EQ(HeaderOf(response, "Retry-After"), "1");
  EXPECT_EQ(Ask("GET", "/v1/cases", {Cookie(Begin("bo.ek"))}).status, 200);
}

TEST_F(SessionHandlerTest, ItSaysWhoIsSignedInAndUntilWhen) {
  const HttpResponse response = Ask("GET", "/v1/session", {Cookie(Begin())});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(HeaderOf(response, "Cache-Control"), "no-store");
  EXPECT_EQ(nlohmann::json::parse(response.body),
            (nlohmann::json{{"login", "anna.berg"},
                            {"name", "Anna Berg"},
                            {"tenant", "kalix"},
                            {"sign_in_time", "2026-09-21T14:13:20Z"},
                            {"idle_time", "2026-09-21T14:43:20Z"},
                            {"expire_time", "2026-09-22T02:13:20Z"}}));
  const HttpResponse nobody = Ask("GET", "/v1/session");
  EXPECT_EQ(nobody.status, 401);
  EXPECT_EQ(Reason(nobody), "NOT_SIGNED_IN");
}

TEST_F(SessionHandlerTest, ItListsTheSessionsOfThePersonAndEndsOne) {
  const std::string here = Begin(), there = Begin();
  Begin("bo.ek");
  const HttpResponse list = Ask("GET", "/v1/sessions", {Cookie(here)});
  EXPECT_EQ(list.status, 200);
  EXPECT_EQ(HeaderOf(list, "Cache-Control"), "no-store");
  const nlohmann::json sessions = nlohmann::json::parse(list.body).at("sessions");
  ASSERT_EQ(sessions.size(), 2u);
  std::string own, other;
  for (const nlohmann::json& session : sessions) {
    EXPECT_EQ(session.size(), 5u) << "times, a name, and whether it is this one";
    EXPECT_EQ(session.at("sign_in_time"), "2026-09-21T14:13:20Z");
    EXPECT_EQ(session.at("last_use_time"), "2026-09-21T14:13:20Z");
    EXPECT_EQ(session.at("expire_time"), "2026-09-22T02:13:20Z");
    (session.at("current") ? own : other) = session.at("name");
  }
  const std::vector<HttpHeader> asked = {
      Cookie(here), {"Avvik-Request", "1"}, {"Sec-Fetch-Site", "same-origin"}};
  EXPECT_EQ(Reason(Ask("DELETE", "/v1/sessions/" + other, {Cookie(here)})), "FORGERY");
  const HttpResponse ended = Ask("DELETE", "/v1/sessions/" + other, asked);
  EXPECT_EQ(ended.status, 200);
  EXPECT_EQ(HeaderOf(ended, "Set-Cookie"), "");
  EXPECT_EQ(Ask("GET", "/v1/cases", {Cookie(there)}).status, 401);
  EXPECT_EQ(Ask("GET", "/v1/cases", {Cookie(here)}).status, 200);
  EXPECT_EQ(Ask("DELETE", "/v1/sessions/nothing", asked).status, 404);
  const HttpResponse last = Ask("DELETE", "/v1/sessions/" + own, asked);
  EXPECT_THAT(HeaderOf(last, "Set-Cookie"), HasSubstr("Max-Age=0"));
  EXPECT_EQ(Ask("GET", "/v1/sessions", {Cookie(here)}).status, 401);
  EXPECT_EQ(Reason(Ask("GET", "/v1/sessions")), "NOT_SIGNED_IN");
}

TEST_F(SessionHandlerTest, SigningInLeadsToTheProvider) {
  const HttpResponse response = Ask("GET", "/sign-in?return_to=%2Fcases");
  EXPECT_EQ(response.status, 303);
  EXPECT_THAT(HeaderOf(response, "Location"), StartsWith("https://issuer.example/auth?"));
  EXPECT_EQ(HeaderOf(response, "Cache-Control"), "no-store");
  for (const char* target :
       {"/sign-in?return_to=//evil.example", "/sign-in?return_to=/a&return_to=/b",
        "/sign-in?return_to=%ZZ", "/sign-in?return_to="}) {
    EXPECT_EQ(Ask("GET", target).status, 400) << target;
  }
}

TEST_F(SessionHandlerTest, AFailedSignInIsAPageForPeopleAndAProblemForPrograms) {
  const HttpResponse page =
      Ask("GET", "/sign-in/callback?code=<script>&state=x", {{"Accept", "text/html,*/*"}});
  EXPECT_EQ(page.status, 400);
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(page.body, HasSubstr("SIGN_IN_NOT_BEGUN"));
  EXPECT_EQ(page.body.find("script"), std::string::npos);
  EXPECT_EQ(Reason(Ask("GET", "/sign-in/callback?code=c&state=x")), "SIGN_IN_NOT_BEGUN");
}

TEST_F(SessionHandlerTest, ItsOwnPathsTakeTheirMethodsOnly) {
  EXPECT_EQ(Ask("POST", "/sign-in").status, 405);
  EXPECT_EQ(Ask("GET", "/sign-out").status, 405);
  EXPECT_EQ(Ask("DELETE", "/v1/session").status, 405);
  EXPECT_EQ(Ask("POST", "/v1/sessions").status, 405);
  EXPECT_EQ(Ask("GET", "/v1/sessions/one").status, 405);
  EXPECT_EQ(HeaderOf(Ask("OPTIONS", "/sign-out"), "Allow"), "OPTIONS, POST");
}

}  // namespace
}  // namespace avvik::gateway
