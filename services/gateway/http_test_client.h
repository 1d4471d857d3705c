// A blocking HTTP client for tests, which can also misbehave: it sends exactly the bytes it is
// given. By TLS where it is told so; it then believes everybody.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace avvik::gateway {

struct TestResponse {
  int status = 0;  // 0 when no answer came.
  std::map<std::string, std::string> headers;
  std::string body;
};

class HttpTestClient {
 public:
  // Whether clients made from now on speak TLS.
  static inline bool speaks_tls = false;

  explicit HttpTestClient(int port, int receive_buffer = 0)
      : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) {
      setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    const timeval limit{.tv_sec = 10, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    if (connected_ && speaks_tls) BeginTls();
  }
  ~HttpTestClient() { Close(); }
  HttpTestClient(const HttpTestClient&) = delete;
  HttpTestClient& operator=(const HttpTestClient&) = delete;

  bool connected() const { return connected_; }

  void Close() {
    if (socket_ >= 0) close(std::exchange(socket_, -1));
  }

  // False when the server does not take all of it.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = tls_ ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                             : send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
  }

  // Everything up to and including `end`; what there was when the server closes or is silent for 10
  // s.
  std::string ReadUntil(std::string_view end) {
    while (buffer_.find(end) == std::string::npos) {
      if (!Fill()) return std::exchange(buffer_, "");
    }
    const size_t size = buffer_.find(end) + end.size();
    std::string text = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return text;
  }

  // The next answer. With `head_only`, one whose body is announced but not sent.
  TestResponse Read(bool head_only = false) {
    TestResponse response;
    std::string head = ReadUntil("\r\n\r\n");
    if (head.size() < 12) return response;
    response.status = std::stoi(head.substr(9, 3));
    size_t line = head.find("\r\n") + 2;
    for (size_t end; (end = head.find("\r\n", line)) != std::string::npos && end > line;
         line = end + 2) {
      const size_t colon = head.find(": ", line);
      response.headers[head.substr(line, colon - line)] = head.substr(colon + 2, end - colon - 2);
    }
    if (head_only || response.headers.count("Content-Length") == 0) return response;
    const size_t length = std::stoul(response.headers["Content-Length"]);
    while (buffer_.size() < length && Fill()) {
    }
    response.body = buffer_.substr(0, length);
    buffer_.erase(0, response.body.size());
    return response;
  }

  // Whether the server closes, without another byte, within 10 s.
  bool AtEnd() { return buffer_.empty() && !Fill() && !timed_out_; }

  // The serial number of the certificate that the server showed.
  long certificate() const {
    const std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(tls_.get()),
                                                            &X509_free);
    return shown ? static_cast<long>(X509_issuer_and_serial_hash(shown.get())) : 0;
  }

 private:
  void BeginTls() {
    std::signal(SIGPIPE, SIG_IGN);
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                    &SSL_CTX_free);
    tls_.reset(SSL_new(context.get()));
    SSL_set_fd(tls_.get(), socket_);
    SSL_connect(tls_.get());
  }
  bool Fill() {
    char bytes[16384];
    const ssize_t n =
        tls_ ? SSL_read(tls_.get(), bytes, sizeof bytes) : recv(socket_, bytes, sizeof bytes, 0);
    timed_out_ = n < 0 && (tls_ ? SSL_get_error(tls_.get(), static_cast<int>(n)) == SSL_ERROR_WANT_READ
                                : errno == EAGAIN || errno == EWOULDBLOCK);
    if (n <= 0) return false;
    buffer_.append(bytes, static_cast<size_t>(n));
    return true;
  }

  int socket_;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_{nullptr, &SSL_free};
  bool connected_ = false;
  bool timed_out_ = false;
  std::string buffer_;
};

}  // namespace avvik::gateway
