// The whole gateway over real sockets, before services that run in this process.

#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "avvik/events/v1/event_log.grpc.pb.h"
#include "avvik/intake/v1/intake.grpc.pb.h"
#include "avvik/intake/v1/receipts.grpc.pb.h"
#include "avvik/metrics/v1/metrics.grpc.pb.h"
#include "common/rpc/status.h"
#include "common/status/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gateway/gateway_handler.h"
#include "services/gateway/http_server.h"
#include "services/gateway/http_test_client.h"
#include "services/gateway/security_headers.h"

namespace avvik::gateway {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr char kToken[] = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln";

// Keeps reports in memory; the title of a report says what shall go wrong.
class TestIntake final : public intake::v1::Intake::Service {
 public:
  grpc::Status SubmitReport(grpc::ServerContext* context,
                            const intake::v1::SubmitReportRequest* request,
                            intake::v1::Report* report) override {
    Note(*context);
    const std::string& title = request->report().title();
    if (title == "slow") std::this_thread::sleep_for(std::chrono::milliseconds(300));
    if (title == "stuck") {
      while (!context->IsCancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    if (title.empty()) return rpc::ToGrpc(status::InvalidField("report.title", "is required"), "");
    if (title == "internal") {
      return {grpc::StatusCode::INTERNAL, "relation \"report\" does not exist"};
    }
    for (const auto& [name, code] : kErrors) {
      if (title == name)
        return rpc::ToGrpc(status::Error(code, "said by the service", "A_REASON"), "");
    }
    *report = request->report();
    report->set_report_id(request->request_id());
    return grpc::Status::OK;
  }

  std::string Metadata(const std::string& key) {
    std::lock_guard lock(mutex_);
    return metadata_[key];
  }

  static inline const std::map<std::string, absl::StatusCode> kErrors = {
      {"denied", absl::StatusCode::kPermissionDenied},
      {"token", absl::StatusCode::kUnauthenticated},
      {"gone", absl::StatusCode::kNotFound},
      {"clash", absl::StatusCode::kAborted},
      {"twice", absl::StatusCode::kAlreadyExists},
      {"state", absl::StatusCode::kFailedPrecondition},
      {"busy", absl::StatusCode::kResourceExhausted},
      {"away", absl::StatusCode::kUnavailable},
      {"missing", absl::StatusCode::kUnimplemented}};

 private:
  void Note(const grpc::ServerContext& context) {
    std::lock_guard lock(mutex_);
    metadata_.clear();
    for (const auto& [key, value] : context.client_metadata()) {
      metadata_[std::string(key.data(), key.size())] = std::string(value.data(), value.size());
    }
  }

  std::mutex mutex_;
  std::map<std::string, std::string> metadata_;
};

// Notes whatever comes along with a call that needs no token.
class TestReceipts final : public intake::v1::Receipts::Service {
 public:
  grpc::Status CreateChallenge(grpc::ServerContext* context,
                               const intake::v1::CreateChallengeRequest* request,
                               intake::v1::Challenge* response) override {
    std::lock_guard lock(mutex_);
    for (const auto& [key, value] : context->client_metadata()) {
      metadata_ += std::string(key.data(), key.size()) + "=" +
                   std::string(value.data(), value.size()) + "\n";
    }
    response->set_challenge(request->tenant());
    return grpc::Status::OK;
  }

  std::string Metadata() {
    std::lock_guard lock(mutex_);
    return metadata_;
  }

 private:
  std::mutex mutex_;
  std::string metadata_;
};

// Streams situations: the unit asked for says how.
class TestMetrics final : public metrics::v1::Metrics::Service {
 public:
  grpc::Status WatchSituation(grpc::ServerContext* context,
                              const metrics::v1::WatchSituationRequest* request,
                              grpc::ServerWriter<metrics::v1::Situation>* writer) override {
    const std::string& unit = request->filter().unit();
    if (unit == "denied")
      return rpc::ToGrpc(status::Error(absl::StatusCode::kPermissionDenied, "no", "PERMISSION"),
                         "");
    if (unit == "quiet") writer->SendInitialMetadata();
    if (unit == "empty") return grpc::Status::OK;
    metrics::v1::Situation situation;
    situation.add_by_unit()->set_group("vård");
    if (unit != "quiet") writer->Write(situation);
    if (unit == "two") writer->Write(situation);
    if (unit == "two") return grpc::Status::OK;
    if (unit == "broken") return {grpc::StatusCode::INTERNAL, "secret"};
    while (!context->IsCancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::lock_guard lock(mutex_);
    ++cancelled_;
    changed_.notify_all();
    return grpc::Status::CANCELLED;
  }

  bool WaitForCancelled() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return cancelled_ > 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int cancelled_ = 0;
};

class TestInbox final : public events::v1::EventInbox::Service {
 public:
  grpc::Status ListConsumers(grpc::ServerContext*, const events::v1::ListConsumersRequest* request,
                             events::v1::ListConsumersResponse* response) override {
    response->add_consumers()->set_source(request->service());
    return grpc::Status::OK;
  }
};

class GatewayTest : public testing::Test {
 protected:
  GatewayTest() {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &grpc_port_);
    builder.RegisterService(&intake_);
    builder.RegisterService(&receipts_);
    builder.RegisterService(&metrics_);
    builder.RegisterService(&inbox_);
    services_ = builder.BuildAndStart();
    services_->GetHealthCheckService()->SetServingStatus("ready", true);
    files_.Add("/index.html", "<h1>Avvik</h1>");
  }
  ~GatewayTest() override {
    Stop();
    services_->Shutdown(std::chrono::system_clock::now());
  }

  int Start(bool all_backends = true) {
    const std::string address = "127.0.0.1:" + std::to_string(grpc_port_);
    std::map<std::string, std::string> addresses;
    for (const std::string& name : routes_.Backends()) addresses[name] = address;
    if (!all_backends) addresses["triage"] = "unix:/no/such/socket";
    backends_ = std::make_unique<Backends>(addresses);
    transcoder_ = std::make_unique<Transcoder>(*backends_, transcoder_options_);
    readiness_ = std::make_unique<Readiness>(*backends_, absl::Seconds(2));
    handler_ = std::make_unique<GatewayHandler>(GatewayHandler::Parts{
        clock_, routes_, files_, *transcoder_, *readiness_, request_metrics_});
    HttpServerOptions options;
    options.address = "127.0.0.1:0";
    options.headers = SecurityHeaders(false);
    server_ = std::make_unique<HttpServer>(options, *handler_);
    handler_->set_load([this] { return std::pair(server_->connections(), server_->streams()); });
    EXPECT_TRUE(server_->Start().ok());
    return server_->port();
  }
  void Stop() {
    if (server_ == nullptr) return;
    server_->Stop();
    transcoder_->Stop();
    readiness_->Stop();
    server_.reset();
  }

  static std::string Request(const std::string& method, const std::string& target,
                             const std::string& body = "", const std::string& token = kToken) {
    return method + " " + target + " HTTP/1.1\r\nHost: a\r\n" +
           (token.empty() ? "" : "Authorization: Bearer " + token + "\r\n") +
           (body.empty() ? ""
                         : "Content-Type: application/json\r\nContent-Length: " +
                               std::to_string(body.size()) + "\r\n") +
           "\r\n" + body;
  }
  TestResponse Ask(int port, const std::string& request, bool head_only = false) {
    HttpTestClient client(port);
    EXPECT_TRUE(client.Send(request));
    return client.Read(head_only);
  }
  TestResponse Submit(int port, const std::string& title) {
    return Ask(port, Request("POST", "/v1/reports",
                             R"({"request_id": "r-1", "report": {"title": ")" + title + "\"}}"));
  }

  const SystemClock clock_;
  const RouteTable routes_ = *RouteTable::Build(LinkedAvvikFiles());
  TestIntake intake_;
  TestReceipts receipts_;
  TestMetrics metrics_;
  TestInbox inbox_;
  int grpc_port_ = 0;
  std::unique_ptr<grpc::Server> services_;
  StaticFiles files_;
  telemetry::Registry registry_;
  RequestMetrics request_metrics_{registry_};
  TranscoderOptions transcoder_options_;
  std::unique_ptr<Backends> backends_;
  std::unique_ptr<Transcoder> transcoder_;
  std::unique_ptr<Readiness> readiness_;
  std::unique_ptr<GatewayHandler> handler_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(GatewayTest, ReportGoesThroughAndComesBack) {
  const TestResponse response = Submit(Start(), "Förlorad dator på Ågatan");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.at("Content-Type"), "application/json");
  EXPECT_EQ(response.headers.at("Cache-Control"), "no-store");
  EXPECT_EQ(response.headers.at("X-Content-Type-Options"), "nosniff");
  EXPECT_THAT(response.headers.at("Content-Security-Policy"), HasSubstr("frame-ancestors 'none'"));
  const json report = json::parse(response.body);
  EXPECT_EQ(report["title"], "Förlorad dator på Ågatan");
  EXPECT_EQ(report["report_id"], "r-1");
  EXPECT_EQ(report["category"], "CATEGORY_UNSPECIFIED");
}

TEST_F(GatewayTest, TokenAndTraceGoAlong) {
  HttpTestClient client(Start());
  const std::string body = R"({"report": {"title": "x"}})";
  ASSERT_TRUE(
      client.Send("POST /v1/reports HTTP/1.1\r\nHost: a\r\nauthorization: Bearer a.b.c\r\n"
                  "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
                  "content-type: application/json; charset=UTF-8\r\nContent-Length: " +
                  std::to_string(body.size()) + "\r\n\r\n" + body));
  EXPECT_EQ(client.Read().status, 200);
  EXPECT_EQ(intake_.Metadata("authorization"), "Bearer a.b.c");
  EXPECT_THAT(intake_.Metadata("traceparent"),
              MatchesRegex("00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]+-01"));
}

TEST_F(GatewayTest, WithACallThatNeedsNoTokenNoHeaderGoesAlong) {
  HttpTestClient client(Start());
  std::string headers;
  for (const char* name : {"Authorization: Bearer ", "Avvik-Tenant: ", "User-Agent: ", "Cookie: a=",
                           "X-Forwarded-For: ", "Referer: ", "Accept-Language: ", "tracestate: a="}) {
    headers += std::string(name) + "marked\r\n";
  }
  ASSERT_TRUE(client.Send("POST /v1/tenants/kalix/challenges HTTP/1.1\r\nHost: marked\r\n" + headers +
                          "traceparent: 00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-b7ad6b7169203331-01\r\n"
                          "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"));
  const TestResponse response = client.Read();
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_THAT(receipts_.Metadata(), Not(HasSubstr("marked")));
  EXPECT_THAT(receipts_.Metadata(), Not(HasSubstr("traceparent")));
  EXPECT_THAT(receipts_.Metadata(), Not(HasSubstr("authorization")));
}

TEST_F(GatewayTest, FileThatNeedsNoTokenDoesNotGoOnWithItsCallersTrace) {
  const json problem = json::parse(
      Ask(Start(), "PUT /v1/tenants/kalix/uploads/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                   "traceparent: 00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-b7ad6b7169203331-01\r\n\r\nx")
          .body);
  EXPECT_EQ(problem["status"], 501);
  EXPECT_EQ(problem["trace_id"].get<std::string>().size(), 32u);
  EXPECT_THAT(problem["trace_id"], Not(HasSubstr("aaaaaaaa")));
}

TEST_F(GatewayTest, OnlyMethodsThatDeclareItAnswerWithoutAToken) {
  const int port = Start();
  std::vector<std::string> open;
  for (const Route& route : routes_.routes()) {
    std::string path = route.path.text();
    for (size_t at; (at = path.find('{')) != std::string::npos;) {
      path.replace(at, path.find('}') - at + 1, "x");
    }
    const TestResponse response =
        Ask(port, Request(route.http_method, path, route.body.empty() ? "" : "{}", ""));
    if (response.status != 401) open.push_back(route.GrpcPath());
    EXPECT_EQ(response.status != 401, route.NeedsNoToken()) << route.GrpcPath();
  }
  EXPECT_THAT(open, testing::UnorderedElementsAre("/avvik.intake.v1.Receipts/CreateChallenge",
                                                  "/avvik.intake.v1.Receipts/SubmitAnonymousReport",
                                                  "/avvik.intake.v1.Receipts/OpenReceipt",
                                                  "/avvik.intake.v1.Receipts/ReplyByReceipt",
                                                  "/avvik.intake.v1.Receipts/OpenUpload",
                                                  "/avvik.intake.v1.Attachments/UploadByTicket",
                                         "/avvik.triage.v1.Portal/GetAppearance"));
}

TEST_F(GatewayTest, WrongFieldsAreNamedBeforeAnyServiceIsAsked) {
  const TestResponse response =
      Ask(Start(), Request("POST", "/v1/reports",
                           R"({"requestid": 1, "report": {"titel": "x", "category": 99}})"));
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.headers.at("Content-Type"), "application/problem+json");
  const json problem = json::parse(response.body);
  EXPECT_EQ(problem["reason"], "INVALID_FIELDS");
  EXPECT_EQ(problem["errors"].size(), 3u);
  EXPECT_EQ(problem["trace_id"].get<std::string>().size(), 32u);
  EXPECT_EQ(intake_.Metadata("authorization"), "");
}

TEST_F(GatewayTest, FieldsTheServiceRefusesAreNamedToo) {
  const json problem = json::parse(Submit(Start(), "").body);
  EXPECT_EQ(problem["errors"],
            json::parse(R"([{"field": "report.title", "description": "is required"}])"));
}

TEST_F(GatewayTest, ErrorsOfTheServiceKeepTheirMeaning) {
  const int port = Start();
  const std::map<std::string, int> expected = {{"denied", 403}, {"token", 401}, {"gone", 404},
                                               {"clash", 409},  {"twice", 409}, {"state", 400},
                                               {"busy", 429},   {"away", 503},  {"missing", 501}};
  for (const auto& [title, http_status] : expected) {
    const TestResponse response = Submit(port, title);
    EXPECT_EQ(response.status, http_status) << title;
    EXPECT_EQ(json::parse(response.body)["detail"], "said by the service") << title;
    EXPECT_EQ(json::parse(response.body)["reason"], "A_REASON") << title;
  }
  EXPECT_EQ(Submit(port, "token").headers.at("WWW-Authenticate"),
            "Bearer realm=\"avvik\", error=\"invalid_token\"");
  EXPECT_EQ(Submit(port, "busy").headers.at("Retry-After"), "1");
}

TEST_F(GatewayTest, InsideIsNotTold) {
  const TestResponse response = Submit(Start(), "internal");
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, Not(HasSubstr("relation")));
  const json problem = json::parse(response.body);
  EXPECT_THAT(problem["detail"].get<std::string>(),
              HasSubstr(problem["trace_id"].get<std::string>()));
}

TEST_F(GatewayTest, ServiceThatTakesTooLongGets504) {
  transcoder_options_.deadline = absl::Milliseconds(200);
  EXPECT_EQ(Submit(Start(), "stuck").status, 504);
}

TEST_F(GatewayTest, ServiceThatIsAwayGets503) {
  const TestResponse response = Ask(Start(/*all_backends=*/false), Request("GET", "/v1/cases"));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.headers.at("Retry-After"), "1");
  EXPECT_THAT(response.body, Not(HasSubstr("socket")));
}

