// The transport alone, over real sockets, with a handler that does what each path says.

#include "services/gateway/http_server.h"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gateway/http_test_client.h"
#include "services/gateway/sse.h"
#include "tests/support/certificates.h"

namespace avvik::gateway {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// /echo gives the body back; /hold answers when Release is called; /drop never answers; /throw
// throws; /events streams; /no is refused by its head.
class PathHandler final : public HttpHandler {
 public:
  std::optional<HttpResponse> Refuse(const HttpRequestHead& head) override {
    if (head.path != "/no") return std::nullopt;
    return HttpResponse{.status = 401,
                        .content_type = "text/plain",
                        .body = "no",
                        .shared_body = nullptr,
                        .headers = {}};
  }
  void Handle(HttpRequest request, std::shared_ptr<HttpResponder> responder) override {
    const std::string& path = request.head.path;
    if (path == "/drop") return;
    if (path == "/throw") throw std::runtime_error("thrown");
    if (path == "/events") return StartEvents(std::move(responder));
    if (path == "/hold") {
      std::lock_guard lock(mutex_);
      held_.push_back(std::move(responder));
      changed_.notify_all();
      return;
    }
    HttpResponse response;
    response.content_type = "text/plain";
    response.body =
        request.head.method + " " + path + "?" + request.head.query + " " + request.body;
    responder->Send(std::move(response));
  }
  HttpResponse Unreadable(int status, const std::string& field,
                          const std::string& detail) override {
    return {.status = status,
            .content_type = "text/plain",
            .body = field + ": " + detail,
            .shared_body = nullptr,
            .headers = {}};
  }

  void WaitForHeld(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return held_.size() >= count; });
  }
  void Release() {
    std::lock_guard lock(mutex_);
    for (const auto& responder : held_) {
      responder->Send({.status = 200,
                       .content_type = "text/plain",
                       .body = "late",
                       .shared_body = nullptr,
                       .headers = {}});
    }
    held_.clear();
  }
  std::unique_ptr<EventStream> WaitForStream() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return stream_ != nullptr; });
    return std::move(stream_);
  }
  bool WaitForClosed() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return closed_ > 0; });
  }
  int closed() {
    std::lock_guard lock(mutex_);
    return closed_;
  }

 private:
  void StartEvents(std::shared_ptr<HttpResponder> responder) {
    auto stream = responder->StartEvents([this] {
      std::lock_guard lock(mutex_);
      ++closed_;
      changed_.notify_all();
    });
    std::lock_guard lock(mutex_);
    stream_ = std::move(stream);
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<HttpResponder>> held_;
  std::unique_ptr<EventStream> stream_;
  int closed_ = 0;
};

enum class By { kPlain, kTls };

// Everything in plain and by TLS.
class HttpServerTest : public ::testing::TestWithParam<By> {
 protected:
  HttpServerTest() {
    options_.address = "127.0.0.1:0";
    HttpTestClient::speaks_tls = GetParam() == By::kTls;
    if (GetParam() == By::kPlain) return;
    static const auto& authority = *new avvik::testing::TestAuthority;
    static const auto file = authority.Certify("front", "IP:127.0.0.1").certificate;
    options_.certificate = options_.key = file;
  }
  ~HttpServerTest() override {
    handler_.Release();
    handler_.WaitForHeld(0);
    if (server_) server_->Stop();
  }

  int Start() {
    server_ = std::make_unique<HttpServer>(options_, handler_);
    EXPECT_TRUE(server_->Start().ok());
    return server_->port();
  }

