// Files through the HTTP server and the transcoder, over real sockets, to a service in this process.
#include "services/gateway/transfer.h"

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <mutex>

#include "avvik/intake/v1/attachments.grpc.pb.h"
#include "common/rpc/status.h"
#include "common/status/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gateway/http_server.h"
#include "services/gateway/http_test_client.h"
#include "services/gateway/transcoder.h"

namespace avvik::gateway {
namespace {

using testing::HasSubstr;

constexpr size_t kPiece = 64 << 10;
constexpr char kTarget[] = "/v1/reports/AVV-2026-000001/attachments";

// Keeps one file. Its name says what shall go wrong.
class TestAttachments final : public intake::v1::Attachments::Service {
 public:
  grpc::Status UploadAttachment(grpc::ServerContext* context,
                                grpc::ServerReader<intake::v1::UploadAttachmentRequest>* reader,
                                intake::v1::Attachment* attachment) override {
    intake::v1::UploadAttachmentRequest message;
    std::string file;
    bool last = false;
    for (bool first = true; reader->Read(&message); first = false) {
      if (first) {
        attachment->set_report_id(message.report_id());
        attachment->set_filename(message.filename());
      }
      EXPECT_LE(message.content().size(), kPiece);
      EXPECT_EQ(first, !message.filename().empty());
      file += message.content();
      last = message.last();
      if (attachment->filename() == "refused") {
        return rpc::ToGrpc(
            status::Error(absl::StatusCode::kInvalidArgument, "not this", "ATTACHMENT_TYPE"), "");
      }
    }
    attachment->set_size(static_cast<int64_t>(file.size()));
    std::lock_guard lock(mutex_);
    if (last) file_ = file;
    broken_off_ += !last && context->IsCancelled();
    changed_.notify_all();
    return grpc::Status::OK;
  }

  grpc::Status UploadByTicket(grpc::ServerContext* context,
                              grpc::ServerReader<intake::v1::UploadByTicketRequest>* reader,
                              intake::v1::Attachment* attachment) override {
    intake::v1::UploadByTicketRequest message;
    std::string file;
    for (bool first = true; reader->Read(&message); first = false) {
      EXPECT_EQ(message.tenant() + "/" + message.upload_ticket(), first ? "kalix/a-ticket" : "/");
      file += message.content();
      std::lock_guard lock(mutex_);
      for (const auto& [key, value] : context->client_metadata()) {
        metadata_ += std::string(key.data(), key.size()) + "=" +
                     std::string(value.data(), value.size()) + "\n";
      }
      ++pieces_by_ticket_;
      changed_.notify_all();
    }
    attachment->set_size(static_cast<int64_t>(file.size()));
    return grpc::Status::OK;
  }

  grpc::Status DownloadAttachment(
      grpc::ServerContext*, const intake::v1::DownloadAttachmentRequest* request,
      grpc::ServerWriter<intake::v1::DownloadAttachmentResponse>* writer) override {
    if (request->attachment_id() == "none") {
      return rpc::ToGrpc(status::Error(absl::StatusCode::kNotFound, "gone", "ATTACHMENT_NOT_FOUND"), "");
    }
    intake::v1::DownloadAttachmentResponse piece;
    piece.set_filename("skärm \"1\".png");
    piece.set_media_type("image/png");
    piece.set_size(static_cast<int64_t>(file_.size()));
    for (size_t at = 0; at < file_.size(); at += kPiece) {
      piece.set_content(file_.substr(at, kPiece));
      writer->Write(piece);
      piece.Clear();
      if (request->attachment_id() == "half" && at > file_.size() / 2) {
        return {grpc::StatusCode::INTERNAL, "secret"};
      }
    }
    return grpc::Status::OK;
  }

  bool WaitForBreakingOff() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return broken_off_ > 0; });
  }

  bool WaitForPieceByTicket() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return pieces_by_ticket_ > 0; });
  }
  std::string metadata() {
    std::lock_guard lock(mutex_);
    return metadata_;
  }

  std::string file_;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int broken_off_ = 0;
  int pieces_by_ticket_ = 0;
  std::string metadata_;
};

// The API alone.
class ApiHandler final : public HttpHandler {
 public:
  ApiHandler(const RouteTable& routes, Transcoder& transcoder)
      : routes_(routes), transcoder_(transcoder) {}

