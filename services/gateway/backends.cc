#include "services/gateway/backends.h"

namespace avvik::gateway {

Backends::Backends(const std::map<std::string, std::string>& addresses,
                   const rpc::Transport& transport) {
  for (const auto& [name, address] : addresses) {
    stubs_.emplace(name, std::make_unique<grpc::GenericStub>(transport.Connect(name, address)));
    names_.push_back(name);
  }
}

grpc::GenericStub* Backends::Find(const std::string& name) const {
  const auto found = stubs_.find(name);
  return found == stubs_.end() ? nullptr : found->second.get();
}

}  // namespace avvik::gateway