TEST_F(GatewayTest, WithoutATokenNothingOfTheApiAnswers) {
  const int port = Start();
  for (const char* target :
       {"/v1/reports", "/v1/nothing", "/v1", "/v1/situation:watch", "/v1/cases/%zz"}) {
    const TestResponse response = Ask(port, Request("GET", target, "", ""));
    EXPECT_EQ(response.status, 401) << target;
    EXPECT_EQ(response.headers.at("WWW-Authenticate"), "Bearer realm=\"avvik\"");
    EXPECT_EQ(json::parse(response.body)["reason"], "TOKEN_MISSING");
  }
  for (const char* token : {" ", "a b", "a\tb", "a\"b", "\xc3\xa5"}) {
    EXPECT_EQ(Ask(port, Request("GET", "/v1/reports", "", token)).status, 401) << token;
  }
  // The answer does not wait for the body.
  EXPECT_EQ(
      Ask(port, "POST /v1/reports HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n").status,
      401);
}

TEST_F(GatewayTest, PathsAndMethodsThatDoNotExistAreTold) {
  const int port = Start();
  EXPECT_EQ(Ask(port, Request("GET", "/v1/nothing")).status, 404);
  EXPECT_EQ(Ask(port, Request("GET", "/nothing")).status, 404);
  EXPECT_EQ(Ask(port, Request("GET", "/v1/cases/%zz")).status, 400);
  const TestResponse not_allowed = Ask(port, Request("DELETE", "/v1/reports"));
  EXPECT_EQ(not_allowed.status, 405);
  EXPECT_EQ(not_allowed.headers.at("Allow"), "GET, HEAD, OPTIONS, POST");
  EXPECT_EQ(Ask(port, Request("POST", "/healthz")).status, 405);
  EXPECT_EQ(Ask(port, Request("BREW", "/v1/reports")).status, 501);
  EXPECT_EQ(Ask(port, Request("GET", "/v1/services/nobody/consumers")).status, 404);
  const TestResponse options = Ask(port, Request("OPTIONS", "/v1/reports", "", ""));
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.headers.at("Allow"), "GET, HEAD, OPTIONS, POST");
}

