#include "services/gateway/http_connection.h"

#include <algorithm>
#include <array>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <limits>

#include "absl/time/clock.h"
#include "common/log/log.h"
#include "services/gateway/sse.h"

namespace avvik::gateway {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using tcp = net::ip::tcp;
using Error = boost::system::error_code;

constexpr size_t kReadChunk = 4 << 10;
// Most that is read and thrown away after the last answer.
constexpr size_t kLingerBytes = 32 << 20;
// Most that a client may send while it is sent events.
constexpr size_t kStreamInput = 64 << 10;
// The linger time while the server stops.
constexpr absl::Duration kStoppingLinger = absl::Seconds(1);
// Headers of which two would leave open what is meant.
constexpr const char* kOnce[] = {"Host", "Authorization", "Cookie", "Origin", "Content-Type"};
// How often a read that is out of time is cancelled until it ends.
constexpr absl::Duration kCancelAgain = absl::Milliseconds(200);

std::string HttpDate() {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", absl::Now(), absl::UTCTimeZone());
}

// A header value cannot hold what would begin another header.
void AppendHeader(std::string_view name, std::string_view value, std::string* head) {
  *head += name;
  *head += ": ";
  for (const char c : value) {
    if (c != '\r' && c != '\n') head->push_back(c);
  }
  *head += "\r\n";
}

// A unit of the chunked transfer coding (RFC 9112, section 7.1).
std::string Chunk(const std::string& data) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", data.size());
  return size + data + "\r\n";
}

// Answers through the connection, once.
class Responder final : public HttpResponder {
 public:
  explicit Responder(std::shared_ptr<HttpConnection> connection)
      : connection_(std::move(connection)) {}
  ~Responder() override {
    if (!done_) {
      Send(connection_->server().handler.Unreadable(500, "", "The request was not answered."));
    }
  }

  void Send(HttpResponse response) override {
    if (!done_.exchange(true)) connection_->Respond(std::move(response));
  }

  std::unique_ptr<EventStream> StartEvents(std::function<void()> on_closed) override;
  std::unique_ptr<BodyStream> StartBody(HttpResponse head, uint64_t size) override;

 private:
  const std::shared_ptr<HttpConnection> connection_;
  std::atomic<bool> done_{false};
};

class Stream final : public EventStream {
 public:
  explicit Stream(std::shared_ptr<HttpConnection> connection)
      : connection_(std::move(connection)) {}
  ~Stream() override { connection_->EndStream(); }
  bool Send(std::string frames) override { return connection_->SendToStream(std::move(frames)); }

 private:
  const std::shared_ptr<HttpConnection> connection_;
};

class Body final : public BodyStream {
 public:
  explicit Body(std::shared_ptr<HttpConnection> connection) : connection_(std::move(connection)) {}
  ~Body() override { connection_->EndBody(); }
  void Write(std::string piece, std::function<void(bool)> written) override {
    connection_->SendPiece(std::move(piece), std::move(written));
  }

 private:
  const std::shared_ptr<HttpConnection> connection_;
};

std::unique_ptr<BodyStream> Responder::StartBody(HttpResponse head, uint64_t size) {
  if (done_.exchange(true)) return nullptr;
  connection_->BeginBody(std::move(head), size);
  return std::make_unique<Body>(connection_);
}

std::unique_ptr<EventStream> Responder::StartEvents(std::function<void()> on_closed) {
  if (done_.exchange(true)) return nullptr;
  connection_->BeginStream(std::move(on_closed));
  return std::make_unique<Stream>(connection_);
}

}  // namespace

void HttpConnection::Arm(absl::Duration after, void (HttpConnection::*action)()) {
  timer_.expires_after(absl::ToChronoNanoseconds(after));
  // A wait that has ended cannot be cancelled any more; its epoch tells that it is an old one.
  timer_.async_wait([self = shared_from_this(), action, epoch = ++timer_epoch_](Error) {
    if (self->timer_epoch_ == epoch) ((*self).*action)();
  });
}

