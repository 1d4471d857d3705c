#include "common/rpc/peer.h"

#include <grpcpp/grpcpp.h>

#include "absl/time/clock.h"
#include "common/identity/caller.h"
#include "common/rpc/server.h"
#include "common/status/macros.h"

namespace avvik::rpc {

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  // By default a client that has lost its server waits up to two minutes before it looks again.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

Peer::Peer(const std::string& address, identity::TokenSource& tokens)
    : tokens_(tokens), channel_(Connect(address)) {}

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
