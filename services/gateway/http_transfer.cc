// Bodies that go through piece by piece, in both directions: how HttpConnection never holds more than
// one piece of a file.
#include <algorithm>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <exception>

#include "common/log/log.h"
#include "services/gateway/http_connection.h"

namespace avvik::gateway {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using Error = boost::system::error_code;

constexpr size_t kPieceBytes = 64 << 10;
// What an upload holds: the piece that is read and the one that is passed on.
constexpr size_t kUploadBytes = 2 * kPieceBytes;

}  // namespace

void HttpConnection::BeginUpload(uint64_t limit) {
  upload_limit_ = limit;
  const auto length = parser_->content_length();
  if (length && *length > limit) {
    return Fail(413, "body", "is larger than " + std::to_string(limit) + " bytes");
  }
  if (!Reserve(kUploadBytes)) return;
  AnswerExpectation(&HttpConnection::TakeUpload);
}

void HttpConnection::TakeUpload() {
  if (state_ == State::kClosed) return;
  state_ = State::kUploading;
  upload_end_ = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(options_.upload_timeout);
  const bool empty = !head_.has_body;
  const auto responder = NewResponder();
  try {
    sink_ = server_.handler.HandleStreamed(std::move(head_), responder);
  } catch (const std::exception& error) {
    log::Error("handler_failed", {{"error", error.what()}});
    responder->Send(server_.handler.Unreadable(500, "", "The request was not answered."));
  }
  if (sink_ == nullptr || state_ != State::kUploading) return;
  if (empty) {
    state_ = State::kHandling;
    return std::exchange(sink_, nullptr)->End();
  }
  upload_.emplace(std::move(*parser_));
  upload_->body_limit(upload_limit_);
  ReadPiece();
}

void HttpConnection::ReadPiece() {
  piece_.resize(kPieceBytes);
  upload_->get().body().data = piece_.data();
  upload_->get().body().size = piece_.size();
  timed_out_ = false;
  reading_piece_ = true;
  const auto left = absl::FromChrono(upload_end_ - std::chrono::steady_clock::now());
  Arm(std::clamp(left, absl::ZeroDuration(), options_.read_timeout), &HttpConnection::CancelRead);
  http::async_read(socket_, buffer_, *upload_, [self = shared_from_this()](Error error, size_t) {
    self->Disarm();
    self->reading_piece_ = false;
    self->OnPiece(error);
  });
}

void HttpConnection::OnPiece(Error error) {
  if (state_ == State::kClosed) return;
  if (early_answer_) return Answer(*std::exchange(early_answer_, std::nullopt));
  // The piece is full.
  if (error == http::error::need_buffer) error = {};
  if (error) return FailUpload(error);
  piece_.resize(kPieceBytes - upload_->get().body().size);
  const auto go_on = [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->OnStrand([connection = self.get()] {
      if (connection->state_ != State::kUploading) return;
      if (!connection->upload_->is_done()) return connection->ReadPiece();
      connection->state_ = State::kHandling;
      connection->upload_.reset();
      std::exchange(connection->sink_, nullptr)->End();
    });
  };
  if (piece_.empty()) return go_on();
  sink_->Take(std::exchange(piece_, ""), go_on);
}

void HttpConnection::FailUpload(Error error) {
  const auto sink = std::exchange(sink_, nullptr);
  sink->BreakOff();
  static const auto& http_errors = http::make_error_code(http::error::end_of_stream).category();
  if (timed_out_) return Fail(408, "body", "did not arrive in time");
  if (error == http::error::body_limit) {
    return Fail(413, "body", "is larger than " + std::to_string(upload_limit_) + " bytes");
  }
  if (error.category() == http_errors && error != http::error::partial_message) {
    return Fail(400, "body", "is not chunked as HTTP/1.1 asks");
  }
  Close();
}

void HttpConnection::Answer(HttpResponse response) {
  if (state_ == State::kUploading) {
    // The rest of the body is not wanted; only closing tells where the next request would begin.
    keep_alive_ = false;
    if (reading_piece_) {
      early_answer_ = std::move(response);
      return CancelRead();
    }
    sink_.reset();
    return Write(std::move(response));
  }
  // What comes after an upload has failed answers nobody.
  if (state_ == State::kHandling) Write(std::move(response));
}

void HttpConnection::BodyHead(HttpResponse head, uint64_t size) {
  if (state_ != State::kHandling) return;
  state_ = State::kSending;
  if (server_.stopping) keep_alive_ = false;
  ReleaseBody();
  body_left_ = size;
  // Goes out with the first piece.
  head.headers.push_back({"Content-Type", head.content_type});
  head.headers.push_back({"Content-Length", std::to_string(size)});
  out_ = Head(head.status, head.headers) + "\r\n";
}

void HttpConnection::WritePiece(std::string piece, std::function<void(bool)> written) {
  if (state_ != State::kSending || piece.size() > body_left_) return written(false);
  body_left_ -= piece.size();
  out_ += piece;
  Arm(options_.write_timeout, &HttpConnection::Close);
  net::async_write(socket_, net::buffer(out_),
                   [self = shared_from_this(), written = std::move(written)](Error error, size_t) {
                     self->Disarm();
                     self->out_.clear();
                     const bool gone = error || self->state_ != State::kSending;
                     if (gone) self->Close();
                     written(!gone);
                   });
}

void HttpConnection::FinishBody() {
  if (state_ != State::kSending) return;
  if (body_left_ > 0) return Close();
  OnWritten({});
}

}  // namespace avvik::gateway
