#include "tests/support/tls_redis.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <utility>
#include <vector>

#include "absl/time/clock.h"

extern char** environ;

namespace avvik::testing {
namespace {

constexpr char kPassword[] = "for tests";

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int FreePort() {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  bind(probe, reinterpret_cast<sockaddr*>(&address), sizeof address);
  getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
  close(probe);
  return ntohs(address.sin_port);
}

bool Listens(int port) {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  const bool taken =
      connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(probe);
  return taken;
}

}  // namespace

TlsRedis::TlsRedis(const rpc::TransportSettings& certificate)
    : certificate_(certificate), port_(FreePort()) {
  // As every service does: hiredis writes to connections whose other end is gone.
  std::signal(SIGPIPE, SIG_IGN);
  std::string folder = std::filesystem::temp_directory_path() / "avvik-redis-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) std::exit(2);
  folder_ = folder;
  std::ofstream(folder_ + "/redis.conf")
      << "port 0\ntls-port " << port_ << "\nbind 127.0.0.1\ntls-auth-clients yes\ndir " << folder_
      << "\ntls-cert-file " << certificate_.certificate << "\ntls-key-file " << certificate_.key
      << "\ntls-ca-cert-file " << certificate_.authority
      << "\nsave \"\"\nuser default off\nuser test on \">" << kPassword
      << "\" allkeys allchannels +@all\n";
  Start();
}

TlsRedis::~TlsRedis() {
  Stop();
  std::filesystem::remove_all(folder_);
}

redis::Server TlsRedis::Seen(const rpc::TransportSettings& certificate,
                             const std::string& host) const {
  return {.address = "rediss://" + host + ":" + std::to_string(port_),
          .user = "test",
          .password = kPassword,
          .tls = certificate.files()};
}

void TlsRedis::Stop() {
  if (process_ < 0) return;
  kill(process_, SIGKILL);
  waitpid(std::exchange(process_, -1), nullptr, 0);
}

void TlsRedis::Start() {
  std::string program = "redis-server", settings = folder_ + "/redis.conf";
  std::vector<char*> arguments = {program.data(), settings.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  const int failed =
      posix_spawnp(&process_, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  const absl::Time patience = absl::Now() + absl::Seconds(20);
  while (failed == 0 && absl::Now() < patience) {
    if (Listens(port_)) return;
    absl::SleepFor(absl::Milliseconds(10));
  }
  std::cerr << "redis-server does not start\n";
  std::exit(2);
}

void TlsRedis::Freeze() const { kill(process_, SIGSTOP); }
void TlsRedis::Thaw() const { kill(process_, SIGCONT); }

}  // namespace avvik::testing
