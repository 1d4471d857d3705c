// Who gets a connection, over real sockets and with certificates of a real authority.
#include "common/rpc/transport.h"

#include <grpcpp/grpcpp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/time/clock.h"
#include "avvik/events/v1/event_log.grpc.pb.h"
#include "common/rpc/status.h"
#include "common/tls/revocations.h"
#include "tests/support/certificates.h"
#include "tests/support/status_matchers.h"

namespace avvik::rpc {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;
using avvik::testing::TestAuthority;
using ::testing::HasSubstr;

std::shared_ptr<const Transport> Secured(const TransportSettings& settings) {
  auto transport = Transport::Make(settings);
  EXPECT_OK(transport);
  return transport.ok() ? *transport : Transport::Plain();
}

// A server of `intake` that implements nothing: whoever gets through to it is told so.
class TransportTest : public ::testing::Test {
 protected:
  static constexpr auto kGotThrough = absl::StatusCode::kUnimplemented;
  static constexpr auto kRefused = absl::StatusCode::kUnavailable;

  void SetUp() override {
    grpc::ServerBuilder builder;
    builder.RegisterService(&inbox_);
    builder.AddListeningPort(address_, Secured(intake_)->ForServer());
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", Secured(intake_)->ForServer(), &port);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
    network_address_ = "127.0.0.1:" + std::to_string(port);
  }
  void TearDown() override {
    server_->Shutdown();
    unlink(address_.c_str() + 5);
  }

  // The status of a call by a connection of its own; `seen` is the certificate that the server showed.
  static absl::Status Call(const Transport& transport, const std::string& service,
                           const std::string& address, std::string* seen = nullptr) {
    const auto stub = events::v1::EventInbox::NewStub(
        transport.Connect(service, address, Transport::Connection::kOwn));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    events::v1::ReplayParkedEventsResponse response;
    const absl::Status status =
        FromGrpc(stub->ReplayParkedEvents(&context, {}, &response));
    if (seen != nullptr) {
      for (const auto& pem :
           context.auth_context()->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME)) {
        *seen = std::string(pem.data(), pem.size());
      }
    }
    return status;
  }

