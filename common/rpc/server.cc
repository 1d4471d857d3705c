#include "common/rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/time/clock.h"
#include "common/log/log.h"
#include "common/status/macros.h"

namespace avvik::rpc {
namespace {

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

void SetConnectionLimits(grpc::ServerBuilder* builder) {
  builder->AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxConcurrentStreams);
  builder->AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, Milliseconds(kHandshake));
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, Milliseconds(kConnectionAge));
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                              Milliseconds(kConnectionAgeGrace));
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                              Milliseconds(kLeastPingInterval));
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
}

}  // namespace

Server::Server(Environment& environment, std::string address, std::vector<HostedService> services,
               absl::Duration drain, std::shared_ptr<const Transport> transport)
    : environment_(environment),
      address_(std::move(address)),
      services_(std::move(services)),
      drain_(drain),
      transport_(std::move(transport)) {}

Server::~Server() { Stop(); }

absl::Status Server::Start() {
  AVVIK_RETURN_IF_ERROR(transport_->Check(address_));
  for (const HostedService& hosted : services_) {
    AVVIK_RETURN_IF_ERROR(environment_.Declare(hosted.name));
  }
  // Both must come before the server is built, or it has neither.
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  // A second server on the same port must fail, not take half of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder.SetMaxSendMessageSize(kMaxAnswerBytes);
  SetConnectionLimits(&builder);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::NUM_CQS, 1);
  // So many threads stay when their calls are answered; those beyond end, and making one costs more than a call.
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MAX_POLLERS, 16);
  const bool unix_socket = address_.rfind("unix:", 0) == 0;
  if (unix_socket) unlink(address_.c_str() + 5);  // Left behind by a process that was killed.
  builder.AddListeningPort(address_, transport_->ForServer(), &port_);
  for (const HostedService& hosted : services_) builder.RegisterService(hosted.service);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || (!unix_socket && port_ <= 0)) {
    return absl::UnavailableError("cannot listen at " + address_);
  }
  if (unix_socket) {
    port_ = 0;
    // Where each service has a user of its own, the others come by the group. Who may enter at all,
    // the folder says.
    chmod(address_.c_str() + 5, 0660);
  }
  server_->GetHealthCheckService()->SetServingStatus("ready", true);
  log::Info("listening", {{"address", address_}});
  return absl::OkStatus();
}

void Server::Stop() {
  if (server_ == nullptr) return;
  server_->GetHealthCheckService()->Shutdown();
  server_->Shutdown(absl::ToChronoTime(absl::Now() + drain_));
  server_->Wait();
  server_.reset();
}

}  // namespace avvik::rpc
