#include "services/gateway/form/form_handler.h"

#include <atomic>
#include <future>
#include <map>
#include <thread>

#include "common/telemetry/registry.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gateway/sign_in/forgery.h"

namespace avvik::gateway {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kOwn[] = "https://avvik.example";

HttpResponse Json(int status, const json& body) {
  HttpResponse response;
  response.status = status;
  response.content_type = "application/json";
  response.body = body.dump();
  return response;
}

// The gateway behind: answers as the test says and keeps what it was asked.
class Behind final : public HttpHandler {
 public:
  std::optional<HttpResponse> Refuse(const HttpRequestHead&) override { return std::nullopt; }
  void Handle(HttpRequest request, std::shared_ptr<HttpResponder> responder) override {
    HttpResponse answer;
    {
      std::lock_guard lock(mutex_);
      asked_.push_back(request);
      answer = answer_(request);
    }
    responder->Send(std::move(answer));
  }
  HttpResponse Unreadable(int status, const std::string&, const std::string&) override {
    return Json(status, {});
  }

  void set_answer(std::function<HttpResponse(const HttpRequest&)> answer) {
    answer_ = std::move(answer);
  }
  std::vector<HttpRequest> asked() {
    std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  std::mutex mutex_;
  std::vector<HttpRequest> asked_;
  std::function<HttpResponse(const HttpRequest&)> answer_ = [](const HttpRequest& request) {
    if (request.head.path.ends_with("/challenges")) {
      return Json(200, {{"challenge", "c"}, {"difficulty", 4}});
    }
    if (request.head.path.ends_with("/anonymous-reports")) {
      return Json(200, {{"number", "AVV-2026-000002"},
                        {"receipt", "1111 2222 3333 4444"},
                        {"proof", {{"text", "signed"}}}});
    }
    return Json(200, {{"number", "AVV-2026-000001"}});
  };
};

class Caught final : public HttpResponder {
 public:
  void Send(HttpResponse response) override { answer_.set_value(std::move(response)); }
  std::unique_ptr<EventStream> StartEvents(std::function<void()>) override { return nullptr; }
  std::unique_ptr<BodyStream> StartBody(HttpResponse, uint64_t) override { return nullptr; }

  std::future<HttpResponse> answer() { return answer_.get_future(); }

 private:
  std::promise<HttpResponse> answer_;
};

class FormHandlerTest : public testing::Test {
 protected:
  FormHandlerTest() { EXPECT_TRUE(handler_.Start().ok()); }

  static HttpRequest Form(const std::string& body, std::vector<HttpHeader> headers = {}) {
    HttpRequest request;
    request.head.method = "POST";
    request.head.path = "/report";
    request.head.has_body = true;
    request.head.peer = "192.0.2.7";
    request.head.headers = std::move(headers);
    request.head.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    if (request.head.Header("Sec-Fetch-Site").empty()) {
      request.head.headers.push_back({"Sec-Fetch-Site", "same-origin"});
    }
    request.body = body;
    return request;
  }
  std::future<HttpResponse> Begin(HttpRequest request) {
    auto responder = std::make_shared<Caught>();
    auto answer = responder->answer();
    if (auto refused = handler_.Refuse(request.head)) {
      responder->Send(*std::move(refused));
    } else {
      handler_.Handle(std::move(request), responder);
    }
    return answer;
  }
  HttpResponse Ask(HttpRequest request) { return Begin(std::move(request)).get(); }

  telemetry::Registry registry_;
  RequestMetrics metrics_{registry_};
  Behind behind_;
  FormHandler handler_{{.public_url = kOwn}, behind_, metrics_};
};

constexpr char kAnonymous[] = "what=Hej&as=anonymous&tenant=kalix&language=en";

TEST_F(FormHandlerTest, NamedReportGoesInByTheSession) {
  const HttpResponse page =
      Ask(Form("what=Ett+brev&as=confidential&language=sv&request_id=r-12345678",
               {{"Cookie", "__Host-avvik=s"}, {"X-Forwarded-For", "203.0.113.9"}}));
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("AVV-2026-000001"));
  const auto asked = behind_.asked();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].head.path, "/v1/reports");
  EXPECT_EQ(asked[0].head.Header("Cookie"), "__Host-avvik=s");
  EXPECT_EQ(asked[0].head.Header("X-Forwarded-For"), "203.0.113.9");
  EXPECT_TRUE(CheckForgery(asked[0].head, kOwn).ok());
  const json body = json::parse(asked[0].body);
  EXPECT_EQ(body["request_id"], "r-12345678");
  EXPECT_EQ(body["report"]["title"], "Ett brev");
  EXPECT_EQ(body["report"]["confidentiality"], "CONFIDENTIALITY_CONFIDENTIAL");
}