  std::optional<HttpResponse> Refuse(const HttpRequestHead&) override { return std::nullopt; }
  std::optional<uint64_t> StreamedBodyLimit(const HttpRequestHead& head) override {
    const auto match = routes_.Find(head.method, head.path);
    if (!match->route->TakesFile()) return std::nullopt;
    return static_cast<uint64_t>(match->route->raw->max_bytes());
  }
  std::shared_ptr<BodySink> HandleStreamed(HttpRequestHead head,
                                           std::shared_ptr<HttpResponder> responder) override {
    return transcoder_.Upload(*routes_.Find(head.method, head.path), head, ContinueTrace(""),
                              std::move(responder));
  }
  void Handle(HttpRequest request, std::shared_ptr<HttpResponder> responder) override {
    transcoder_.Call(*routes_.Find(request.head.method, request.head.path), request,
                     ContinueTrace(""), std::move(responder));
  }
  HttpResponse Unreadable(int status, const std::string&, const std::string& detail) override {
    HttpResponse response;
    response.status = status;
    response.content_type = "text/plain";
    response.body = detail;
    return response;
  }

 private:
  const RouteTable& routes_;
  Transcoder& transcoder_;
};

class TransferTest : public testing::Test {
 protected:
  void SetUp() override { Start({}); }
  void TearDown() override {
    Stop();
    services_->Shutdown(std::chrono::system_clock::now());
  }
  void Start(HttpServerOptions options) {
    if (services_ == nullptr) {
      grpc::ServerBuilder builder;
      builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &grpc_port_);
      builder.RegisterService(&attachments_);
      services_ = builder.BuildAndStart();
    }
    std::map<std::string, std::string> addresses;
    for (const std::string& name : routes_.Backends()) {
      addresses[name] = "127.0.0.1:" + std::to_string(grpc_port_);
    }
    backends_ = std::make_unique<Backends>(addresses);
    transcoder_ = std::make_unique<Transcoder>(*backends_, transcoder_options_);
    handler_ = std::make_unique<ApiHandler>(routes_, *transcoder_);
    options.address = "127.0.0.1:0";
    server_ = std::make_unique<HttpServer>(options, *handler_);
    EXPECT_TRUE(server_->Start().ok());
  }
  void Stop() {
    server_->Stop();
    transcoder_->Stop();
    server_.reset();
  }

  static std::string Put(const std::string& headers, const std::string& query = "") {
    return "PUT " + std::string(kTarget) + query +
           " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a.b.c\r\n" + headers + "\r\n";
  }
  static std::string Named(const std::string& name) {
    return "Content-Disposition: attachment; filename*=" + name + "\r\n";
  }
  static std::string Length(size_t size) { return "Content-Length: " + std::to_string(size) + "\r\n"; }
  static std::string Get(const std::string& id) {
    return "GET " + std::string(kTarget) + "/" + id +
           " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a.b.c\r\n\r\n";
  }
  static std::string File(size_t size) {
    std::string file(size, '\0');
    for (size_t i = 0; i < size; ++i) file[i] = static_cast<char>(i * 7 + i / 251);
    return file;
  }

  const RouteTable routes_ = *RouteTable::Build(LinkedAvvikFiles());
  TestAttachments attachments_;
  TranscoderOptions transcoder_options_;
  int grpc_port_ = 0;
  std::unique_ptr<grpc::Server> services_;
  std::unique_ptr<Backends> backends_;
  std::unique_ptr<Transcoder> transcoder_;
  std::unique_ptr<ApiHandler> handler_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(TransferTest, FileGoesThroughAndComesBackOnTheSameConnection) {
  const std::string file = File(1'000'003);
  HttpTestClient client(server_->port());
  ASSERT_TRUE(client.Send(Put(Named("UTF-8''sk%C3%A4rm.png") + Length(file.size())) + file));
  const TestResponse put = client.Read();
  EXPECT_EQ(put.status, 200);
  EXPECT_THAT(put.body, HasSubstr("\"filename\":\"skärm.png\""));
  EXPECT_THAT(put.body, HasSubstr("\"report_id\":\"AVV-2026-000001\""));
  EXPECT_EQ(attachments_.file_, file);
  ASSERT_TRUE(client.Send(Get("1")));
  const TestResponse get = client.Read();
  EXPECT_EQ(get.status, 200);
  EXPECT_EQ(get.body, file);
  EXPECT_EQ(get.headers.at("Content-Type"), "image/png");
  EXPECT_EQ(get.headers.at("Content-Disposition"),
            "attachment; filename=\"sk_rm _1_.png\"; filename*=UTF-8''sk%C3%A4rm%20%221%22.png");
  EXPECT_EQ(get.headers.at("Content-Security-Policy"), "sandbox; default-src 'none'");
  EXPECT_EQ(get.headers.at("Cache-Control"), "no-store");
  // The connection is still good.
  ASSERT_TRUE(client.Send(Get("none")));
  EXPECT_EQ(client.Read().status, 404);
}