TEST_F(GatewayTest, ServiceInThePathChoosesTheBackend) {
  const TestResponse response = Ask(Start(), Request("GET", "/v1/services/triage/consumers"));
  EXPECT_EQ(json::parse(response.body)["consumers"][0]["source"], "triage");
}

TEST_F(GatewayTest, BodyMustBeJson) {
  const int port = Start();
  const auto post = [&](const std::string& headers) {
    return Ask(port, "POST /v1/reports HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n" +
                         headers + "Content-Length: 2\r\n\r\n{}");
  };
  EXPECT_EQ(post("").status, 415);
  EXPECT_EQ(post("Content-Type: application/x-www-form-urlencoded\r\n").status, 415);
  EXPECT_EQ(post("Content-Type: application/json; charset=latin1\r\n").status, 415);
  EXPECT_EQ(post("Content-Type: Application/JSON ;charset=\"UTF-8\"; x=y\r\n").status, 400);
  EXPECT_EQ(post("Content-Type: application/json\r\nContent-Encoding: gzip\r\n").status, 415);
  EXPECT_EQ(json::parse(post("").body)["errors"][0]["field"], "body");
  EXPECT_EQ(Ask(port, Request("GET", "/v1/reports", "{}")).status, 400);
}

TEST_F(GatewayTest, ElevenMegabytesNameTheBody) {
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send(Request("POST", "/v1/reports", std::string(11 << 20, ' '))));
  const TestResponse response = client.Read();
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(json::parse(response.body)["errors"][0]["field"], "body");
}

