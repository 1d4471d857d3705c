#include "services/gateway/backends.h"

#include "common/rpc/peer.h"

namespace avvik::gateway {

Backends::Backends(const std::map<std::string, std::string>& addresses) {
  for (const auto& [name, address] : addresses) {
    stubs_.emplace(name, std::make_unique<grpc::GenericStub>(rpc::Connect(address)));
    names_.push_back(name);
  }
}

grpc::GenericStub* Backends::Find(const std::string& name) const {
  const auto found = stubs_.find(name);
  return found == stubs_.end() ? nullptr : found->second.get();
}

}  // namespace avvik::gateway
