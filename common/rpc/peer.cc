#include "common/rpc/peer.h"

#include <grpcpp/grpcpp.h>

#include "absl/time/clock.h"
#include "common/identity/caller.h"
#include "common/status/macros.h"

namespace avvik::rpc {

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  return Transport::Plain()->Connect("", address);
}

absl::StatusOr<std::unique_ptr<grpc::ClientContext>> Peer::NewContext(
    const std::string& tenant, absl::Duration timeout, const std::string& trace_parent) {
  AVVIK_ASSIGN_OR_RETURN(const std::string token, tokens_.Token());
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  context->AddMetadata("authorization", "Bearer " + token);
  if (!tenant.empty()) context->AddMetadata(identity::kTenantMetadata, tenant);
  if (!trace_parent.empty()) context->AddMetadata("traceparent", trace_parent);
  return context;
}

}  // namespace avvik::rpc
