// HTTP/1.1 over TCP (RFC 9112), by TLS but on loopback, with every limit that a server open to the world needs.
// This header keeps Boost out of the rest of the program.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/process/runnable.h"
#include "services/gateway/http_message.h"

namespace avvik::gateway {

struct HttpServerOptions {
  std::string address;  // `host:port`, `[v6]:port`; port 0 chooses a free one.
  // Files in PEM form; both may be one. Empty: without TLS, on loopback only.
  std::string certificate;
  std::string key;
  // How often they are looked at for a change.
  absl::Duration reload = absl::Seconds(10);
  int threads = 2;
  // Connections beyond it are answered 503 and closed.
  int max_connections = 1024;
  // Longest start line and longest set of headers, in bytes; beyond it 431.
  size_t header_limit = 16 << 10;
  // Most headers; beyond it 431.
  size_t max_headers = 100;
  // Longest body, in bytes; beyond it 413.
  size_t body_limit = 1 << 20;
  // Bodies that are held at one time, in bytes; beyond it 503.
  size_t buffered_limit = 64 << 20;
  // A head must be whole within this time, then a body within the same again; otherwise 408.
  absl::Duration read_timeout = absl::Seconds(30);
  // A body that is taken piece by piece: each piece (64 KiB) must arrive within `read_timeout`, all of it
  // within this time; otherwise 408.
  absl::Duration upload_timeout = absl::Minutes(10);
  // How long a connection may be kept without a request.
  absl::Duration idle_timeout = absl::Seconds(60);
  // A client that takes nothing for so long is cut off.
  absl::Duration write_timeout = absl::Seconds(30);
  // How long a client that still sends is listened to after the last answer, so that it can read
  // it.
  absl::Duration linger_timeout = absl::Seconds(10);
  // Pause between the comments that keep a stream of events alive.
  absl::Duration heartbeat = absl::Seconds(15);
  // Events waiting for one client, in bytes; beyond it the client is cut off.
  size_t stream_limit = 256 << 10;
  // Stop waits so long for requests under way.
  absl::Duration drain = absl::Seconds(10);
  // Sent with every answer.
  std::vector<HttpHeader> headers;
};

struct HttpServerCore;

// Thread-safe. Requests of one connection are answered one after the other, in order.
class HttpServer final : public process::Runnable {
 public:
  // `handler` must outlive the server. Every HttpResponder and EventStream given out must be
  // destroyed before the server is.
  HttpServer(HttpServerOptions options, HttpHandler& handler);
  ~HttpServer() override;

  // INVALID_ARGUMENT for an address that cannot be read or is on a network without TLS, and for a certificate that
  // is of no use; UNAVAILABLE when it cannot be listened at.
  absl::Status Start() override;

  // Takes no more connections, closes idle ones, ends streams, lets requests under way finish for
  // the drain time, and cuts off the rest.
  void Stop() override;

  int port() const;         // The port listened at; after Start.
  int connections() const;  // Open now.
  int streams() const;      // Streams of events among them.

 private:
  std::unique_ptr<HttpServerCore> core_;
};

}  // namespace avvik::gateway
