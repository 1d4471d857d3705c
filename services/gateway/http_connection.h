// One HTTP connection, and what all connections of a server share. Part of the transport: only
// http_server.cc and http_connection.cc include it.
#pragma once

// Boost 1.74 uses it without including it.
#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "services/gateway/http_certificate.h"
#include "services/gateway/http_message.h"
#include "services/gateway/http_server.h"
#include "services/gateway/http_stream.h"

namespace avvik::gateway {

class HttpConnection;

// What the connections of one server share.
struct HttpServerCore {
  HttpServerCore(HttpServerOptions o, HttpHandler& h) : options(std::move(o)), handler(h) {}

  absl::Status Listen();
  void Accept();
  void Admit(boost::asio::ip::tcp::socket socket);
  void Run();
  // No longer open; may be said twice.
  void Gone(HttpConnection* connection);
  std::vector<std::shared_ptr<HttpConnection>> Connections();

  const HttpServerOptions options;
  HttpHandler& handler;
  std::atomic<int> streams{0};
  std::atomic<size_t> buffered{0};
  std::atomic<bool> stopping{false};

  std::mutex mutex;
  std::condition_variable changed;
  std::unordered_set<HttpConnection*> connections;

  // Destroyed before what stands above, which its handlers use.
  boost::asio::io_context io;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work;
  std::unique_ptr<HttpCertificate> certificate;  // Null without TLS; used on the acceptor's strand.
  std::optional<boost::asio::ip::tcp::acceptor> acceptor;
  std::optional<boost::asio::steady_timer> accept_pause;
  int port = 0;
  std::vector<std::thread> threads;
};

// One client. Everything but the entry points marked so runs on the connection's strand.
class HttpConnection final : public std::enable_shared_from_this<HttpConnection> {
 public:
  // By TLS with a certificate.
  HttpConnection(boost::asio::ip::tcp::socket socket,
                 std::shared_ptr<boost::asio::ssl::context> certificate, HttpServerCore& server)
      : server_(server),
        options_(server.options),
        socket_(std::move(socket), std::move(certificate)),
        timer_(socket_.get_executor()),
        heartbeat_(socket_.get_executor()) {}
  ~HttpConnection() {
    ReleaseBody();
    server_.Gone(this);
  }

  // Entry points for any thread.
  void Serve() {
    OnStrand([this] { Secure(&HttpConnection::ReadNext); });
  }
  void RefuseForRoom();
  void Drain() {
    OnStrand([this] { DrainNow(); });
  }
  void Cut() {
    OnStrand([this] { Close(); });
  }
  void Respond(HttpResponse response) {
    OnStrand([this, response = std::move(response)]() mutable { Answer(std::move(response)); });
  }
  void BeginBody(HttpResponse head, uint64_t size) {
    OnStrand([this, head = std::move(head), size]() mutable { BodyHead(std::move(head), size); });
  }
  void SendPiece(std::string piece, std::function<void(bool)> written) {
    OnStrand([this, piece = std::move(piece), written = std::move(written)]() mutable {
      WritePiece(std::move(piece), std::move(written));
    });
  }
  void EndBody() {
    OnStrand([this] { FinishBody(); });
  }
  void BeginStream(std::function<void()> on_closed) {
    OnStrand(
        [this, on_closed = std::move(on_closed)]() mutable { StreamHead(std::move(on_closed)); });
  }
  bool SendToStream(std::string frames);
  void EndStream() {
    OnStrand([this] {
      on_closed_ = nullptr;
      FinishStream();
    });
  }
  HttpServerCore& server() { return server_; }

 private:
  // Most that is read ahead of what is being parsed.
  static constexpr size_t kMaxBuffer = 128 << 10;

  enum class State { kIdle, kReading, kUploading, kHandling, kWriting, kSending, kStreaming, kLingering, kClosed };

  template <typename Work>
  void OnStrand(Work work) {
    boost::asio::dispatch(socket_.get_executor(), [self = shared_from_this(),
                                                   work = std::move(work)]() mutable { work(); });
  }

  void Arm(absl::Duration after, void (HttpConnection::*action)());
  void Disarm();

  // Agrees on TLS where there is a certificate, and goes on.
  void Secure(void (HttpConnection::*then)());
  void FailForRoom();
  void ReadNext();
  void ReadHead();
  void OnHead(boost::system::error_code error);
  bool TakeHead();
  bool Reserve(size_t bytes);
  void AnswerExpectation(void (HttpConnection::*then)());
  void ReadBody();
  void OnBody(boost::system::error_code error);
  std::shared_ptr<HttpResponder> NewResponder();
  void Dispatch();
  void CancelRead();
  void Fail(int status, const std::string& field, const std::string& detail);

  // Bodies in pieces (http_transfer.cc).
  void BeginUpload(uint64_t limit);
  void TakeUpload();
  void ReadPiece();
  void OnPiece(boost::system::error_code error);
  void FailUpload(boost::system::error_code error);
  void Answer(HttpResponse response);
  void BodyHead(HttpResponse head, uint64_t size);
  void WritePiece(std::string piece, std::function<void(bool)> written);
  void FinishBody();

  void Write(HttpResponse response);
  std::string Head(int status, const std::vector<HttpHeader>& headers) const;
  void OnWritten(boost::system::error_code error);
  void Linger();
  void ShutAndLinger();
  void LingerRead();
  void Close();
  void DrainNow();
  void ReleaseBody();

  void StreamHead(std::function<void()> on_closed);
  void Pump();
  void Beat();
  void WatchInput();
  void FinishStream();

  HttpServerCore& server_;
  const HttpServerOptions& options_;
  HttpStream socket_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer heartbeat_;
  uint64_t timer_epoch_ = 0;
  State state_ = State::kIdle;

  boost::beast::flat_buffer buffer_{kMaxBuffer};
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  HttpRequestHead head_;
  bool http10_ = false;
  bool keep_alive_ = false;
  bool is_head_ = false;
  bool timed_out_ = false;
  size_t reserved_ = 0;  // Of the server's budget for bodies.
  size_t lingered_ = 0;

  HttpResponse response_;
  std::string out_;  // What is being written.

  // A body that is taken piece by piece.
  std::optional<boost::beast::http::request_parser<boost::beast::http::buffer_body>> upload_;
  uint64_t upload_limit_ = 0;
  std::chrono::steady_clock::time_point upload_end_;
  std::shared_ptr<BodySink> sink_;
  std::string piece_;
  bool reading_piece_ = false;
  std::optional<HttpResponse> early_answer_;  // Waits for the end of a read.
  uint64_t body_left_ = 0;  // Of an answer that is given piece by piece.

  std::function<void()> on_closed_;
  std::string queue_;        // Of the stream, behind `out_`.
  size_t queue_events_ = 0;  // How much of `queued_` is in it.
  bool writing_ = false;
  bool ending_ = false;
  bool is_stream_ = false;
  std::atomic<bool> stream_over_{false};
  std::atomic<size_t> queued_{0};  // Bytes of events that were taken and not yet written.
};

}  // namespace avvik::gateway