TEST_F(GatewayTest, StreamBecomesEvents) {
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send(Request("GET", "/v1/situation:watch?filter.unit=two")));
  EXPECT_EQ(client.Read().headers.at("Content-Type"), "text/event-stream");
  const std::string first = client.ReadUntil("\n\n");
  EXPECT_THAT(first, HasSubstr("event: Situation\nid: 1\ndata: {"));
  EXPECT_THAT(first, HasSubstr("\"group\":\"vård\""));
  EXPECT_THAT(client.ReadUntil("\n\n"), HasSubstr("id: 2\n"));
  EXPECT_THAT(client.ReadUntil("0\r\n\r\n"), HasSubstr("0\r\n\r\n"));
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(GatewayTest, StreamWithoutMessagesIsAnEmptyStream) {
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send(Request("GET", "/v1/situation:watch?filter.unit=empty")));
  EXPECT_EQ(client.Read().status, 200);
  EXPECT_EQ(client.ReadUntil("0\r\n\r\n"), "0\r\n\r\n");
}

TEST_F(GatewayTest, StreamIsOpenBeforeItsFirstMessage) {
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send(Request("GET", "/v1/situation:watch?filter.unit=quiet")));
  EXPECT_EQ(client.Read().status, 200);
}

TEST_F(GatewayTest, StreamThatIsRefusedIsAProblemAndNoStream) {
  const TestResponse response =
      Ask(Start(), Request("GET", "/v1/situation:watch?filter.unit=denied"));
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(json::parse(response.body)["reason"], "PERMISSION");
}

