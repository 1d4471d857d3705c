// Calling another service of the suite.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/identity/token_source.h"
#include "common/rpc/transport.h"

namespace avvik::rpc {

// A channel without TLS, for tests.
std::shared_ptr<grpc::Channel> Connect(const std::string& address);

// Another service, spoken to with this service's own token. Thread-safe.
class Peer {
 public:
  // `service` is the name of the one that must answer, such as `intake`.
  Peer(const std::string& service, const std::string& address, const Transport& transport,
       identity::TokenSource& tokens,
       Transport::Connection connection = Transport::Connection::kShared)
      : tokens_(tokens), channel_(transport.Connect(service, address, connection)) {}
  // Without TLS, for tests.
  Peer(const std::string& address, identity::TokenSource& tokens)
      : tokens_(tokens), channel_(Connect(address)) {}

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // The context for one call: token, tenant (may be empty), deadline, and the trace it belongs to.
  // UNAVAILABLE when no token can be had.
  absl::StatusOr<std::unique_ptr<grpc::ClientContext>> NewContext(
      const std::string& tenant, absl::Duration timeout, const std::string& trace_parent = "");

 private:
  identity::TokenSource& tokens_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace avvik::rpc
