// What the gateway tells of people's sessions.
#pragma once

#include "avvik/triage/v1/session_log.grpc.pb.h"
#include "common/rpc/environment.h"
#include "services/triage/session_log_store.h"

namespace avvik::triage {

// Thread-safe.
class SessionLogService final : public v1::SessionLog::Service {
 public:
  // Both must outlive the service.
  SessionLogService(rpc::Environment& environment, SessionLogStore& store)
      : environment_(environment), store_(store) {}

  grpc::Status RecordSession(grpc::ServerContext* context, const v1::RecordSessionRequest* request,
                             v1::RecordSessionResponse* response) override;

 private:
  rpc::Environment& environment_;
  SessionLogStore& store_;
};

}  // namespace avvik::triage
