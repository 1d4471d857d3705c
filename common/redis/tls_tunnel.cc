#include "common/redis/tls_tunnel.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "common/log/log.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/tls/revocations.h"

namespace avvik::redis {
namespace {

namespace net = boost::asio;
using tcp = net::ip::tcp;
using Error = boost::system::error_code;

absl::Status Unavailable(const std::string& text) {
  return status::Error(absl::StatusCode::kUnavailable, "redis: " + text, "REDIS_UNAVAILABLE");
}

absl::Status Failed(const std::string& what, const Error& error) {
  return Unavailable(what + ": " + error.message());
}

// Sets what this end shows and whom it believes.
absl::Status Prepare(const tls::Files& files, net::ssl::context* context) {
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  context->set_verify_mode(net::ssl::verify_peer);
  Error error;
  context->load_verify_file(files.authority, error);
  if (error) return Failed("--tls-authority", error);
  context->use_certificate_chain_file(files.certificate, error);
  if (error) return Failed("--tls-certificate", error);
  context->use_private_key_file(files.key, net::ssl::context::pem, error);
  if (error) return Failed("--tls-key", error);
  return absl::OkStatus();
}

// The name or number that the server's certificate must have.
void Expect(const std::string& host, SSL* session) {
  X509_VERIFY_PARAM* rules = SSL_get0_param(session);
  Error is_name;
  net::ip::make_address(host, is_name);
  if (is_name) {
    SSL_set_tlsext_host_name(session, host.c_str());
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size());
  } else {
    X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str());
  }
}

absl::Status CheckNotRevoked(const tls::Files& files, SSL* session) {
  if (files.revoked.empty()) return absl::OkStatus();
  AVVIK_ASSIGN_OR_RETURN(const std::shared_ptr<tls::Revocations> revocations,
                         tls::Revocations::Load(files.revoked, files.authority, absl::ZeroDuration()));
  const std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(session),
                                                          &X509_free);
  if (shown == nullptr || revocations->Hold(shown.get())) {
    return Unavailable("the server's certificate is revoked");
  }
  return absl::OkStatus();
}

}  // namespace

// Everything runs on one thread: the opener's until the tunnel is open, then one of its own.
struct TlsTunnel::Parts {
  explicit Parts(net::ssl::context prepared)
      : context(std::move(prepared)), far_end(io, context), near_side(io) {}
  ~Parts() {
    io.stop();
    if (thread.joinable()) thread.join();
    if (near_end >= 0) close(near_end);
  }

  // Runs what was begun until `result` is there. False, with nothing left under way, when it is not there in
  // time.
  bool Await(const std::optional<Error>& result, absl::Time deadline) {
    io.restart();
    while (!result.has_value() && io.run_one_until(absl::ToChronoTime(deadline)) > 0) {
    }
    if (result.has_value()) return true;
    Close();
    io.restart();
    io.run();
    return false;
  }

  absl::Status Connect(const std::string& host, const std::string& port, const tls::Files& files,
                       absl::Time deadline) {
    Error error;
    tcp::resolver resolver(io);
    const auto places = resolver.resolve(host, port, error);
    if (error) return Failed("cannot resolve " + host, error);
    std::optional<Error> result;
    net::async_connect(far_end.next_layer(), places,
                       [&result](Error e, const tcp::endpoint&) { result = e; });
    if (!Await(result, deadline)) return Unavailable("no connection to " + host + " in time");
    if (*result) return Failed("no connection to " + host, *result);
    far_end.next_layer().set_option(tcp::no_delay(true), error);

    SSL* const session = far_end.native_handle();
    Expect(host, session);
    result.reset();
    far_end.async_handshake(net::ssl::stream_base::client, [&result](Error e) { result = e; });
    if (!Await(result, deadline)) return Unavailable(host + " does not answer by TLS in time");
    if (*result) {
      const long verdict = SSL_get_verify_result(session);
      if (verdict == X509_V_OK) return Failed("no TLS with " + host, *result);
      return Unavailable(host + " cannot prove who it is: " + X509_verify_cert_error_string(verdict));
    }
    return CheckNotRevoked(files, session);
  }

  absl::Status MakeEnds() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      return Unavailable("no socket is left");
    }
    near_end = ends[0];
    Error error;
    near_side.assign(net::local::stream_protocol(), ends[1], error);
    if (error) close(ends[1]);
    return error ? Failed("no socket", error) : absl::OkStatus();
  }

  void Run() {
    try {
      io.restart();
      Send();
      Receive();
      io.run();
    } catch (const std::exception& error) {
      // Such as no memory: the connection is lost.
      log::Error("redis_tunnel_failed", {{"error", error.what()}});
      Close();
    }
  }

  // From the client to Redis, a piece after the other.
  void Send() {
    near_side.async_read_some(net::buffer(out), [this](Error error, size_t size) {
      if (error) return Close();
      net::async_write(far_end, net::buffer(out.data(), size), [this](Error failed, size_t) {
        if (failed) return Close();
        Send();
      });
    });
  }

  // And back.
  void Receive() {
    far_end.async_read_some(net::buffer(in), [this](Error error, size_t size) {
      if (error) return Close();
      net::async_write(near_side, net::buffer(in.data(), size), [this](Error failed, size_t) {
        if (failed) return Close();
        Receive();
      });
    });
  }

  void Close() {
    Error ignored;
    near_side.close(ignored);
    far_end.next_layer().close(ignored);
  }

  net::io_context io{1};
  net::ssl::context context;
  net::ssl::stream<tcp::socket> far_end;
  net::local::stream_protocol::socket near_side;  // Our side of the client's socket.
  int near_end = -1;
  std::array<char, 16 << 10> out;
  std::array<char, 16 << 10> in;
  std::thread thread;
};

absl::StatusOr<std::unique_ptr<TlsTunnel>> TlsTunnel::Open(const std::string& host,
                                                           const std::string& port,
                                                           const tls::Files& files,
                                                           absl::Duration timeout) {
  net::ssl::context context(net::ssl::context::tls_client);
  AVVIK_RETURN_IF_ERROR(Prepare(files, &context));
  auto parts = std::make_unique<Parts>(std::move(context));
  AVVIK_RETURN_IF_ERROR(parts->Connect(host, port, files, absl::Now() + timeout));
  AVVIK_RETURN_IF_ERROR(parts->MakeEnds());
  parts->thread = std::thread([open = parts.get()] { open->Run(); });
  return std::unique_ptr<TlsTunnel>(new TlsTunnel(std::move(parts)));
}

TlsTunnel::TlsTunnel(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

TlsTunnel::~TlsTunnel() = default;

int TlsTunnel::TakeNearEnd() { return std::exchange(parts_->near_end, -1); }

}  // namespace avvik::redis