  static std::string Get(const std::string& path) {
    return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
  }
  static std::string Post(const std::string& path, const std::string& body,
                          const std::string& headers = "") {
    return "POST " + path + " HTTP/1.1\r\nHost: a\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  bool WaitForConnections(int count) {
    for (int i = 0; i < 500 && server_->connections() != count; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return server_->connections() == count;
  }

  HttpServerOptions options_;
  PathHandler handler_;
  std::unique_ptr<HttpServer> server_;
};

TEST_P(HttpServerTest, RequestsOfOneConnectionAreAnsweredInOrder) {
  options_.headers = {{"X-Content-Type-Options", "nosniff"}};
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send(Post("/echo", "å") + Get("/echo?a=1") + Post("/echo", "z")));
  const TestResponse first = client.Read();
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.body, "POST /echo? å");
  EXPECT_EQ(first.headers.at("X-Content-Type-Options"), "nosniff");
  EXPECT_THAT(first.headers.at("Date"), EndsWith(" GMT"));
  EXPECT_EQ(client.Read().body, "GET /echo?a=1 ");
  EXPECT_EQ(client.Read().body, "POST /echo? z");
}

TEST_P(HttpServerTest, SlowAnswerIsNotOvertakenByALaterRequest) {
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send(Get("/hold") + Get("/echo")));
  handler_.WaitForHeld(1);
  handler_.Release();
  EXPECT_EQ(client.Read().body, "late");
  EXPECT_EQ(client.Read().body, "GET /echo? ");
}

TEST_P(HttpServerTest, HeadHasTheLengthAndNoBody) {
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send("HEAD /echo HTTP/1.1\r\nHost: a\r\n\r\n" + Get("/echo")));
  EXPECT_EQ(client.Read(/*head_only=*/true).headers.at("Content-Length"), "12");
  EXPECT_EQ(client.Read().body, "GET /echo? ");
}

TEST_P(HttpServerTest, ChunkedBodyIsRead) {
  HttpTestClient client(Start());
  ASSERT_TRUE(
      client.Send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                  "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
  EXPECT_EQ(client.Read().body, "POST /echo? abcde");
}

TEST_P(HttpServerTest, Http10ClosesUnlessAskedToKeep) {
  const int port = Start();
  HttpTestClient closing(port);
  ASSERT_TRUE(closing.Send("GET /echo HTTP/1.0\r\n\r\n"));
  EXPECT_EQ(closing.Read().headers.at("Connection"), "close");
  EXPECT_TRUE(closing.AtEnd());
  HttpTestClient keeping(port);
  ASSERT_TRUE(keeping.Send("GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  EXPECT_EQ(keeping.Read().headers.at("Connection"), "keep-alive");
}

TEST_P(HttpServerTest, ContinueIsSaidBeforeTheBody) {
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  ASSERT_TRUE(client.Send("ab"));
  EXPECT_EQ(client.Read().body, "POST /echo? ab");
}

TEST_P(HttpServerTest, OtherExpectationIsRefused) {
  HttpTestClient client(Start());
  ASSERT_TRUE(
      client.Send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nContent-Length: 2\r\n\r\n"));
  EXPECT_EQ(client.Read().status, 417);
}

TEST_P(HttpServerTest, ElevenMegabytesSentWithoutAskingGet413) {
  HttpTestClient client(Start());
  // The whole body goes out before the answer is looked at.
  EXPECT_TRUE(client.Send(Post("/echo", std::string(11 << 20, 'x'))));
  const TestResponse response = client.Read();
  EXPECT_EQ(response.status, 413);
  EXPECT_THAT(response.body, StartsWith("body: is larger than 1048576 bytes"));
  EXPECT_EQ(response.headers.at("Connection"), "close");
  EXPECT_TRUE(client.AtEnd());
}

TEST_P(HttpServerTest, TooLargeIsSaidInsteadOfContinue) {
  HttpTestClient client(Start());
  ASSERT_TRUE(
      client.Send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: "
                  "11000000\r\n\r\n"));
  EXPECT_EQ(client.Read().status, 413);
}

TEST_P(HttpServerTest, ChunkedBodyBeyondTheLimitGets413) {
  HttpTestClient client(Start());
  std::string request = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 40; ++i) request += "10000\r\n" + std::string(65536, 'x') + "\r\n";
  ASSERT_TRUE(client.Send(request + "0\r\n\r\n"));
  EXPECT_EQ(client.Read().status, 413);
}

TEST_P(HttpServerTest, BodyOfTheLimitIsTaken) {
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send(Post("/echo", std::string(1 << 20, 'x'))));
  EXPECT_EQ(client.Read().body.size(), (1u << 20) + 12);
}

TEST_P(HttpServerTest, RefusalComesBeforeTheBody) {
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send("POST /no HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"));
  const TestResponse response = client.Read();
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.headers.at("Connection"), "close");
}

