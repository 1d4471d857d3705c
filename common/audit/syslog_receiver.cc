#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "common/audit/log_receiver.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::audit {
namespace {

// How long the receiver may keep silent, in seconds; stopping a service waits as long.
constexpr time_t kPatience = 5;

struct Free {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* connection) const { SSL_free(connection); }
  void operator()(addrinfo* addresses) const { freeaddrinfo(addresses); }
};

class Socket {
 public:
  explicit Socket(int number) : number_(number) {}
  Socket(Socket&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (number_ >= 0) close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

absl::Status Wrong(const std::string& text) { return absl::InvalidArgumentError(text); }

absl::Status Away(const std::string& text) {
  return status::Error(absl::StatusCode::kUnavailable, text, "RECEIVER_AWAY");
}

// What OpenSSL or the system has to say.
std::string Said() {
  const unsigned long code = ERR_peek_last_error();
  if (code == 0) return std::strerror(errno);
  const char* reason = ERR_reason_error_string(code);
  return reason == nullptr ? "TLS error" : reason;
}

class SyslogReceiver final : public LogReceiver {
 public:
  SyslogReceiver(std::unique_ptr<SSL_CTX, Free> context, std::string host, std::string port,
                 bool plain_end)
      : context_(std::move(context)),
        host_(std::move(host)),
        port_(std::move(port)),
        plain_end_(plain_end) {}

  absl::Status Send(std::span<const std::string> messages) override {
    if (messages.empty()) return absl::OkStatus();
    AVVIK_ASSIGN_OR_RETURN(const Socket socket, Connect());
    ERR_clear_error();
    const std::unique_ptr<SSL, Free> tls(SSL_new(context_.get()));
    if (tls == nullptr || SSL_set_fd(tls.get(), socket.number()) != 1 || !ExpectName(tls.get())) {
      return Away("cannot begin TLS: " + Said());
    }
    if (SSL_connect(tls.get()) != 1) {
      const long verified = SSL_get_verify_result(tls.get());
      return Away(Name() + " is not talked to: " +
                  (verified == X509_V_OK ? Said() : X509_verify_cert_error_string(verified)));
    }
    std::string framed;
    for (const std::string& message : messages) {
      framed += std::to_string(message.size()) + " " + message;
    }
    size_t written = 0;
    if (SSL_write_ex(tls.get(), framed.data(), framed.size(), &written) != 1) {
      return Away(Name() + " does not take what is sent: " + Said());
    }
    return End(tls.get());
  }

 private:
  std::string Name() const { return host_ + ":" + port_; }

  absl::StatusOr<Socket> Connect() const {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int error = getaddrinfo(host_.c_str(), port_.c_str(), &hints, &found); error != 0) {
      return Away(Name() + " is not found: " + gai_strerror(error));
    }
    const std::unique_ptr<addrinfo, Free> addresses(found);
    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
      Socket socket(::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol));
      if (socket.number() < 0) continue;
      const timeval patience{kPatience, 0};
      setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
      setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      if (connect(socket.number(), at->ai_addr, at->ai_addrlen) == 0) return socket;
    }
    return Away(Name() + " cannot be reached: " + std::strerror(errno));
  }

  bool ExpectName(SSL* tls) const {
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host_.c_str()) == 1) return true;
    ERR_clear_error();
    return SSL_set1_host(tls, host_.c_str()) == 1 && SSL_set_tlsext_host_name(tls, host_.c_str()) == 1;
  }

  // Says goodbye and waits for the receiver's. Whoever dies before it has read everything says none: the kernel
  // breaks the connection off, or just ends it.
  absl::Status End(SSL* tls) const {
    if (SSL_shutdown(tls) < 0) return Away(Name() + " broke off: " + Said());
    char rest[256];
    size_t read = 0;
    while (SSL_read_ex(tls, rest, sizeof rest, &read) == 1) continue;
    const int error = SSL_get_error(tls, 0);
    if (error == SSL_ERROR_ZERO_RETURN) return absl::OkStatus();
    if (plain_end_ && error == SSL_ERROR_SSL &&
        ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
      return absl::OkStatus();
    }
    return Away(Name() + " did not say that it has read everything: " + Said());
  }

  const std::unique_ptr<SSL_CTX, Free> context_;
  const std::string host_;
  const std::string port_;
  const bool plain_end_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<LogReceiver>> MakeSyslogReceiver(const SyslogSettings& settings) {
  const size_t colon = settings.address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == settings.address.size()) {
    return Wrong("--syslog must be host:port, not " + settings.address);
  }
  std::string host = settings.address.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  ERR_clear_error();
  std::unique_ptr<SSL_CTX, Free> context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) {
    return absl::InternalError("cannot begin TLS: " + Said());
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (settings.authority.empty() ? SSL_CTX_set_default_verify_paths(context.get()) != 1
                                 : SSL_CTX_load_verify_file(context.get(), settings.authority.c_str()) != 1) {
    return Wrong("--syslog-ca " + settings.authority + " cannot be read: " + Said());
  }
  if (!settings.certificate.empty() &&
      (SSL_CTX_use_certificate_chain_file(context.get(), settings.certificate.c_str()) != 1 ||
       SSL_CTX_use_PrivateKey_file(context.get(), settings.key.c_str(), SSL_FILETYPE_PEM) != 1)) {
    return Wrong("the certificate for --syslog cannot be read: " + Said());
  }
  return std::unique_ptr<LogReceiver>(std::make_unique<SyslogReceiver>(
      std::move(context), std::move(host), settings.address.substr(colon + 1), settings.plain_end));
}

}  // namespace avvik::audit