TEST_F(FormHandlerTest, AnonymousReportTakesNothingAlongButWhatWasTyped) {
  const HttpResponse page = Ask(Form(kAnonymous, {{"Cookie", "__Host-avvik=s"},
                                                  {"X-Forwarded-For", "203.0.113.9"},
                                                  {"Authorization", "Bearer t"},
                                                  {"traceparent", "00-aa-bb-01"},
                                                  {"User-Agent", "mine"}}));
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("1111 2222 3333 4444"));
  EXPECT_THAT(page.body, HasSubstr("signed"));
  const auto asked = behind_.asked();
  ASSERT_EQ(asked.size(), 2u);
  for (const HttpRequest& request : asked) {
    ASSERT_EQ(request.head.headers.size(), 1u);
    EXPECT_EQ(request.head.headers[0].name, "Content-Type");
    EXPECT_EQ(request.head.peer, "");
  }
  const json body = json::parse(asked[1].body);
  EXPECT_EQ(body["proof_of_work"]["challenge"], "c");
  EXPECT_EQ(body["request_id"].get<std::string>().size(), 36u);
}

TEST_F(FormHandlerTest, OnlyOurOwnPagesMaySendIt) {
  struct Case {
    const char* site;
    const char* origin;
    bool ours;
  };
  const Case kCases[] = {{"same-origin", kOwn, true},
                         {"same-origin", "null", true},
                         {"same-origin", "", true},
                         {"same-origin", "https://evil.example", false},
                         {"same-site", kOwn, false},
                         {"cross-site", "null", false},
                         {"none", "", false},
                         {"", kOwn, true},
                         {"", "null", false},
                         {"", "", false}};
  for (const Case& c : kCases) {
    HttpRequest request = Form("as=named");
    request.head.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    if (*c.site != 0) request.head.headers.push_back({"Sec-Fetch-Site", c.site});
    if (*c.origin != 0) request.head.headers.push_back({"Origin", c.origin});
    EXPECT_EQ(Ask(request).status, c.ours ? 400 : 403) << c.site << " " << c.origin;
  }
  EXPECT_THAT(behind_.asked(), IsEmpty());
}

TEST_F(FormHandlerTest, FieldsInErrorComeBackWithWhatWasTyped) {
  const HttpResponse page = Ask(Form("what=&when=i+g%C3%A5r&as=named", {{"Accept-Language", "da"}}));
  EXPECT_EQ(page.status, 400);
  EXPECT_THAT(page.body, HasSubstr("<html lang=\"da\">"));
  EXPECT_THAT(page.body, HasSubstr("href=\"#what\""));
  EXPECT_THAT(page.body, HasSubstr("value=\"i går\""));
  EXPECT_THAT(page.body, HasSubstr("name=\"request_id\""));
}

TEST_F(FormHandlerTest, WhatAServiceFindsWrongIsToldAtItsField) {
  behind_.set_answer([](const HttpRequest&) {
    return Json(400, {{"reason", "INVALID_FIELDS"},
                      {"errors", {{{"field", "report.occurred_time"}, {"description", "x"}}}}});
  });
  const HttpResponse page = Ask(Form("what=Hej&as=named&when=2999-01-01&language=sv"));
  EXPECT_EQ(page.status, 400);
  EXPECT_THAT(page.body, HasSubstr("id=\"when-wrong\""));
  EXPECT_THAT(page.body, HasSubstr("value=\"2999-01-01\""));
}

TEST_F(FormHandlerTest, PlaceThatTheMunicipalityDoesNotKnowIsSentAsWords) {
  behind_.set_answer([](const HttpRequest& request) {
    if (json::parse(request.body)["report"].contains("unit")) {
      return Json(400, {{"errors", {{{"field", "report.unit"}}}}});
    }
    return Json(200, {{"number", "AVV-2026-000003"}});
  });
  EXPECT_EQ(Ask(Form("what=Hej&as=named&where=kansli&language=sv")).status, 200);
  const auto asked = behind_.asked();
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(json::parse(asked[1].body)["report"]["description"], "Var: kansli");
}

TEST_F(FormHandlerTest, RefusalsAreToldInWords) {
  const std::map<int, const char*> kWords = {{401, "You are not signed in."},
                                             {403, "Your account may not report."},
                                             {503, "It did not work just now."},
                                             {500, "It did not work just now."}};
  for (const auto& [status, words] : kWords) {
    behind_.set_answer([status = status](const HttpRequest&) { return Json(status, {}); });
    const HttpResponse page = Ask(Form("what=Hej&as=named&language=en"));
    EXPECT_EQ(page.status, status == 500 ? 503 : status);
    EXPECT_THAT(page.body, HasSubstr(words));
    EXPECT_THAT(page.body, HasSubstr(">\nHej</textarea>"));
  }
}