TEST_F(GatewayTest, StreamThatBreaksSaysSo) {
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send(Request("GET", "/v1/situation:watch?filter.unit=broken")));
  EXPECT_EQ(client.Read().status, 200);
  client.ReadUntil("\n\n");
  const std::string last = client.ReadUntil("\n\n");
  EXPECT_THAT(last, HasSubstr("event: problem\ndata: {"));
  EXPECT_THAT(last, Not(HasSubstr("secret")));
}

TEST_F(GatewayTest, StreamEndsWithItsTimeAsAnyOther) {
  transcoder_options_.stream_lifetime = absl::Milliseconds(300);
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send(Request("GET", "/v1/situation:watch?filter.unit=on")));
  EXPECT_EQ(client.Read().status, 200);
  const std::string all = client.ReadUntil("0\r\n\r\n");
  EXPECT_THAT(all, HasSubstr("event: Situation"));
  EXPECT_THAT(all, Not(HasSubstr("problem")));
}

TEST_F(GatewayTest, ServiceLearnsThatTheReaderHasGone) {
  HttpTestClient client(Start());
  ASSERT_TRUE(client.Send(Request("GET", "/v1/situation:watch?filter.unit=on")));
  EXPECT_EQ(client.Read().status, 200);
  client.Close();
  EXPECT_TRUE(metrics_.WaitForCancelled());
}

