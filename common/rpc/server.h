// A gRPC server with the limits, health and drain that every service has.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/process/runnable.h"
#include "common/rpc/environment.h"

namespace grpc {
class Server;
class Service;
}  // namespace grpc

namespace avvik::rpc {

// Largest request a service takes, in bytes.
inline constexpr int kMaxRequestBytes = 1 << 20;
// Largest answer a service gives or takes from another, in bytes.
inline constexpr int kMaxAnswerBytes = 16 << 20;

// A service implementation with its full name (`Intake::service_full_name()`).
struct HostedService {
  grpc::Service* service;
  std::string name;
};

class Server final : public process::Runnable {
 public:
  // `address` is `unix:<path>` or `host:port`. The services must outlive the server.
  Server(Environment& environment, std::string address, std::vector<HostedService> services,
         absl::Duration drain);
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
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace avvik::rpc