TEST_F(FormHandlerTest, FormSentBeforeWithOtherWordsGetsANewNumberOfItsOwn) {
  behind_.set_answer([](const HttpRequest&) { return Json(409, {{"reason", "REQUEST_ID_REUSED"}}); });
  const HttpResponse page = Ask(Form("what=Hej&as=named&language=en&request_id=r-12345678"));
  EXPECT_EQ(page.status, 409);
  EXPECT_THAT(page.body, HasSubstr("already sent"));
  EXPECT_THAT(page.body, Not(HasSubstr("r-12345678")));
}

TEST_F(FormHandlerTest, FileIsNotTakenAndTheTextComesBack) {
  HttpRequest request = Form("");
  request.head.headers = {{"Content-Type", "multipart/form-data; boundary=b"},
                          {"Sec-Fetch-Site", "same-origin"}};
  const auto part = [](const std::string& name, const std::string& value) {
    return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  };
  request.body = part("what", "Hej") + part("as", "named") + part("language", "en") +
                 "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nx\r\n--b--\r\n";
  const HttpResponse page = Ask(request);
  EXPECT_EQ(page.status, 400);
  EXPECT_THAT(page.body, HasSubstr("files need scripts"));
  EXPECT_THAT(page.body, HasSubstr(">\nHej</textarea>"));
}

TEST_F(FormHandlerTest, AnonymousReportThatMeetsACrowdIsSentAgain) {
  std::atomic<int> crowd = 2;
  behind_.set_answer([&](const HttpRequest& request) {
    if (request.head.path.ends_with("/challenges")) {
      return Json(200, {{"challenge", "c"}, {"difficulty", 1}});
    }
    return crowd-- > 0 ? Json(429, {}) : Json(200, {{"receipt", "9"}, {"number", "n"}});
  });
  EXPECT_EQ(Ask(Form(kAnonymous)).status, 200);
  EXPECT_EQ(behind_.asked().size(), 6u);
}

TEST_F(FormHandlerTest, MunicipalityThatTakesNoneIsToldSo) {
  behind_.set_answer([](const HttpRequest&) {
    return Json(404, {{"reason", "NO_ANONYMOUS_REPORTING"}});
  });
  const HttpResponse page = Ask(Form(kAnonymous));
  EXPECT_EQ(page.status, 404);
  EXPECT_THAT(page.body, HasSubstr("takes no anonymous reports"));
}

// A flood slows, and nobody is refused: few are worked on at one time.
TEST_F(FormHandlerTest, HundredAtOnceAreAllTakenAFewAtATime) {
  std::atomic<int> at_work = 0;
  std::atomic<int> most = 0;
  behind_.set_answer([&](const HttpRequest& request) {
    if (request.head.path.ends_with("/challenges")) {
      int now = ++at_work;
      int seen = most;
      while (now > seen && !most.compare_exchange_weak(seen, now)) {
      }
      return Json(200, {{"challenge", "c"}, {"difficulty", 10}});
    }
    --at_work;
    return Json(200, {{"receipt", "9"}, {"number", "n"}});
  });
  std::vector<std::future<HttpResponse>> answers;
  for (int i = 0; i < 100; ++i) answers.push_back(Begin(Form(kAnonymous)));
  for (auto& answer : answers) EXPECT_EQ(answer.get().status, 200);
  EXPECT_LE(most, 2);
}

TEST_F(FormHandlerTest, PlainFormHasANumberOfItsOwnEachTime) {
  HttpRequest request;
  request.head.method = "GET";
  request.head.path = "/report/plain";
  request.head.query = "language=da&tenant=kalix&request_id=mine";
  const HttpResponse one = Ask(request);
  EXPECT_EQ(one.status, 200);
  EXPECT_THAT(one.body, HasSubstr("Hvad skete der?"));
  EXPECT_THAT(one.body, HasSubstr("value=\"kalix\""));
  EXPECT_THAT(one.body, HasSubstr("value=\"anonymous\" checked"));
  EXPECT_THAT(one.body, Not(HasSubstr("value=\"mine\"")));
  EXPECT_NE(one.body, Ask(request).body);
  request.head.headers.push_back({"Cookie", "__Host-avvik=s"});
  EXPECT_THAT(Ask(request).body, HasSubstr("value=\"named\" checked"));
}

TEST_F(FormHandlerTest, EverythingElseGoesOn) {
  HttpRequest request;
  request.head.method = "GET";
  request.head.path = "/report";
  EXPECT_THAT(Ask(request).body, HasSubstr("AVV-2026-000001"));
  EXPECT_EQ(behind_.asked().size(), 1u);
  request.head.method = "POST";
  request.head.path = "/report/plain";
  EXPECT_EQ(Ask(request).status, 405);
  request.head.method = "OPTIONS";
  request.head.path = "/report";
  EXPECT_EQ(Ask(request).status, 204);
}

}  // namespace
}  // namespace avvik::gateway
