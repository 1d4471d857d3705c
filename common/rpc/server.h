// A gRPC server with the limits, health and drain that every service has.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/process/runnable.h"
#include "common/rpc/environment.h"
#include "common/rpc/transport.h"

namespace grpc {
class Server;
class Service;
}  // namespace grpc

namespace avvik::rpc {

// Largest request a service takes, in bytes.
inline constexpr int kMaxRequestBytes = 1 << 20;
// Largest answer a service gives or takes from another, in bytes.
inline constexpr int kMaxAnswerBytes = 16 << 20;
// Most metadata of a call, in bytes: mostly the token.
inline constexpr int kMaxMetadataBytes = 16 << 10;
// Most calls at a time on one connection; further ones wait at the caller's.
inline constexpr int kMaxConcurrentStreams = 1024;
// How long a connection may take to be made, TLS included.
inline constexpr absl::Duration kHandshake = absl::Seconds(10);
// A connection older than this (a tenth more or less) takes no new calls and is made anew, so that a
// certificate that was exchanged is soon out of use; calls under way may go on for the second time.
inline constexpr absl::Duration kConnectionAge = absl::Minutes(10);
inline constexpr absl::Duration kConnectionAgeGrace = absl::Minutes(10);
// Whoever pings more often than this is cut off at the third time.
inline constexpr absl::Duration kLeastPingInterval = absl::Minutes(1);

// A service implementation with its full name (`Intake::service_full_name()`).
struct HostedService {
  grpc::Service* service;
  std::string name;
};

class Server final : public process::Runnable {
 public:
  // `address` is `unix:<path>` or `host:port`. The services must outlive the server.
  Server(Environment& environment, std::string address, std::vector<HostedService> services,
         absl::Duration drain,
         std::shared_ptr<const Transport> transport = Transport::Plain());
  ~Server() override;

  // Declares the services' methods and listens; health `""` and `ready` are SERVING from then on.
  absl::Status Start() override;
  // Says NOT_SERVING, takes no new calls, and lets those under way end for at most the drain time.
  void Stop() override;

  // The port listened to; 0 for a unix socket.
  int port() const { return port_; }

 private:
  Environment& environment_;
  const std::string address_;
  const std::vector<HostedService> services_;
  const absl::Duration drain_;
  const std::shared_ptr<const Transport> transport_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace avvik::rpc
