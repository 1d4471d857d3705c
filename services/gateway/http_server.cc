#include "services/gateway/http_server.h"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <exception>

#include "common/log/log.h"
#include "services/gateway/http_connection.h"

namespace avvik::gateway {
namespace {

namespace net = boost::asio;
using tcp = net::ip::tcp;
using Error = boost::system::error_code;

// Connections beyond the limit that are still told so; more are closed without a word.
constexpr int kRefusedConnections = 64;
// Cutting connections off is a matter of a moment.
constexpr absl::Duration kCutTime = absl::Seconds(1);
// How long accepting pauses after it failed.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

}  // namespace

absl::Status HttpServerCore::Listen() {
  const size_t colon = options.address.rfind(':');
  if (colon == std::string::npos) {
    return absl::InvalidArgumentError("the address must be host:port, not " + options.address);
  }
  std::string host = options.address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  Error error;
  tcp::resolver resolver(io);
  const auto found =
      resolver.resolve(host, options.address.substr(colon + 1), tcp::resolver::passive, error);
  if (error || found.empty()) {
    return absl::InvalidArgumentError("cannot resolve " + options.address + ": " + error.message());
  }
  const tcp::endpoint endpoint = found.begin()->endpoint();
  if (options.certificate.empty() && !endpoint.address().is_loopback()) {
    return absl::InvalidArgumentError(options.address + " is on a network, and there is no certificate");
  }
  if (!options.certificate.empty()) {
    auto loaded = HttpCertificate::Load(options.certificate, options.key, options.reload);
    if (!loaded.ok()) return loaded.status();
    certificate = *std::move(loaded);
  }
  acceptor.emplace(net::make_strand(io));
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(net::socket_base::reuse_address(true), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(net::socket_base::max_listen_connections, error);
  if (error) {
    acceptor.reset();
    return absl::UnavailableError("cannot listen at " + options.address + ": " + error.message());
  }
  port = acceptor->local_endpoint().port();
  return absl::OkStatus();
}

void HttpServerCore::Accept() {
  acceptor->async_accept(net::make_strand(io), [this](Error error, tcp::socket socket) {
    if (stopping || error == net::error::operation_aborted) return;
    if (error) {
      // Mostly: no file descriptor is left. Trying again at once would only burn time.
      log::Warning("accept_failed", {{"error", error.message()}});
      accept_pause->expires_after(kAcceptPause);
      accept_pause->async_wait([this](Error cancelled) {
        if (!cancelled) Accept();
      });
      return;
    }
    Admit(std::move(socket));
    Accept();
  });
}

void HttpServerCore::Admit(tcp::socket socket) {
  Error ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  auto connection = std::make_shared<HttpConnection>(
      std::move(socket), certificate == nullptr ? nullptr : certificate->Current(), *this);
  int open;
  {
    std::lock_guard lock(mutex);
    open = static_cast<int>(connections.size());
    connections.insert(connection.get());
  }
  if (open < options.max_connections) {
    connection->Serve();
  } else if (open < options.max_connections + kRefusedConnections) {
    connection->RefuseForRoom();
  }
}

void HttpServerCore::Run() {
  for (;;) {
    try {
      io.run();
      return;
    } catch (const std::exception& error) {
      // Such as no memory: one connection is lost, the others go on.
      log::Error("http_thread_failed", {{"error", error.what()}});
    }
  }
}

void HttpServerCore::Gone(HttpConnection* connection) {
  std::lock_guard lock(mutex);
  connections.erase(connection);
  if (connections.empty()) changed.notify_all();
}

std::vector<std::shared_ptr<HttpConnection>> HttpServerCore::Connections() {
  std::lock_guard lock(mutex);
  std::vector<std::shared_ptr<HttpConnection>> alive;
  for (HttpConnection* connection : connections) {
    if (auto shared = connection->weak_from_this().lock()) alive.push_back(std::move(shared));
  }
  return alive;
}

HttpServer::HttpServer(HttpServerOptions options, HttpHandler& handler)
    : core_(std::make_unique<HttpServerCore>(std::move(options), handler)) {}

HttpServer::~HttpServer() { Stop(); }

absl::Status HttpServer::Start() {
  if (absl::Status status = core_->Listen(); !status.ok()) return status;
  core_->work.emplace(core_->io.get_executor());
  core_->accept_pause.emplace(core_->acceptor->get_executor());
  core_->Accept();
  for (int i = 0; i < core_->options.threads; ++i) {
    core_->threads.emplace_back([core = core_.get()] { core->Run(); });
  }
  log::Info("listening", {{"address", core_->options.address}, {"port", core_->port}});
  return absl::OkStatus();
}

void HttpServer::Stop() {
  if (core_->threads.empty()) return;
  core_->stopping = true;
  net::post(core_->acceptor->get_executor(), [core = core_.get()] {
    Error ignored;
    core->acceptor->close(ignored);
    core->accept_pause->cancel();
  });
  for (const auto& connection : core_->Connections()) connection->Drain();
  const auto wait_for_all = [this](absl::Duration longest) {
    std::unique_lock lock(core_->mutex);
    return core_->changed.wait_for(lock, absl::ToChronoNanoseconds(longest),
                                   [this] { return core_->connections.empty(); });
  };
  if (!wait_for_all(core_->options.drain)) {
    const auto left = core_->Connections();
    log::Warning("connections_cut", {{"count", left.size()}});
    for (const auto& connection : left) connection->Cut();
    wait_for_all(kCutTime);
  }
  core_->work.reset();
  core_->io.stop();
  for (std::thread& thread : core_->threads) thread.join();
  core_->threads.clear();
}

int HttpServer::port() const { return core_->port; }

int HttpServer::connections() const {
  std::lock_guard lock(core_->mutex);
  return static_cast<int>(core_->connections.size());
}

int HttpServer::streams() const { return core_->streams; }

}  // namespace avvik::gateway
