// How the services of the suite reach each other: by mutual TLS with certificates of one authority, or,
// on one machine without certificates, by unix sockets that only their owner may use.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_context.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/config/config.h"
#include "common/tls/files.h"

namespace avvik::rpc {

// Files as in tls::Files.
struct TransportSettings {
  std::string certificate;
  std::string key;
  std::string authority;
  std::string revoked;
  bool insecure = false;  // Lets a network address be used without TLS.
  // How often the files are looked at for a change; whole seconds, at least one.
  absl::Duration reload = absl::Seconds(10);

  // Declares all but `reload`.
  void Declare(config::Reader& reader);

  tls::Files files() const { return {certificate, key, authority, revoked}; }
};

// The name that a service's certificate carries (subject alternative name, RFC 6125).
inline std::string CertificateName(const std::string& service) { return "avvik-" + service; }

// Immutable; thread-safe. Certificates that change on disk are used from the next connection on.
class Transport {
 public:
  // Without TLS and to any address: for tests.
  static std::shared_ptr<const Transport> Plain();

  // INVALID_ARGUMENT, naming the setting, when only some files are given, one cannot be read or is not
  // what it should be, the key may be read by others, or the certificate is out of date or not the
  // authority's.
  static absl::StatusOr<std::shared_ptr<const Transport>> Make(const TransportSettings& settings);

  virtual ~Transport() = default;

  // Whether the certificate of whoever makes a call was revoked, also after the connection was made.
  virtual bool IsRevoked(const grpc::ServerContextBase& context) const = 0;

  // FAILED_PRECONDITION when `address` would be used without TLS though it is no unix socket.
  virtual absl::Status Check(const std::string& address) const = 0;

  // A server that takes only connections with a certificate of the authority that is not revoked.
  virtual std::shared_ptr<grpc::ServerCredentials> ForServer() const = 0;

  enum class Connection { kShared, kOwn };
  // A channel to a service, such as `intake`, that proves to be it; with our limits and a short
  // reconnect back-off. Connects when first used. At an address that Check refuses every call fails.
  virtual std::shared_ptr<grpc::Channel> Connect(
      const std::string& service, const std::string& address,
      Connection connection = Connection::kShared) const = 0;
};

// The names in the certificate of whoever makes a call; empty when the connection has none. A
// certificate that got as far as here is the authority's.
std::vector<std::string> PeerNames(const grpc::ServerContextBase& context);

// Whether a caller behind a connection with these names may be heard: only services of the suite make
// calls, and the token of a service counts only beside that service's own certificate, which carries
// its client id as a name. `service_client` is empty for callers that are no service.
// PERMISSION_DENIED `PEER_NAME` otherwise. A connection without certificate is the server's to refuse.
absl::Status CheckPeer(const std::vector<std::string>& names, const std::string& service_client);

}  // namespace avvik::rpc
