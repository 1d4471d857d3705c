#include "services/gateway/remote_session_log.h"

#include "avvik/triage/v1/session_log.grpc.pb.h"
#include "common/rpc/status.h"
#include "common/rpc/time.h"
#include "common/status/macros.h"

namespace avvik::gateway {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(5);

triage::v1::SessionDeed ToProto(SessionDeed::Kind kind) {
  switch (kind) {
    case SessionDeed::Kind::kSignedIn:
      return triage::v1::SESSION_DEED_SIGNED_IN;
    case SessionDeed::Kind::kSignInFailed:
      return triage::v1::SESSION_DEED_SIGN_IN_FAILED;
    case SessionDeed::Kind::kSignedOut:
      return triage::v1::SESSION_DEED_SIGNED_OUT;
    case SessionDeed::Kind::kEnded:
      break;
  }
  return triage::v1::SESSION_DEED_ENDED;
}

}  // namespace

absl::Status RemoteSessionLog::Record(const SessionDeed& deed) {
  AVVIK_ASSIGN_OR_RETURN(const auto context,
                         triage_.NewContext(deed.tenant, kTimeout, deed.trace_parent));
  triage::v1::RecordSessionRequest request;
  request.set_record_id(deed.id);
  request.set_deed(ToProto(deed.kind));
  *request.mutable_time() = rpc::ToProtoTime(deed.at);
  request.set_login(deed.login);
  request.set_client(deed.client);
  request.set_reason(deed.reason);
  request.set_sessions(deed.sessions);
  triage::v1::RecordSessionResponse response;
  const auto stub = triage::v1::SessionLog::NewStub(triage_.channel());
  return rpc::FromGrpc(stub->RecordSession(context.get(), request, &response));
}

}  // namespace avvik::gateway