  const TestAuthority authority_;
  const TransportSettings intake_ = authority_.Certify("intake");
  const std::string address_ =
      "unix:/tmp/avvik-transport-test-" + std::to_string(getpid()) + ".sock";
  std::string network_address_;
  events::v1::EventInbox::Service inbox_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(TransportTest, CertificateOfTheAuthorityGetsThroughOnUnixSocketsAndTheNetwork) {
  const auto triage = Secured(authority_.Certify("triage"));
  EXPECT_THAT(Call(*triage, "intake", address_), HasCode(kGotThrough));
  EXPECT_THAT(Call(*triage, "intake", network_address_), HasCode(kGotThrough));
}

TEST_F(TransportTest, WithoutAClientCertificateNoCallGetsThrough) {
  EXPECT_THAT(Call(*Transport::Plain(), "intake", address_), HasCode(kRefused));
  EXPECT_THAT(Call(*Transport::Plain(), "intake", network_address_), HasCode(kRefused));

  std::ifstream file(authority_.authority());
  const std::string root((std::istreambuf_iterator<char>(file)), {});
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride("avvik-intake");
  const auto channel = grpc::CreateCustomChannel(
      network_address_, grpc::SslCredentials({.pem_root_certs = root}), arguments);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  events::v1::ReplayParkedEventsResponse response;
  EXPECT_THAT(FromGrpc(events::v1::EventInbox::NewStub(channel)->ReplayParkedEvents(&context, {},
                                                                                   &response)),
              HasCode(kRefused));
}

TEST_F(TransportTest, CertificateOfAnotherAuthorityIsRefused) {
  const TestAuthority stranger;
  TransportSettings settings = stranger.Certify("triage");
  // Not to be caught by the caller's own check of the server.
  std::filesystem::copy_file(authority_.authority(), stranger.authority() + ".both");
  std::ofstream(stranger.authority() + ".both", std::ios::app)
      << std::ifstream(stranger.authority()).rdbuf();
  settings.authority = stranger.authority() + ".both";
  EXPECT_THAT(Call(*Secured(settings), "intake", address_), HasCode(kRefused));
}

TEST_F(TransportTest, ServerThatIsNotTheServiceMeantIsNotTalkedTo) {
  const auto gateway = Secured(authority_.Certify("gateway"));
  EXPECT_THAT(Call(*gateway, "triage", address_), HasCode(kRefused));
}

TEST_F(TransportTest, ExchangedCertificateIsInUseWithoutARestart) {
  const auto triage = Secured(authority_.Certify("triage"));
  std::string before, after;
  ASSERT_THAT(Call(*triage, "intake", address_, &before), HasCode(kGotThrough));
  ASSERT_FALSE(before.empty());
  (void)authority_.Certify("intake");
  const absl::Time patience = absl::Now() + absl::Seconds(20);
  do {
    absl::SleepFor(absl::Milliseconds(200));
    ASSERT_THAT(Call(*triage, "intake", address_, &after), HasCode(kGotThrough));
  } while (after == before && absl::Now() < patience);
  EXPECT_NE(after, before);
}

TEST_F(TransportTest, RevokedCertificateIsRefused) {
  const auto with_list = [&](const std::string& service) {
    TransportSettings settings = authority_.Certify(service);
    settings.revoked = authority_.Revoke({});
    return settings;
  };
  const std::string address = "unix:/tmp/avvik-transport-test-" + std::to_string(getpid()) + "-2.sock";
  grpc::ServerBuilder builder;
  builder.RegisterService(&inbox_);
  const auto metrics = Secured(with_list("metrics"));
  builder.AddListeningPort(address, metrics->ForServer());
  const auto server = builder.BuildAndStart();
  ASSERT_NE(server, nullptr);
  // What comes of calls within the time in which a changed list is heard of: refused is who is so again and again.
  const auto is_refused = [&](const Transport& caller) {
    absl::Status status;
    const absl::Time patience = absl::Now() + absl::Seconds(20);
    int in_a_row = 0;
    do {
      status = Call(caller, "metrics", address);
      in_a_row = status.code() == kRefused ? in_a_row + 1 : 0;
    } while (in_a_row < 5 && absl::Now() < patience);
    return status;
  };

  // A caller's.
  const auto triage = Secured(authority_.Certify("triage"));
  const auto delivery = Secured(with_list("delivery"));
  EXPECT_THAT(Call(*triage, "metrics", address), HasCode(kGotThrough));
  EXPECT_THAT(Call(*delivery, "metrics", address), HasCode(kGotThrough));
  authority_.Revoke({"triage"});
  EXPECT_THAT(is_refused(*triage), HasCode(kRefused));
  EXPECT_THAT(Call(*delivery, "metrics", address), HasCode(kGotThrough));
  EXPECT_THAT(Call(*Secured(authority_.Certify("triage")), "metrics", address), HasCode(kGotThrough));
  // A server's. Its name is still looked at as well.
  EXPECT_THAT(Call(*delivery, "intake", address), HasCode(kRefused));
  authority_.Revoke({"metrics"});
  EXPECT_THAT(is_refused(*delivery), HasCode(kRefused));
  server->Shutdown();
  unlink(address.c_str() + 5);
}

TEST_F(TransportTest, RevocationListThatIsOfNoUseIsToldInWordsAndChangesNothingLater) {
  TransportSettings settings = authority_.Certify("triage");
  const auto said = [&] { return std::string(Transport::Make(settings).status().message()); };
  settings.revoked = authority_.authority() + ".gone";
  EXPECT_THAT(said(), HasSubstr("--tls-revoked (" + settings.revoked + ") cannot be read"));
  settings.revoked = authority_.authority();
  EXPECT_THAT(said(), HasSubstr("holds no revocation list"));
  const TestAuthority stranger;
  settings.revoked = stranger.Revoke({});
  EXPECT_THAT(said(), HasSubstr("is not the authority's"));

  const std::string list = authority_.Revoke({"triage"});
  const auto revocations =
      tls::Revocations::Load(list, authority_.authority(), absl::ZeroDuration());
  ASSERT_OK(revocations);
  std::ifstream file(settings.certificate);
  const std::string pem((std::istreambuf_iterator<char>(file)), {});
  EXPECT_TRUE((*revocations)->Hold(pem));
  std::filesystem::copy_file(settings.revoked, list,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE((*revocations)->Hold(pem));
  std::filesystem::remove(list);
  EXPECT_TRUE((*revocations)->Hold(pem));
  authority_.Revoke({});
  EXPECT_TRUE((*revocations)->Hold(pem));
  EXPECT_FALSE((*revocations)->Hold("no certificate"));
}

TEST_F(TransportTest, MistakesInTheFilesAreToldInWords) {
  const auto said = [](TransportSettings settings) {
    return std::string(Transport::Make(settings).status().message());
  };
  const TransportSettings good = authority_.Certify("triage");
  EXPECT_EQ(said(good), "");

  TransportSettings settings = good;
  settings.key.clear();
  EXPECT_THAT(said(settings), HasSubstr("--tls-key is missing"));
  settings.key = intake_.key;
  EXPECT_THAT(said(settings), HasSubstr("is not the key of the certificate"));
  settings = good;
  settings.certificate += ".gone";
  EXPECT_THAT(said(settings), HasSubstr("cannot be read"));
  settings = good;
  settings.authority = TestAuthority().authority();
  EXPECT_THAT(said(settings), HasSubstr("--tls-authority"));
  const TestAuthority stranger;
  settings.authority = stranger.authority();
  EXPECT_THAT(said(settings), HasSubstr("is not good"));
  EXPECT_THAT(said(authority_.Certify("late", "DNS:avvik-late", -1)), HasSubstr("expired"));
  chmod(good.key.c_str(), 0640);
  EXPECT_THAT(said(good), HasSubstr("may be read by others"));
}

TEST(TransportWithoutCertificatesTest, OnlyUnixSocketsAreUsedUnlessSaidOtherwise) {
  const auto careful = *Transport::Make({});
  EXPECT_OK(careful->Check("unix:/run/avvik/intake.sock"));
  EXPECT_THAT(careful->Check("intake:7000"), HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_OK((*Transport::Make({.insecure = true}))->Check("intake:7000"));
}

TEST(CheckPeerTest, OnlyServicesOfTheSuiteMakeCalls) {
  EXPECT_OK(CheckPeer({"avvik-gateway"}, ""));
  EXPECT_THAT(CheckPeer({"localhost"}, ""),
              IsError(absl::StatusCode::kPermissionDenied, "PEER_NAME"));
  EXPECT_THAT(CheckPeer({""}, ""), IsError(absl::StatusCode::kPermissionDenied, "PEER_NAME"));
}

TEST(CheckPeerTest, TokenOfAServiceCountsOnlyBesideItsOwnCertificate) {
  EXPECT_OK(CheckPeer({"avvik-triage"}, "avvik-triage"));
  EXPECT_OK(CheckPeer({"avvik-triage", "7d0c1a52"}, "7d0c1a52"));
  EXPECT_THAT(CheckPeer({"avvik-gateway"}, "avvik-triage"),
              IsError(absl::StatusCode::kPermissionDenied, "PEER_NAME"));
}

}  // namespace
}  // namespace avvik::rpc