TEST_P(HttpServerTest, RefusalWithoutABodyKeepsTheConnection) {
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send(Get("/no") + Get("/echo")));
  EXPECT_EQ(client.Read().status, 401);
  EXPECT_EQ(client.Read().status, 200);
}

TEST_P(HttpServerTest, LongHeadersGet431) {
  const int port = Start();
  for (const std::string& request :
       {"GET /echo HTTP/1.1\r\nHost: a\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n",
        "GET /" + std::string(100'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n"}) {
    HttpTestClient client(port);
    client.Send(request);
    EXPECT_EQ(client.Read().status, 431);
  }
}

TEST_P(HttpServerTest, TooManyHeadersGet431) {
  const int port = Start();
  for (const auto& [count, status] : {std::pair(99, 200), std::pair(100, 431)}) {
    std::string request = "GET /echo HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < count; ++i) request += "X-" + std::to_string(i) + ": x\r\n";
    HttpTestClient client(port);
    client.Send(request + "\r\n");
    EXPECT_EQ(client.Read().status, status) << count;
  }
}

TEST_P(HttpServerTest, HeadersThatSayWhoAsksComeOnce) {
  const int port = Start();
  for (const char* header : {"Host: b", "Authorization: Bearer a\r\nAuthorization: Bearer b",
                             "Cookie: a=1\r\ncookie: a=2", "Origin: a\r\nOrigin: b"}) {
    HttpTestClient client(port);
    client.Send("GET /echo HTTP/1.1\r\nHost: a\r\n" + std::string(header) + "\r\n\r\n");
    EXPECT_EQ(client.Read().status, 400) << header;
  }
}

TEST_P(HttpServerTest, WhatIsNotHttpGets400) {
  const int port = Start();
  for (const char* request :
       {"hello\r\n\r\n", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/3.0\r\n\r\n",
        "GET /echo HTTP/1.1\r\n\r\n", "GET echo HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /echo HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: "
        "chunked\r\n\r\nabc",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    HttpTestClient client(port);
    ASSERT_TRUE(client.Send(request));
    EXPECT_EQ(client.Read().status, 400) << request;
    EXPECT_TRUE(client.AtEnd()) << request;
  }
}

TEST_P(HttpServerTest, ProxyFormOfTheTargetIsTaken) {
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send("GET http://a:1/echo?x HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_EQ(client.Read().body, "GET /echo?x ");
}

TEST_P(HttpServerTest, SlowClientsGet408) {
  options_.read_timeout = absl::Milliseconds(200);
  const int port = Start();
  HttpTestClient slow_head(port);
  HttpTestClient slow_body(port);
  ASSERT_TRUE(slow_head.Send("GET /echo HT"));
  ASSERT_TRUE(slow_body.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab"));
  EXPECT_EQ(slow_head.Read().status, 408);
  const TestResponse response = slow_body.Read();
  EXPECT_EQ(response.status, 408);
  EXPECT_EQ(response.body, "body: did not arrive in time");
}

TEST_P(HttpServerTest, TrickleDoesNotHoldAConnection) {
  // The client cannot write and read on two threads then.
  if (GetParam() == By::kTls) GTEST_SKIP();
  options_.read_timeout = absl::Milliseconds(300);
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send("GET /echo HTTP/1.1\r\n"));
  std::atomic<bool> answered{false};
  std::thread trickle([&] {
    while (!answered && client.Send("X: y\r\n")) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  EXPECT_EQ(client.Read().status, 408);
  answered = true;
  trickle.join();
}

TEST_P(HttpServerTest, IdleConnectionIsClosedWithoutAWord) {
  options_.idle_timeout = absl::Milliseconds(200);
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send(Get("/echo")));
  EXPECT_EQ(client.Read().status, 200);
  EXPECT_TRUE(client.AtEnd());
}

TEST_P(HttpServerTest, DroppedAndThrownRequestsGet500) {
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send(Get("/drop") + Get("/throw") + Get("/echo")));
  EXPECT_EQ(client.Read().status, 500);
  EXPECT_EQ(client.Read().status, 500);
  EXPECT_EQ(client.Read().status, 200);
}

TEST_P(HttpServerTest, TwoHundredConnectionsAreServedAtOnce) {
  const int port = Start();
  std::vector<std::unique_ptr<HttpTestClient>> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(std::make_unique<HttpTestClient>(port));
    ASSERT_TRUE(clients.back()->Send(Get("/hold")));
  }
  handler_.WaitForHeld(200);
  EXPECT_EQ(server_->connections(), 200);
  handler_.Release();
  for (const auto& client : clients) EXPECT_EQ(client->Read().body, "late");
  clients.clear();
  EXPECT_TRUE(WaitForConnections(0));
}

TEST_P(HttpServerTest, ConnectionsBeyondTheLimitAreToldSo) {
  options_.max_connections = 2;
  const int port = Start();
  auto first = std::make_unique<HttpTestClient>(port);
  HttpTestClient second(port);
  ASSERT_TRUE(first->Send(Get("/echo")) && second.Send(Get("/echo")));
  EXPECT_EQ(first->Read().status, 200);
  EXPECT_EQ(second.Read().status, 200);
  HttpTestClient third(port);
  EXPECT_EQ(third.Read().status, 503);
  first.reset();
  third.Close();
  ASSERT_TRUE(WaitForConnections(1));
  HttpTestClient fourth(port);
  ASSERT_TRUE(fourth.Send(Get("/echo")));
  EXPECT_EQ(fourth.Read().status, 200);
}

TEST_P(HttpServerTest, BodiesBeyondTheMemoryAreRefusedUntilOthersAreDone) {
  options_.buffered_limit = 150;
  const int port = Start();
  HttpTestClient first(port);
  ASSERT_TRUE(first.Send(Post("/hold", std::string(100, 'x'))));
  handler_.WaitForHeld(1);
  HttpTestClient second(port);
  ASSERT_TRUE(second.Send(Post("/echo", std::string(100, 'x'))));
  EXPECT_EQ(second.Read().status, 503);
  handler_.Release();
  EXPECT_EQ(first.Read().status, 200);
  HttpTestClient third(port);
  ASSERT_TRUE(third.Send(Post("/echo", std::string(100, 'x'))));
  EXPECT_EQ(third.Read().status, 200);
}

TEST_P(HttpServerTest, EventsArriveOneByOneAndTheStreamEnds) {
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send(Get("/events")));
  const TestResponse head = client.Read();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("Content-Type"), "text/event-stream");
  EXPECT_EQ(head.headers.at("Transfer-Encoding"), "chunked");
  auto stream = handler_.WaitForStream();
  EXPECT_EQ(server_->streams(), 1);
  EXPECT_TRUE(stream->Send("data: 1\n\n"));
  EXPECT_EQ(client.ReadUntil("\n\n\r\n"), "9\r\ndata: 1\n\n\r\n");
  EXPECT_TRUE(stream->Send("data: 22\n\n"));
  EXPECT_EQ(client.ReadUntil("\n\n\r\n"), "a\r\ndata: 22\n\n\r\n");
  stream.reset();
  EXPECT_EQ(client.ReadUntil("0\r\n\r\n"), "0\r\n\r\n");
  EXPECT_TRUE(client.AtEnd());
  client.Close();
  EXPECT_TRUE(WaitForConnections(0));
  EXPECT_EQ(server_->streams(), 0);
  EXPECT_EQ(handler_.closed(), 0);
}

TEST_P(HttpServerTest, EventsToHttp10AreNotChunked) {
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send("GET /events HTTP/1.0\r\n\r\n"));
  auto stream = handler_.WaitForStream();
  stream->Send("data: 1\n\n");
  stream.reset();
  EXPECT_EQ(client.Read().headers.count("Transfer-Encoding"), 0u);
  EXPECT_EQ(client.ReadUntil("end"), "data: 1\n\n");
}