void HttpConnection::Disarm() {
  ++timer_epoch_;
  timer_.cancel();
}

void HttpConnection::RefuseForRoom() {
  OnStrand([this] { Secure(&HttpConnection::FailForRoom); });
}

void HttpConnection::FailForRoom() {
  Fail(503, "", "The server has as many connections as it can take.");
}

void HttpConnection::Secure(void (HttpConnection::*then)()) {
  if (!socket_.is_secure()) return (this->*then)();
  if (server_.stopping) return Close();
  Arm(options_.read_timeout, &HttpConnection::Close);
  socket_.async_handshake([self = shared_from_this(), then](Error error) {
    self->Disarm();
    if (error || self->state_ == State::kClosed) return self->Close();
    ((*self).*then)();
  });
}

void HttpConnection::ReadNext() {
  if (server_.stopping) return Close();
  state_ = State::kIdle;
  http10_ = is_head_ = false;
  if (buffer_.size() == 0 && buffer_.capacity() > kReadChunk) buffer_.shrink_to_fit();
  parser_.emplace();
  // Without a limit, because exceeding it would end the connection without an answer; TakeHead
  // looks at the announced length, and ReadBody sets the limit for bodies of unannounced length.
  parser_->body_limit(std::numeric_limits<uint64_t>::max());
  parser_->header_limit(static_cast<uint32_t>(options_.header_limit));
  if (buffer_.size() > 0) return ReadHead();
  Arm(options_.idle_timeout, &HttpConnection::Close);
  socket_.async_read_some(buffer_.prepare(kReadChunk),
                          [self = shared_from_this()](Error error, size_t n) {
                            self->Disarm();
                            if (error || self->state_ == State::kClosed) return self->Close();
                            self->buffer_.commit(n);
                            self->ReadHead();
                          });
}

void HttpConnection::ReadHead() {
  state_ = State::kReading;
  timed_out_ = false;
  Arm(options_.read_timeout, &HttpConnection::CancelRead);
  http::async_read_header(socket_, buffer_, *parser_,
                          [self = shared_from_this()](Error error, size_t) {
                            self->Disarm();
                            self->OnHead(error);
                          });
}

void HttpConnection::CancelRead() {
  timed_out_ = true;
  Error ignored;
  socket_.socket().cancel(ignored);
  // The read consists of many; one that has just succeeded is followed by another.
  Arm(kCancelAgain, &HttpConnection::CancelRead);
}

void HttpConnection::OnHead(Error error) {
  if (state_ == State::kClosed) return;
  if (error) {
    static const auto& http_errors = http::make_error_code(http::error::end_of_stream).category();
    if (timed_out_) return Fail(408, "", "The request did not arrive in time.");
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return Fail(431, "",
                  "The start line or the headers are longer than " +
                      std::to_string(options_.header_limit) + " bytes.");
    }
    if (error.category() != http_errors || error == http::error::end_of_stream ||
        error == http::error::partial_message) {
      return Close();
    }
    return Fail(400, "", "The request is not valid HTTP/1.1.");
  }
  if (!TakeHead()) return;
  const auto length = parser_->content_length();
  if (auto response = server_.handler.Refuse(head_)) {
    // The body is not read; only closing tells where the next request would begin.
    if (head_.has_body) keep_alive_ = false;
    return Write(*std::move(response));
  }
  if (const auto limit = server_.handler.StreamedBodyLimit(head_)) return BeginUpload(*limit);
  if (!head_.has_body) return Dispatch();
  if (length && *length > options_.body_limit) {
    return Fail(413, "body", "is larger than " + std::to_string(options_.body_limit) + " bytes");
  }
  if (!Reserve(length ? static_cast<size_t>(*length) : options_.body_limit)) return;
  AnswerExpectation(&HttpConnection::ReadBody);
}

// Takes room for a body out of the server's budget; answers and returns false when there is none.
bool HttpConnection::Reserve(size_t bytes) {
  if (server_.buffered.fetch_add(bytes) + bytes > options_.buffered_limit) {
    server_.buffered -= bytes;
    Fail(503, "", "The server holds as many requests as it can.");
    return false;
  }
  reserved_ = bytes;
  return true;
}