TEST_F(GatewayTest, StreamsBeyondTheLimitAreRefused) {
  transcoder_options_.max_streams = 1;
  const int port = Start();
  HttpTestClient first(port);
  ASSERT_TRUE(first.Send(Request("GET", "/v1/situation:watch?filter.unit=on")));
  EXPECT_EQ(first.Read().status, 200);
  EXPECT_EQ(Ask(port, Request("GET", "/v1/situation:watch?filter.unit=on")).status, 503);
}

TEST_F(GatewayTest, TwoHundredReportsAtOnceAreAllAnswered) {
  const int port = Start();
  std::vector<std::unique_ptr<HttpTestClient>> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(std::make_unique<HttpTestClient>(port));
    ASSERT_TRUE(clients.back()->Send(
        Request("POST", "/v1/reports",
                R"({"request_id": ")" + std::to_string(i) + R"(", "report": {"title": "x"}})")));
  }
  for (int i = 0; i < 200; ++i) {
    const TestResponse response = clients[static_cast<size_t>(i)]->Read();
    ASSERT_EQ(response.status, 200);
    EXPECT_EQ(json::parse(response.body)["report_id"], std::to_string(i));
  }
}

TEST_F(GatewayTest, StoppingAnswersWhatIsUnderWay) {
  const int port = Start();
  HttpTestClient client(port);
  HttpTestClient streaming(port);
  ASSERT_TRUE(streaming.Send(Request("GET", "/v1/situation:watch?filter.unit=on")));
  EXPECT_EQ(streaming.Read().status, 200);
  ASSERT_TRUE(client.Send(Request("POST", "/v1/reports", R"({"report": {"title": "slow"}})")));
  while (intake_.Metadata("authorization").empty())
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::thread stop([this] { Stop(); });
  EXPECT_EQ(client.Read().status, 200);
  EXPECT_TRUE(client.AtEnd());
  client.Close();
  EXPECT_THAT(streaming.ReadUntil("0\r\n\r\n"), HasSubstr("0\r\n\r\n"));
  streaming.Close();
  stop.join();
}