TEST_F(TransferTest, FileThatNeedsNoTokenGoesThroughWithoutAnythingOfItsCaller) {
  const std::string file = File(200'000);
  HttpTestClient client(server_->port());
  ASSERT_TRUE(client.Send(
      "PUT /v1/tenants/kalix/uploads/a-ticket HTTP/1.1\r\nHost: marked\r\n"
      "Authorization: Bearer marked\r\nUser-Agent: marked\r\nCookie: a=marked\r\n"
      "X-Forwarded-For: marked\r\nAvvik-Tenant: marked\r\n" + Length(file.size()) + "\r\n" + file));
  const TestResponse response = client.Read();
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_THAT(response.body, HasSubstr("\"size\":\"200000\""));
  EXPECT_THAT(attachments_.metadata(), testing::Not(HasSubstr("marked")));
  EXPECT_THAT(attachments_.metadata(), testing::Not(HasSubstr("traceparent")));
  EXPECT_THAT(attachments_.metadata(), testing::Not(HasSubstr("authorization")));
}

TEST_F(TransferTest, ThoseWithoutATokenTakeNoPlaceOfThoseWithOne) {
  Stop();
  transcoder_options_.max_bare_transfers = 1;
  Start({});
  const std::string put = "PUT /v1/tenants/kalix/uploads/a-ticket HTTP/1.1\r\nHost: a\r\n";
  // One that does not end: more than a piece, so that one goes through.
  HttpTestClient first(server_->port());
  ASSERT_TRUE(first.Send(put + Length(3 * kPiece) + "\r\n" + std::string(2 * kPiece, 'x')));
  ASSERT_TRUE(attachments_.WaitForPieceByTicket());
  HttpTestClient second(server_->port());
  ASSERT_TRUE(second.Send(put + Length(1) + "\r\nx"));
  const TestResponse refused = second.Read();
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.body, HasSubstr("TOO_MANY_TRANSFERS"));
  HttpTestClient signed_in(server_->port());
  ASSERT_TRUE(signed_in.Send(Put(Named("UTF-8''a") + Length(5)) + "hello"));
  EXPECT_EQ(signed_in.Read().status, 200);
}

TEST_F(TransferTest, ChunkedFileGoesThrough) {
  HttpTestClient client(server_->port());
  ASSERT_TRUE(client.Send(Put(Named("UTF-8''a") + "Transfer-Encoding: chunked\r\n") +
                          "5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n"));
  EXPECT_EQ(client.Read().status, 200);
  EXPECT_EQ(attachments_.file_, "hello, world");
}

TEST_F(TransferTest, EmptyFileIsForTheServiceToRefuse) {
  HttpTestClient client(server_->port());
  ASSERT_TRUE(client.Send(Put(Named("UTF-8''a") + Length(0))));
  EXPECT_THAT(client.Read().body, HasSubstr("\"size\":\"0\""));
}

TEST_F(TransferTest, ClientThatAsksBeforeItSendsIsToldToGoOn) {
  HttpTestClient client(server_->port());
  ASSERT_TRUE(client.Send(Put(Named("UTF-8''a") + Length(5) + "Expect: 100-continue\r\n")));
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  ASSERT_TRUE(client.Send("hello"));
  EXPECT_EQ(client.Read().status, 200);
}

TEST_F(TransferTest, FileThatIsTooLargeGets413BeforeItIsSent) {
  HttpTestClient client(server_->port());
  ASSERT_TRUE(
      client.Send(Put(Named("UTF-8''a") + Length((25 << 20) + 1) + "Expect: 100-continue\r\n")));
  EXPECT_EQ(client.Read().status, 413);
}

TEST_F(TransferTest, FileThatTurnsOutTooLargeGets413AndIsNotTaken) {
  HttpTestClient client(server_->port());
  ASSERT_TRUE(client.Send(Put(Named("UTF-8''a") + "Transfer-Encoding: chunked\r\n")));
  const std::string piece = "100000\r\n" + std::string(1 << 20, 'x') + "\r\n";
  for (int i = 0; i < 26 && client.Send(piece); ++i) {
  }
  EXPECT_EQ(client.Read().status, 413);
  EXPECT_TRUE(attachments_.WaitForBreakingOff());
  EXPECT_EQ(attachments_.file_, "");
}

