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

Server::Server(Environment& environment, std::string address, std::vector<HostedService> services,
               absl::Duration drain)
    : environment_(environment),
      address_(std::move(address)),
      services_(std::move(services)),
      drain_(drain) {}

Server::~Server() { Stop(); }

absl::Status Server::Start() {
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
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MAX_POLLERS, 2);
  const bool unix_socket = address_.rfind("unix:", 0) == 0;
  if (unix_socket) unlink(address_.c_str() + 5);  // Left behind by a process that was killed.
  builder.AddListeningPort(address_, grpc::InsecureServerCredentials(), &port_);
  for (const HostedService& hosted : services_) builder.RegisterService(hosted.service);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || (!unix_socket && port_ <= 0)) {
    return absl::UnavailableError("cannot listen at " + address_);
  }
  if (unix_socket) {
    port_ = 0;
    chmod(address_.c_str() + 5, 0600);
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
