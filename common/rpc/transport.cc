#include "common/rpc/transport.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <algorithm>
#include <utility>

#include "common/log/log.h"
#include "common/rpc/server.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/tls/certificate.h"
#include "common/tls/revocations.h"

namespace avvik::rpc {
namespace {

using grpc::experimental::CertificateProviderInterface;
using grpc::experimental::FileWatcherCertificateProvider;

// Who makes calls. The mail server's certificate may well be the same authority's.
constexpr const char* kCallers[] = {"avvik-intake",  "avvik-triage",   "avvik-escalation",
                                    "avvik-metrics", "avvik-delivery", "avvik-gateway"};

// A connection without a call is ended after this time.
constexpr absl::Duration kIdle = absl::Seconds(5);

bool IsUnixSocket(const std::string& address) { return address.rfind("unix:", 0) == 0; }

grpc::ChannelArguments Arguments(Transport::Connection connection) {
  grpc::ChannelArguments arguments;
  // By default a client that has lost its server waits up to two minutes before it looks again.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
  // What passed last stays in the buffers of a connection until the next thing passes.
  arguments.SetInt(GRPC_ARG_CLIENT_IDLE_TIMEOUT_MS, static_cast<int>(absl::ToInt64Milliseconds(kIdle)));
  if (connection == Transport::Connection::kOwn) {
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  }
  return arguments;
}

// Refuses who was revoked; on a client's side also a server of another name.
class NotRevoked final : public grpc::experimental::ExternalCertificateVerifier {
 public:
  enum class Side { kServer, kClient };
  NotRevoked(std::shared_ptr<tls::Revocations> revocations, Side side)
      : revocations_(std::move(revocations)), side_(side) {}

  bool Verify(grpc::experimental::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> callback, grpc::Status* outcome) override {
    const grpc::string_ref shown = request->peer_cert();
    if (revocations_->Hold({shown.data(), shown.size()})) {
      log::Warning("certificate_revoked", {{"name", FirstName(*request)}});
      *outcome = grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "the certificate is revoked");
      return true;
    }
    if (side_ == Side::kClient) return name_.Verify(request, std::move(callback), outcome);
    *outcome = grpc::Status::OK;
    return true;
  }
  // Nothing waits.
  void Cancel(grpc::experimental::TlsCustomVerificationCheckRequest*) override {}

 private:
  static std::string FirstName(const grpc::experimental::TlsCustomVerificationCheckRequest& request) {
    const auto names = request.dns_names();
    return names.empty() ? "" : std::string(names[0].data(), names[0].size());
  }

  const std::shared_ptr<tls::Revocations> revocations_;
  const Side side_;
  grpc::experimental::HostNameCertificateVerifier name_;
};

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(bool anywhere) : anywhere_(anywhere) {}

  bool IsRevoked(const grpc::ServerContextBase&) const override { return false; }

  absl::Status Check(const std::string& address) const override {
    if (anywhere_ || IsUnixSocket(address)) return absl::OkStatus();
    return absl::FailedPreconditionError(
        address + " is a network address and there are no certificates: give --tls-certificate, "
        "--tls-key and --tls-authority, or --insecure-transport where the network itself is safe");
  }

  std::shared_ptr<grpc::ServerCredentials> ForServer() const override {
    return grpc::InsecureServerCredentials();
  }

  std::shared_ptr<grpc::Channel> Connect(const std::string&, const std::string& address,
                                         Connection connection) const override {
    if (const absl::Status status = Check(address); !status.ok()) {
      log::Error("peer_refused", {{"error", status}});
      return grpc::CreateChannel(address, nullptr);
    }
    return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(),
                                     Arguments(connection));
  }

 private:
  const bool anywhere_;
};

class TlsTransport final : public Transport {
 public:
  // `revocations` may be null.
  TlsTransport(std::shared_ptr<CertificateProviderInterface> files,
               std::shared_ptr<tls::Revocations> revocations)
      : files_(std::move(files)), revocations_(std::move(revocations)) {}

  bool IsRevoked(const grpc::ServerContextBase& context) const override {
    const std::shared_ptr<const grpc::AuthContext> peer = context.auth_context();
    if (revocations_ == nullptr || peer == nullptr) return false;
    const auto shown = peer->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
    return std::any_of(shown.begin(), shown.end(), [this](const grpc::string_ref& pem) {
      return revocations_->Hold({pem.data(), pem.size()});
    });
  }

  absl::Status Check(const std::string&) const override { return absl::OkStatus(); }

