// Revoked certificates of servers that we call: OpenSSL's own server, which sends its authority's proof along.
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
#include <vector>

#include "absl/time/clock.h"
#include "common/http_client/curl_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/certificates.h"
#include "tests/support/status_matchers.h"

extern char** environ;

namespace avvik::http_client {
namespace {

using avvik::testing::TestAuthority;
using ::testing::HasSubstr;

constexpr char kNames[] = "IP:127.0.0.1";

// Answers over TLS; `proof` is a file, or empty.
class TlsServer {
 public:
  TlsServer(const std::string& certificate, const std::string& proof) : port_(FreePort()) {
    std::vector<std::string> words = {"openssl", "s_server", "-accept", "127.0.0.1:" + std::to_string(port_),
                                      "-cert", certificate, "-key", certificate, "-www", "-quiet"};
    if (!proof.empty()) words.insert(words.end(), {"-status_file", proof});
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (const int output : {STDOUT_FILENO, STDERR_FILENO}) {
      posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0);
    }
    EXPECT_EQ(posix_spawnp(&process_, "openssl", &actions, nullptr, arguments.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
  }
  ~TlsServer() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }

  // What comes of asking it, once it listens.
  absl::Status Ask(const std::string& authority) const {
    CurlClient client(authority);
    Request request;
    request.url = "https://127.0.0.1:" + std::to_string(port_) + "/";
    absl::Status status;
    const absl::Time patience = absl::Now() + absl::Seconds(20);
    do {
      status = client.Send(request).status();
    } while (status.message().find("connect to") != std::string::npos && absl::Now() < patience);
    return status;
  }

 private:
  static int FreePort() {
    const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(probe, reinterpret_cast<sockaddr*>(&address), size);
    getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
    close(probe);
    return ntohs(address.sin_port);
  }

  const int port_;
  pid_t process_ = -1;
};

class CertificateStatusTest : public ::testing::Test {
 protected:
  std::string Certify(const std::string& name, bool must_staple = false) const {
    return authority_.Certify(name, std::string(kNames) + (must_staple ? "\\ntlsfeature=status_request" : ""))
        .certificate;
  }
  absl::Status Ask(const std::string& certificate, const std::string& proof = "") const {
    return TlsServer(certificate, proof).Ask(authority_.authority());
  }

  const TestAuthority authority_;
};

TEST_F(CertificateStatusTest, ServerWithAProofThatItsCertificateIsGoodIsTalkedTo) {
  const std::string certificate = Certify("server");
  EXPECT_OK(Ask(certificate, authority_.Prove("server")));
}

TEST_F(CertificateStatusTest, ServerWhoseCertificateWasRevokedIsNotTalkedTo) {
  const std::string certificate = Certify("server");
  authority_.Revoke({"server"});
  EXPECT_THAT(std::string(Ask(certificate, authority_.Prove("server")).message()),
              HasSubstr("invalid status response"));
}

TEST_F(CertificateStatusTest, ProofOfAnotherCertificateOrAuthorityIsNone) {
  const std::string certificate = Certify("server");
  Certify("other");
  EXPECT_THAT(Ask(certificate, authority_.Prove("other")), avvik::testing::HasCode(absl::StatusCode::kUnavailable));
  const TestAuthority stranger;
  std::filesystem::copy_file(certificate, stranger.Certify("server", kNames).certificate,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THAT(Ask(certificate, stranger.Prove("server")), avvik::testing::HasCode(absl::StatusCode::kUnavailable));
}

TEST_F(CertificateStatusTest, OnlyACertificateThatPromisesAProofTakesOne) {
  EXPECT_OK(Ask(Certify("server")));
  const std::string promising = Certify("promising", /*must_staple=*/true);
  EXPECT_THAT(std::string(Ask(promising).message()), HasSubstr("invalid status response"));
  EXPECT_OK(Ask(promising, authority_.Prove("promising")));
}

}  // namespace
}  // namespace avvik::http_client
