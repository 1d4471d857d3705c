// The gRPC face of a service's trace.
#pragma once

#include <string>

#include "avvik/audit/v1/audit.grpc.pb.h"
#include "common/audit/trail.h"
#include "common/rpc/environment.h"

namespace avvik::host {

class AuditTrailService final : public audit::v1::AuditTrail::Service {
 public:
  // `service` is the name of the service that offers it.
  AuditTrailService(std::string service, rpc::Environment& environment, audit::Trail& trail)
      : service_(std::move(service)), environment_(environment), trail_(trail) {}

  grpc::Status ListRecords(grpc::ServerContext* context,
                           const audit::v1::ListRecordsRequest* request,
                           audit::v1::ListRecordsResponse* response) override;
  grpc::Status ListCheckpoints(grpc::ServerContext* context,
                               const audit::v1::ListCheckpointsRequest* request,
                               audit::v1::ListCheckpointsResponse* response) override;

 private:
  const std::string service_;
  rpc::Environment& environment_;
  audit::Trail& trail_;
};

}  // namespace avvik::host