  std::shared_ptr<grpc::ServerCredentials> ForServer() const override {
    grpc::experimental::TlsServerCredentialsOptions options(files_);
    options.watch_root_certs();
    options.watch_identity_key_cert_pairs();
    options.set_cert_request_type(
        GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    if (revocations_ != nullptr) options.set_certificate_verifier(Verifier(NotRevoked::Side::kServer));
    return grpc::experimental::TlsServerCredentials(options);
  }

  std::shared_ptr<grpc::Channel> Connect(const std::string& service, const std::string& address,
                                         Connection connection) const override {
    grpc::experimental::TlsChannelCredentialsOptions options;
    options.set_certificate_provider(files_);
    options.watch_root_certs();
    options.watch_identity_key_cert_pairs();
    options.set_verify_server_certs(true);
    if (revocations_ != nullptr) {
      options.set_certificate_verifier(Verifier(NotRevoked::Side::kClient));
    } else {
      options.set_certificate_verifier(
          std::make_shared<grpc::experimental::HostNameCertificateVerifier>());
    }
    grpc::ChannelArguments arguments = Arguments(connection);
    // A unix socket has no name of its own.
    arguments.SetSslTargetNameOverride(CertificateName(service));
    return grpc::CreateCustomChannel(address, grpc::experimental::TlsCredentials(options),
                                     arguments);
  }

 private:
  std::shared_ptr<grpc::experimental::CertificateVerifier> Verifier(NotRevoked::Side side) const {
    return grpc::experimental::ExternalCertificateVerifier::Create<NotRevoked>(revocations_, side);
  }

  const std::shared_ptr<CertificateProviderInterface> files_;
  const std::shared_ptr<tls::Revocations> revocations_;
};

}  // namespace

void TransportSettings::Declare(config::Reader& reader) {
  reader.Text("tls-certificate", &certificate, "this service's certificate (PEM), for mutual TLS");
  reader.Text("tls-key", &key, "the certificate's private key (PEM)");
  reader.Text("tls-authority", &authority, "the authority of all services' certificates (PEM)");
  reader.Text("tls-revoked", &revoked,
              "the authority's list of revoked certificates (PEM); empty for none");
  reader.Switch("insecure-transport", &insecure,
                "let network addresses of services and databases be used without certificates");
}

std::shared_ptr<const Transport> Transport::Plain() {
  return std::make_shared<PlainTransport>(/*anywhere=*/true);
}

absl::StatusOr<std::shared_ptr<const Transport>> Transport::Make(
    const TransportSettings& settings) {
  if (settings.certificate.empty() && settings.key.empty() && settings.authority.empty() &&
      settings.revoked.empty()) {
    return std::shared_ptr<const Transport>(
        std::make_shared<PlainTransport>(settings.insecure));
  }
  AVVIK_RETURN_IF_ERROR(tls::CheckCertificate(settings.files()));
  std::shared_ptr<tls::Revocations> revocations;
  if (!settings.revoked.empty()) {
    AVVIK_ASSIGN_OR_RETURN(
        revocations,
        tls::Revocations::Load(settings.revoked, settings.authority, settings.reload));
  }
  return std::shared_ptr<const Transport>(
      std::make_shared<TlsTransport>(std::make_shared<FileWatcherCertificateProvider>(
          settings.key, settings.certificate, settings.authority,
          static_cast<unsigned>(std::max<int64_t>(1, absl::ToInt64Seconds(settings.reload)))),
      std::move(revocations)));
}

std::vector<std::string> PeerNames(const grpc::ServerContextBase& context) {
  std::vector<std::string> names;
  const std::shared_ptr<const grpc::AuthContext> peer = context.auth_context();
  if (peer == nullptr) return names;
  for (const grpc::string_ref& name : peer->FindPropertyValues(GRPC_PEER_DNS_PROPERTY_NAME)) {
    names.emplace_back(name.data(), name.size());
  }
  // A certificate without a single such name is a certificate nonetheless.
  if (names.empty() && peer->IsPeerAuthenticated()) names.emplace_back();
  return names;
}

absl::Status CheckPeer(const std::vector<std::string>& names, const std::string& service_client) {
  if (names.empty()) return absl::OkStatus();
  const bool of_the_suite = std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return std::find(std::begin(kCallers), std::end(kCallers), name) != std::end(kCallers);
  });
  if (!of_the_suite) {
    return status::Error(absl::StatusCode::kPermissionDenied,
                         "the connection's certificate is not that of a service of the suite",
                         "PEER_NAME");
  }
  if (!service_client.empty() &&
      std::find(names.begin(), names.end(), service_client) == names.end()) {
    return status::Error(absl::StatusCode::kPermissionDenied,
                         "the token is that of another service than the connection's certificate",
                         "PEER_NAME");
  }
  return absl::OkStatus();
}

}  // namespace avvik::rpc