// Tells a client that asks before it sends its body to send it, and goes on.
void HttpConnection::AnswerExpectation(void (HttpConnection::*then)()) {
  const std::string_view expect = head_.Header("Expect");
  if (expect.empty() || http10_ || buffer_.size() > 0) return (this->*then)();
  if (!EqualsIgnoringCase(expect, "100-continue")) {
    return Fail(417, "", "The only expectation understood is 100-continue.");
  }
  out_ = "HTTP/1.1 100 Continue\r\n\r\n";
  Arm(options_.write_timeout, &HttpConnection::Close);
  net::async_write(socket_, net::buffer(out_),
                   [self = shared_from_this(), then](Error failed, size_t) {
                     self->Disarm();
                     if (failed) return self->Close();
                     ((*self).*then)();
                   });
}

// Copies the head out of the parser; answers and returns false when it has no meaning.
bool HttpConnection::TakeHead() {
  const auto& message = parser_->get();
  head_ = HttpRequestHead();
  head_.method = std::string(message.method_string());
  Error gone;
  if (const auto peer = socket_.socket().remote_endpoint(gone); !gone) {
    const auto address = peer.address();
    head_.peer = address.is_v6() && address.to_v6().is_v4_mapped()
                     ? net::ip::make_address_v4(net::ip::v4_mapped, address.to_v6()).to_string()
                     : address.to_string();
  }
  http10_ = message.version() == 10;
  is_head_ = head_.method == "HEAD";
  keep_alive_ = message.keep_alive();
  const auto length = parser_->content_length();
  head_.has_body = parser_->chunked() || (length && *length > 0);
  if (static_cast<size_t>(std::distance(message.begin(), message.end())) > options_.max_headers) {
    Fail(431, "", "There are more than " + std::to_string(options_.max_headers) + " headers.");
    return false;
  }
  for (const char* once : kOnce) {
    if (message.count(once) > 1) {
      Fail(400, once, "comes more than once");
      return false;
    }
  }
  for (const auto& field : message) {
    head_.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  std::string_view target(message.target().data(), message.target().size());
  // A proxy's form: `http://host/path` (RFC 9112, section 3.2.2).
  if (const size_t scheme = target.find("://");
      scheme != std::string_view::npos && target[0] != '/') {
    const size_t slash = target.find('/', scheme + 3);
    target = slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  if (target.empty() || (target[0] != '/' && target != "*")) {
    Fail(400, "", "The request target must be a path.");
    return false;
  }
  if (!http10_ && message.find(http::field::host) == message.end()) {
    Fail(400, "", "The Host header is missing.");
    return false;
  }
  const size_t mark = target.find('?');
  head_.path = std::string(target.substr(0, mark));
  if (mark != std::string_view::npos) head_.query = std::string(target.substr(mark + 1));
  return true;
}

void HttpConnection::ReadBody() {
  if (state_ == State::kClosed) return;
  parser_->body_limit(options_.body_limit);
  timed_out_ = false;
  Arm(options_.read_timeout, &HttpConnection::CancelRead);
  http::async_read(socket_, buffer_, *parser_, [self = shared_from_this()](Error error, size_t) {
    self->Disarm();
    self->OnBody(error);
  });
}

void HttpConnection::OnBody(Error error) {
  if (state_ == State::kClosed) return;
  if (!error) return Dispatch();
  if (timed_out_) return Fail(408, "body", "did not arrive in time");
  if (error == http::error::body_limit) {
    return Fail(413, "body", "is larger than " + std::to_string(options_.body_limit) + " bytes");
  }
  static const auto& http_errors = http::make_error_code(http::error::end_of_stream).category();
  if (error.category() == http_errors && error != http::error::partial_message) {
    return Fail(400, "body", "is not chunked as HTTP/1.1 asks");
  }
  Close();
}

std::shared_ptr<HttpResponder> HttpConnection::NewResponder() {
  return std::make_shared<Responder>(shared_from_this());
}

void HttpConnection::Dispatch() {
  state_ = State::kHandling;
  HttpRequest request{std::move(head_), std::move(parser_->get().body())};
  const auto responder = NewResponder();
  try {
    server_.handler.Handle(std::move(request), responder);
  } catch (const std::exception& error) {
    log::Error("handler_failed", {{"error", error.what()}});
    responder->Send(server_.handler.Unreadable(500, "", "The request was not answered."));
  }
}

// Answers a request that cannot be handled, and closes: where it ends is not known.
void HttpConnection::Fail(int status, const std::string& field, const std::string& detail) {
  keep_alive_ = false;
  Write(server_.handler.Unreadable(status, field, detail));
}

std::string HttpConnection::Head(int status, const std::vector<HttpHeader>& headers) const {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " ";
  head += ReasonPhrase(status);
  head += "\r\n";
  AppendHeader("Date", HttpDate(), &head);
  for (const HttpHeader& header : options_.headers) AppendHeader(header.name, header.value, &head);
  for (const HttpHeader& header : headers) AppendHeader(header.name, header.value, &head);
  if (!keep_alive_) {
    AppendHeader("Connection", "close", &head);
  } else if (http10_) {
    AppendHeader("Connection", "keep-alive", &head);
  }
  return head;
}

void HttpConnection::Write(HttpResponse response) {
  if (state_ == State::kClosed) return;
  state_ = State::kWriting;
  // Before the client can have the answer: its next request may count on the room.
  ReleaseBody();
  if (server_.stopping) keep_alive_ = false;
  response_ = std::move(response);
  const std::string& body = response_.shared_body ? *response_.shared_body : response_.body;
  out_ = Head(response_.status, response_.headers);
  if (!response_.content_type.empty()) AppendHeader("Content-Type", response_.content_type, &out_);
  const bool bodiless = response_.status == 204 || response_.status == 304;
  if (!bodiless) AppendHeader("Content-Length", std::to_string(body.size()), &out_);
  out_ += "\r\n";
  const std::array<net::const_buffer, 2> buffers = {
      net::buffer(out_), is_head_ || bodiless ? net::const_buffer() : net::buffer(body)};
  Arm(options_.write_timeout, &HttpConnection::Close);
  net::async_write(socket_, buffers, [self = shared_from_this()](Error error, size_t) {
    self->Disarm();
    self->OnWritten(error);
  });
}

void HttpConnection::OnWritten(Error error) {
  response_ = HttpResponse();
  if (error || state_ == State::kClosed) return Close();
  if (keep_alive_ && !server_.stopping) return ReadNext();
  Linger();
}

// Closing while the client still sends would throw away the answer it has not read yet (RFC 9112,
// section 9.6); so this end is shut, and what comes is read and forgotten for a while.
void HttpConnection::Linger() {
  state_ = State::kLingering;
  Arm(server_.stopping ? kStoppingLinger : options_.linger_timeout, &HttpConnection::Close);
  if (!socket_.is_secure()) return ShutAndLinger();
  // Tells that nothing was cut off, and waits for the other end to say so too, which one that still sends does not.
  socket_.async_say_goodbye([self = shared_from_this()](Error) {
    if (self->state_ == State::kLingering) self->ShutAndLinger();
  });
}

void HttpConnection::ShutAndLinger() {
  Error error;
  socket_.socket().shutdown(tcp::socket::shutdown_send, error);
  if (error) return Close();
  if (is_stream_) return;  // WatchInput reads already.
  buffer_.clear();
  LingerRead();
}

void HttpConnection::LingerRead() {
  // What comes is of no interest, encrypted or not.
  socket_.socket().async_read_some(
      buffer_.prepare(kReadChunk * 4), [self = shared_from_this()](Error error, size_t n) {
        self->lingered_ += n;
        if (error || self->state_ == State::kClosed || self->lingered_ > kLingerBytes)
          return self->Close();
        self->LingerRead();
      });
}

void HttpConnection::Close() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  Disarm();
  heartbeat_.cancel();
  Error ignored;
  socket_.socket().close(ignored);
  server_.Gone(this);
  if (const auto sink = std::exchange(sink_, nullptr)) sink->BreakOff();
  if (!is_stream_) return;
  --server_.streams;
  stream_over_ = true;
  if (auto closed = std::exchange(on_closed_, nullptr)) closed();
}

void HttpConnection::DrainNow() {
  switch (state_) {
    case State::kIdle:
    case State::kLingering:
      return Close();
    case State::kStreaming:
      if (auto closed = std::exchange(on_closed_, nullptr)) closed();
      return FinishStream();
    default:
      return;  // Write sees that the server stops.
  }
}

void HttpConnection::ReleaseBody() {
  server_.buffered -= reserved_;
  reserved_ = 0;
}

void HttpConnection::StreamHead(std::function<void()> on_closed) {
  if (state_ == State::kClosed) {
    if (on_closed) on_closed();
    return;
  }
  ReleaseBody();
  state_ = State::kStreaming;
  is_stream_ = true;
  keep_alive_ = false;
  on_closed_ = std::move(on_closed);
  ++server_.streams;
  queue_ = Head(200, {{"Content-Type", kEventStreamType},
                      {"Cache-Control", "no-store"},
                      {"X-Accel-Buffering", "no"}});  // nginx would hold events back.
  if (!http10_) AppendHeader("Transfer-Encoding", "chunked", &queue_);
  queue_ += "\r\n";
  Pump();
  Beat();
  buffer_.clear();
  WatchInput();
  if (server_.stopping) DrainNow();
}

bool HttpConnection::SendToStream(std::string frames) {
  if (stream_over_) return false;
  const size_t size = frames.size();
  if (queued_.fetch_add(size) + size > options_.stream_limit) {
    if (!stream_over_.exchange(true)) Cut();
    return false;
  }
  OnStrand([this, frames = std::move(frames)] {
    if (state_ != State::kStreaming || ending_) return;
    queue_ += http10_ ? frames : Chunk(frames);
    queue_events_ += frames.size();
    Pump();
  });
  return true;
}

void HttpConnection::Pump() {
  if (writing_) return;
  if (queue_.empty()) {
    if (ending_) Linger();
    return;
  }
  writing_ = true;
  out_ = std::exchange(queue_, "");
  const size_t events = std::exchange(queue_events_, 0);
  Arm(options_.write_timeout, &HttpConnection::Close);
  net::async_write(socket_, net::buffer(out_),
                   [self = shared_from_this(), events](Error error, size_t) {
                     self->Disarm();
                     self->writing_ = false;
                     self->queued_ -= events;
                     if (error || self->state_ != State::kStreaming) return self->Close();
                     self->Pump();
                   });
}

void HttpConnection::Beat() {
  heartbeat_.expires_after(absl::ToChronoNanoseconds(options_.heartbeat));
  heartbeat_.async_wait([self = shared_from_this()](Error error) {
    if (error || self->state_ != State::kStreaming || self->ending_) return;
    if (!self->writing_) {
      self->queue_ += self->http10_ ? kHeartbeat : Chunk(kHeartbeat);
      self->Pump();
    }
    self->Beat();
  });
}

// The only way to learn that a silent client has gone.
void HttpConnection::WatchInput() {
  socket_.async_read_some(buffer_.prepare(512), [self = shared_from_this()](Error error, size_t n) {
    self->lingered_ += n;
    if (error || self->state_ == State::kClosed || self->lingered_ > kStreamInput)
      return self->Close();
    self->WatchInput();
  });
}

void HttpConnection::FinishStream() {
  if (state_ != State::kStreaming || ending_) return;
  ending_ = true;
  stream_over_ = true;
  heartbeat_.cancel();
  if (!http10_) queue_ += "0\r\n\r\n";
  Pump();
}

}  // namespace avvik::gateway