TEST_F(GatewayTest, HealthReadinessAndFilesNeedNoToken) {
  const int port = Start();
  EXPECT_EQ(Ask(port, Request("GET", "/healthz", "", "")).body, "ok\n");
  const TestResponse ready = Ask(port, Request("GET", "/readyz", "", ""));
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(json::parse(ready.body)["services"]["intake"], "SERVING");
  const TestResponse page = Ask(port, Request("GET", "/", "", ""));
  EXPECT_EQ(page.body, "<h1>Avvik</h1>");
  EXPECT_EQ(page.headers.at("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(Ask(port, Request("HEAD", "/index.html", "", ""), /*head_only=*/true)
                .headers.at("Content-Length"),
            "14");
  EXPECT_EQ(Ask(port, Request("GET", "/..%2f..%2fetc/passwd", "", "")).status, 404);
}

TEST_F(GatewayTest, NotReadyNamesTheServiceAtFault) {
  const int port = Start(/*all_backends=*/false);
  services_->GetHealthCheckService()->SetServingStatus("ready", false);
  const TestResponse response = Ask(port, Request("GET", "/readyz", "", ""));
  EXPECT_EQ(response.status, 503);
  const json body = json::parse(response.body);
  EXPECT_EQ(body["ready"], false);
  EXPECT_EQ(body["services"]["intake"], "NOT_SERVING");
  EXPECT_EQ(body["services"]["triage"], "UNAVAILABLE");
}

TEST_F(GatewayTest, MetricsCountByRouteAndNeverByPath) {
  const int port = Start();
  Submit(port, "x");
  Ask(port, Request("GET", "/v1/cases/AVV-2026-000001"));
  Ask(port, Request("GET", "/secret-path", "", ""));
  const std::string text = Ask(port, Request("GET", "/metrics", "", "")).body;
  EXPECT_THAT(
      text,
      HasSubstr(R"(avvik_http_requests_total{code="200",method="POST",route="/v1/reports"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(route="/v1/cases/{case_id}")"));
  EXPECT_THAT(text,
              HasSubstr(R"(avvik_http_requests_total{code="404",method="GET",route="nothing"} 1)"));
  EXPECT_THAT(text, HasSubstr("avvik_http_connections"));
  EXPECT_THAT(text, HasSubstr("avvik_http_request_seconds_bucket"));
  EXPECT_THAT(text, Not(HasSubstr("secret-path")));
  EXPECT_THAT(text, Not(HasSubstr("AVV-2026")));
}

TEST(HealthMessageTest, StatesAreReadFromTheWire) {
  EXPECT_EQ(HealthRequest("ready"), std::string("\x0a\x05ready"));
  EXPECT_EQ(HealthState(std::string("\x08\x01")), "SERVING");
  EXPECT_EQ(HealthState(std::string("\x08\x02")), "NOT_SERVING");
  EXPECT_EQ(HealthState(""), "UNKNOWN");
  EXPECT_EQ(HealthState(std::string("\x08")), "UNKNOWN");
  EXPECT_EQ(HealthState("garbage"), "UNKNOWN");
}

}  // namespace
}  // namespace avvik::gateway
