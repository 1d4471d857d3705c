#include "cli/local_server.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace avvik::cli {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int Listen(int* port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address = Loopback(*port);
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, plain, sizeof address) != 0 || listen(listener, 64) != 0) std::abort();
  socklen_t size = sizeof address;
  getsockname(listener, plain, &size);
  *port = ntohs(address.sin_port);
  return listener;
}

// Reads until `buffer` has `size` bytes, or a whole head when size is 0. False when the connection
// is closed.
bool Receive(int socket, std::string* buffer, size_t size) {
  while (size == 0 ? buffer->find("\r\n\r\n") == std::string::npos : buffer->size() < size) {
    char bytes[16 * 1024];
    const ssize_t count = recv(socket, bytes, sizeof bytes, 0);
    if (count <= 0) return false;
    buffer->append(bytes, static_cast<size_t>(count));
  }
  return true;
}

LocalRequest ReadHead(const std::string& head) {
  LocalRequest request;
  std::istringstream lines(head);
  lines >> request.method >> request.path;
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(tolower(c)); });
    request.headers[name] = line.substr(colon + 2, line.find('\r') - colon - 2);
  }
  return request;
}

}  // namespace

LocalServer::LocalServer(Handler handler) : handler_(std::move(handler)) { ComeBack(); }

void LocalServer::ComeBack() {
  listener_ = Listen(&port_);
  accepting_ = std::thread([this, listener = listener_] { Accept(listener); });
}

void LocalServer::GoAway() {
  if (listener_ < 0) return;
  shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  close(listener_);
  listener_ = -1;
  std::list<std::thread> serving;
  {
    std::lock_guard lock(mutex_);
    for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
    serving.swap(serving_);
  }
  for (std::thread& thread : serving) thread.join();
}

void LocalServer::Accept(int listener) {
  while (true) {
    const int socket = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    ++connections_;
    std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    serving_.emplace_back([this, socket] { Serve(socket); });
  }
}

void LocalServer::Serve(int socket) {
  const int yes = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  std::string buffer;
  while (Receive(socket, &buffer, 0)) {
    const size_t head = buffer.find("\r\n\r\n") + 4;
    LocalRequest request = ReadHead(buffer.substr(0, head));
    const auto length = request.headers.find("content-length");
    const size_t size =
        length == request.headers.end() ? 0 : std::strtoul(length->second.c_str(), nullptr, 10);
    if (size > 0 && !Receive(socket, &buffer, head + size)) break;
    request.body = buffer.substr(head, size);
    buffer.erase(0, head + size);
    most_at_once_ = std::max(most_at_once_.load(), ++at_once_);
    const LocalAnswer answer = handler_(request);
    --at_once_;
    if (answer.hang_up) break;
    const std::string text = "HTTP/1.1 " + std::to_string(answer.status) +
                             " -\r\nContent-Type: application/json\r\nContent-Length: " +
                             std::to_string(answer.body.size()) + "\r\n" + answer.headers + "\r\n" +
                             answer.body;
    if (send(socket, text.data(), text.size(), MSG_NOSIGNAL) < 0) break;
  }
  std::lock_guard lock(mutex_);
  sockets_.remove(socket);
  close(socket);
}

}  // namespace avvik::cli