TEST_P(HttpServerTest, SilentStreamIsKeptAliveByComments) {
  options_.heartbeat = absl::Milliseconds(50);
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send(Get("/events")));
  const auto stream = handler_.WaitForStream();
  EXPECT_EQ(client.Read().status, 200);
  EXPECT_EQ(client.ReadUntil("\n\n\r\n"), "4\r\n: \n\n\r\n");
  EXPECT_EQ(client.ReadUntil("\n\n\r\n"), "4\r\n: \n\n\r\n");
}

TEST_P(HttpServerTest, StreamLearnsThatTheClientHasGone) {
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send(Get("/events")));
  const auto stream = handler_.WaitForStream();
  client.Close();
  EXPECT_TRUE(handler_.WaitForClosed());
  EXPECT_FALSE(stream->Send("data: 1\n\n"));
  EXPECT_EQ(server_->streams(), 0);
}

TEST_P(HttpServerTest, SlowReaderIsCutOff) {
  options_.stream_limit = 100'000;
  HttpTestClient client(Start(), /*receive_buffer=*/4096);
  ASSERT_TRUE(client.Send(Get("/events")));
  const auto stream = handler_.WaitForStream();
  const std::string event = "data: " + std::string(20'000, 'x') + "\n\n";
  int sent = 0;
  while (sent < 100'000 && stream->Send(event)) ++sent;
  EXPECT_LT(sent, 100'000);
  EXPECT_TRUE(handler_.WaitForClosed());
}

TEST_P(HttpServerTest, ReaderThatTakesNothingIsCutOffInTime) {
  options_.write_timeout = absl::Milliseconds(200);
  options_.stream_limit = 64 << 20;
  HttpTestClient client(Start(), /*receive_buffer=*/4096);
  ASSERT_TRUE(client.Send(Get("/events")));
  const auto stream = handler_.WaitForStream();
  EXPECT_TRUE(stream->Send("data: " + std::string(32 << 20, 'x') + "\n\n"));
  EXPECT_TRUE(handler_.WaitForClosed());
}

TEST_P(HttpServerTest, StoppingFinishesWhatIsUnderWayAndClosesTheRest) {
  const int port = Start();
  HttpTestClient idle(port);
  ASSERT_TRUE(idle.Send(Get("/echo")));
  EXPECT_EQ(idle.Read().status, 200);
  HttpTestClient busy(port);
  ASSERT_TRUE(busy.Send(Get("/hold")));
  handler_.WaitForHeld(1);
  HttpTestClient streaming(port);
  ASSERT_TRUE(streaming.Send(Get("/events")));
  const auto stream = handler_.WaitForStream();
  EXPECT_EQ(streaming.Read().status, 200);

  std::thread stop([&] { server_->Stop(); });
  EXPECT_TRUE(idle.AtEnd());
  EXPECT_EQ(streaming.ReadUntil("0\r\n\r\n"), "0\r\n\r\n");
  EXPECT_TRUE(handler_.WaitForClosed());
  handler_.Release();
  const TestResponse late = busy.Read();
  EXPECT_EQ(late.body, "late");
  EXPECT_EQ(late.headers.at("Connection"), "close");
  EXPECT_TRUE(busy.AtEnd());
  busy.Close();
  streaming.Close();
  stop.join();
  EXPECT_FALSE(HttpTestClient(port).connected());
}

TEST_P(HttpServerTest, StoppingCutsWhatDoesNotEnd) {
  options_.drain = absl::Milliseconds(200);
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send(Get("/hold")));
  handler_.WaitForHeld(1);
  server_->Stop();
  server_->Stop();
  EXPECT_TRUE(client.AtEnd());
}

TEST_P(HttpServerTest, AddressInUseIsSaid) {
  const int port = Start();
  HttpServerOptions options;
  options.address = "127.0.0.1:" + std::to_string(port);
  HttpServer second(options, handler_);
  EXPECT_EQ(second.Start().code(), absl::StatusCode::kUnavailable);
  options.address = "nonsense";
  HttpServer third(options, handler_);
  EXPECT_EQ(third.Start().code(), absl::StatusCode::kInvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(By, HttpServerTest, ::testing::Values(By::kPlain, By::kTls),
                         [](const auto& by) { return by.param == By::kTls ? "Tls" : "Plain"; });

class HttpTlsTest : public ::testing::Test {
 protected:
  HttpTlsTest() {
    options_.address = "127.0.0.1:0";
    options_.certificate = options_.key = authority_.Certify("front", "IP:127.0.0.1").certificate;
    options_.reload = absl::ZeroDuration();
    options_.read_timeout = absl::Milliseconds(300);
    HttpTestClient::speaks_tls = true;
  }
  int Start() {
    server_ = std::make_unique<HttpServer>(options_, handler_);
    EXPECT_TRUE(server_->Start().ok());
    return server_->port();
  }

  const avvik::testing::TestAuthority authority_;
  HttpServerOptions options_;
  PathHandler handler_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpTlsTest, PlainIsForLoopbackOnly) {
  HttpServerOptions plain;
  for (const char* address : {"0.0.0.0:0", "[::]:0"}) {
    plain.address = address;
    EXPECT_EQ(HttpServer(plain, handler_).Start().code(), absl::StatusCode::kInvalidArgument) << address;
  }
  options_.address = "0.0.0.0:0";
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_EQ(client.Read().status, 200);
}

TEST_F(HttpTlsTest, WhoDoesNotSpeakTlsIsToldNothing) {
  HttpTestClient::speaks_tls = false;
  const int port = Start();
  HttpTestClient plain(port);
  ASSERT_TRUE(plain.Send("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_THAT(plain.ReadUntil("end"), ::testing::Not(HasSubstr("HTTP")));
  HttpTestClient silent(port);
  EXPECT_TRUE(silent.AtEnd());
}

TEST_F(HttpTlsTest, ExchangedCertificateIsShownToTheNextConnection) {
  const int port = Start();
  const long before = HttpTestClient(port).certificate();
  EXPECT_NE(before, 0);
  (void)authority_.Certify("front", "IP:127.0.0.1");
  const long after = HttpTestClient(port).certificate();
  EXPECT_NE(after, before);
  // Something that is no certificate changes nothing.
  std::ofstream(options_.certificate) << "nothing";
  EXPECT_EQ(HttpTestClient(port).certificate(), after);
}

TEST_F(HttpTlsTest, CertificateThatIsOfNoUseIsRefusedAtTheStart) {
  const auto refused = [&] { return HttpServer(options_, handler_).Start(); };
  const std::string good = options_.key;
  options_.key = authority_.Certify("other").key;
  EXPECT_EQ(refused().code(), absl::StatusCode::kInvalidArgument);
  options_.key = good;
  std::filesystem::permissions(good, std::filesystem::perms(0644));
  EXPECT_THAT(std::string(refused().message()), HasSubstr("may be read by others"));
  options_.key = options_.certificate = good + ".gone";
  EXPECT_EQ(refused().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace avvik::gateway
