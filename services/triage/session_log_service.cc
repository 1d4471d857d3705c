#include "services/triage/session_log_service.h"

#include "common/rpc/handle.h"
#include "common/rpc/transport.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/triage/session_record.h"

namespace avvik::triage {
namespace {

// The token of a service counts only beside its own certificate, so that this is the gateway and no
// other service.
absl::Status CheckGateway(const rpc::Call& call) {
  if (call.caller().client_id != rpc::CertificateName("gateway")) {
    return status::Error(absl::StatusCode::kPermissionDenied,
                         "only the gateway knows what is done with sessions", "PEER_NAME");
  }
  if (call.tenant().empty()) {
    return status::InvalidField("tenant", "the call must name the municipality");
  }
  return absl::OkStatus();
}

}  // namespace

grpc::Status SessionLogService::RecordSession(grpc::ServerContext* context,
                                              const v1::RecordSessionRequest* request,
                                              v1::RecordSessionResponse*) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_RETURN_IF_ERROR(CheckGateway(call));
    AVVIK_ASSIGN_OR_RETURN(const audit::Record record,
                           SessionRecord(*request, call.Trace(kSessionsSubject)));
    return store_.Append(record, call.deadline());
  });
}

}  // namespace avvik::triage
