// HTTP as the gateway's own code sees it: a request with its head, an answer, and a stream of
// events. The transport (http_server) is the only code that knows more.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace avvik::gateway {

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpRequestHead {
  std::string method;  // Upper case as sent, such as `GET`.
  std::string path;    // Of the target, still percent-encoded: `/v1/cases/AVV-2026-000001`.
  std::string query;   // Behind the `?`, still encoded; empty when there is none.
  std::vector<HttpHeader> headers;
  bool has_body = false;  // Whether a body of at least one byte or of unknown length follows.
  std::string peer;       // Network address of whoever is connected; empty when it has gone.

  // The first header of that name, whatever its case; empty when there is none.
  std::string_view Header(std::string_view name) const;
};

// The address of the client behind `proxies` reverse proxies, the last of which is the peer: what the first
// of them wrote into X-Forwarded-For. Anything further left is the client's own word and not heeded. The
// outermost address known when there are fewer.
std::string ClientAddress(const HttpRequestHead& head, int proxies);

struct HttpRequest {
  HttpRequestHead head;
  std::string body;
};

struct HttpResponse {
  int status = 200;
  std::string content_type;  // Empty: no Content-Type, for answers without a body.
  std::string body;
  // Used instead of `body` when set: content that many answers share.
  std::shared_ptr<const std::string> shared_body;
  std::vector<HttpHeader> headers;
};

// An answer of server-sent events (HTML standard, section 9.2). Thread-safe. Destroying it ends the
// answer.
class EventStream {
 public:
  virtual ~EventStream() = default;

  // Queues whole frames as they go over the wire, such as `data: x\n\n`. False when the stream has
  // ended or was just cut because the client reads too slowly; `on_closed` follows in the second
  // case.
  virtual bool Send(std::string frames) = 0;
};

// An answer whose body is given piece by piece. Thread-safe. Destroying it ends the answer; before all of
// the announced length was written, the connection is cut, so that the client sees that it is not whole.
class BodyStream {
 public:
  virtual ~BodyStream() = default;

  // Writes the next piece. `written` is called once, from any thread, with whether the client took it; only
  // then may the next come.
  virtual void Write(std::string piece, std::function<void(bool)> written) = 0;
};

// Takes a body piece by piece, as it arrives. Called by one thread at a time.
class BodySink {
 public:
  virtual ~BodySink() = default;

  // Takes the next piece. `more` asks for the one after it, once, from any thread; never when the request has
  // been answered meanwhile.
  virtual void Take(std::string piece, std::function<void()> more) = 0;
  // The body was whole.
  virtual void End() = 0;
  // The body will never be whole; no answer is awaited any more.
  virtual void BreakOff() = 0;
};

// The one answer to one request. Thread-safe, may be used after the client has gone. When it is
// destroyed without an answer, the client gets 500.
class HttpResponder {
 public:
  virtual ~HttpResponder() = default;

  // Answers. The second call and later ones do nothing.
  virtual void Send(HttpResponse response) = 0;

  // Answers 200 with a stream. `on_closed` is called once, from any thread, when the client goes
  // away or the server stops; not when the stream is destroyed first. Null when there has been an
  // answer.
  virtual std::unique_ptr<EventStream> StartEvents(std::function<void()> on_closed) = 0;

  // Answers with the status, type and headers of `head` and a body of `size` bytes, at least one, given piece
  // by piece. Null when there has been an answer.
  virtual std::unique_ptr<BodyStream> StartBody(HttpResponse head, uint64_t size) = 0;
};

// What answers requests. Called from several threads at once; must not block.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  // Looks at the head before the body is read. An answer here means that the body is not wanted.
  virtual std::optional<HttpResponse> Refuse(const HttpRequestHead& head) = 0;

  // How many bytes the body may have when it is taken piece by piece; nothing when it is wanted whole. Asked
  // about requests that were not refused.
  virtual std::optional<uint64_t> StreamedBodyLimit(const HttpRequestHead& head) {
    (void)head;
    return std::nullopt;
  }

  // Takes the body of such a request; null when it was answered already.
  virtual std::shared_ptr<BodySink> HandleStreamed(HttpRequestHead head,
                                                   std::shared_ptr<HttpResponder> responder) {
    (void)head;
    (void)responder;
    return nullptr;
  }

  // Answers a whole request, now or later.
  virtual void Handle(HttpRequest request, std::shared_ptr<HttpResponder> responder) = 0;

  // Makes the answer to a request that never became whole: too large, too slow, not HTTP; or that
  // the server has no room for. `field` is the part at fault, such as `body`; may be empty.
  virtual HttpResponse Unreadable(int status, const std::string& field,
                                  const std::string& detail) = 0;
};

// Whether two header names or tokens are the same, whatever their case.
bool EqualsIgnoringCase(std::string_view a, std::string_view b);

// Whether a method is one of those that HTTP/1.1 servers know (RFC 9110 and 5789, without CONNECT
// and TRACE).
bool IsKnownMethod(std::string_view method);

// The standard's phrase for a status code, such as "Not Found".
std::string_view ReasonPhrase(int status);

}  // namespace avvik::gateway