TEST_F(TransferTest, FileThatIsRefusedAtItsBeginningIsAnsweredWhileItIsStillSent) {
  HttpTestClient client(server_->port());
  ASSERT_TRUE(client.Send(Put(Named("UTF-8''refused") + Length(20 << 20))));
  // Less than the whole: the answer does not wait for the rest.
  ASSERT_TRUE(client.Send(std::string(200'000, 'x')));
  const TestResponse response = client.Read();
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("ATTACHMENT_TYPE"));
  EXPECT_EQ(response.headers.at("Connection"), "close");
}

TEST_F(TransferTest, FileThatBreaksOffIsToldToTheService) {
  {
    HttpTestClient client(server_->port());
    ASSERT_TRUE(client.Send(Put(Named("UTF-8''a") + Length(500'000)) + File(300'000)));
  }
  EXPECT_TRUE(attachments_.WaitForBreakingOff());
  EXPECT_EQ(attachments_.file_, "");
}

TEST_F(TransferTest, SlowFileGets408) {
  Stop();
  HttpServerOptions options;
  options.upload_timeout = absl::Milliseconds(300);
  Start(options);
  HttpTestClient client(server_->port());
  ASSERT_TRUE(client.Send(Put(Named("UTF-8''a") + Length(500'000)) + "begin"));
  EXPECT_EQ(client.Read().status, 408);
  EXPECT_TRUE(attachments_.WaitForBreakingOff());
}

TEST_F(TransferTest, WrongParametersAreNamed) {
  for (const char* query : {"?name=a", "?content=x", "?report_id=x", "?last=true&content=x"}) {
    HttpTestClient client(server_->port());
    ASSERT_TRUE(client.Send(Put(Named("UTF-8''a") + Length(5), query) + "hello"));
    EXPECT_EQ(client.Read().status, 400) << query;
  }
}

TEST_F(TransferTest, NameOfAFileIsNotTakenFromTheAddress) {
  for (const std::string& headers : {std::string(), Named("UTF-8''b.png")}) {
    HttpTestClient client(server_->port());
    ASSERT_TRUE(client.Send(Put(headers + Length(5), "?filename=a.png") + "hello"));
    const TestResponse response = client.Read();
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.body, HasSubstr("Content-Disposition, not in the address"));
    EXPECT_THAT(response.body, testing::Not(HasSubstr("a.png")));
  }
  HttpTestClient client(server_->port());
  ASSERT_TRUE(client.Send(Put("Content-Disposition: form-data; name=a\r\n" + Length(5)) + "hello"));
  EXPECT_EQ(client.Read().status, 400);
}

TEST_F(TransferTest, DownloadThatFailsHalfwayIsCutSoThatTheClientSeesIt) {
  attachments_.file_ = File(600'000);
  HttpTestClient client(server_->port());
  ASSERT_TRUE(client.Send(Get("half")));
  const TestResponse response = client.Read();
  EXPECT_EQ(response.headers.at("Content-Length"), "600000");
  EXPECT_LT(response.body.size(), 600'000u);
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(TransferTest, ClientThatGoesAwayEndsTheDownload) {
  attachments_.file_ = File(20 << 20);
  {
    HttpTestClient client(server_->port(), 4096);
    ASSERT_TRUE(client.Send(Get("1")));
    client.ReadUntil("\r\n\r\n");
  }
  Stop();  // Returns only when nothing uses the connection any more.
  Start({});
}

TEST(FilenameInTest, BothSpellingsAreReadAndTheExtendedOneGoesFirst) {
  const std::pair<const char*, const char*> good[] = {
      {"attachment; filename*=UTF-8''sk%C3%A4rm%20%221%22.png", "skärm \"1\".png"},
      {"Attachment;FILENAME*=utf-8'sv'a.png", "a.png"},
      {"attachment; filename=a.png", "a.png"},
      {"attachment; filename=\"a \\\"b\\\".png\" ", "a \"b\".png"},
      {"attachment; filename=\"a.png\"; filename*=UTF-8''%C3%A5.png", "å.png"},
      {"attachment; size=7; filename=a.png", "a.png"}};
  for (const auto& [header, name] : good) EXPECT_EQ(FilenameIn(header), name) << header;
  // What the gateway writes itself.
  EXPECT_EQ(FilenameIn(ContentDisposition("skärm \"1\" %.png")), "skärm \"1\" %.png");
}

TEST(FilenameInTest, WhatIsMalformedNamesNoFile) {
  for (const char* header :
       {"", "attachment", "attachment;", "inline; filename=a", "form-data; filename=a",
        "attachment; filename", "attachment; filename=", "attachment; filename=a b",
        "attachment; filename=\"a", "attachment; filename=\"a\\",
        "attachment; filename=a; filename=b", "attachment; filename*=a.png",
        "attachment; filename*=UTF-8'a.png", "attachment; filename*=ISO-8859-1''a.png",
        "attachment; filename*=UTF-8''%ZZ", "attachment; filename*=UTF-8''%FF",
        "attachment; filename*=UTF-8''a%00b", "attachment; filename=a filename=b"}) {
    EXPECT_EQ(FilenameIn(header), std::nullopt) << header;
  }
}

TEST(FileHeadTest, StrangeMediaTypeBecomesOctetStream) {
  EXPECT_EQ(FileHead("a", "text/plain").content_type, "text/plain");
  for (const char* type : {"", "text", "/", "text/", "a/b/c", "text/html\r\nSet-Cookie: a", "a b/c"}) {
    EXPECT_EQ(FileHead("a", type).content_type, "application/octet-stream") << type;
  }
}

}  // namespace
}  // namespace avvik::gateway
