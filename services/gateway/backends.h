// The services behind the gateway.
#pragma once

#include <grpcpp/generic/generic_stub.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/rpc/transport.h"

namespace avvik::gateway {

// Immutable; thread-safe.
class Backends {
 public:
  // gRPC addresses by name. Connections are made when first used.
  explicit Backends(const std::map<std::string, std::string>& addresses,
                    const rpc::Transport& transport = *rpc::Transport::Plain());

  // Null when no service is called so.
  grpc::GenericStub* Find(const std::string& name) const;

  const std::vector<std::string>& names() const { return names_; }

 private:
  std::map<std::string, std::unique_ptr<grpc::GenericStub>> stubs_;
  std::vector<std::string> names_;
};

}  // namespace avvik::gateway
