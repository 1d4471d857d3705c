#include "services/triage/session_record.h"

#include <algorithm>
#include <utility>

#include "common/rpc/time.h"
#include "common/status/error.h"

namespace avvik::triage {

absl::StatusOr<audit::Record> SessionRecord(const v1::RecordSessionRequest& request,
                                            audit::Record base) {
  const bool failed = request.deed() == v1::SESSION_DEED_SIGN_IN_FAILED;
  if (!v1::SessionDeed_IsValid(request.deed()) || request.deed() == v1::SESSION_DEED_UNSPECIFIED) {
    return status::InvalidField("deed", "must say what was done");
  }
  if (failed == request.reason().empty()) {
    return status::InvalidField("reason", "goes with a sign-in that failed, and only with it");
  }
  audit::Record record = std::move(base);
  record.id = request.record_id();
  record.at = std::min(rpc::FromProtoTime(request.time()), record.at);
  record.actor = request.login();
  record.machine = false;
  record.on_behalf_of.clear();
  record.client = request.client();
  record.subject = kSessionsSubject;
  record.outcome = failed ? audit::Outcome::kFailed : audit::Outcome::kAllowed;
  record.reason = request.reason();
  record.detail = "deed=" + v1::SessionDeed_Name(request.deed());
  if (request.sessions() > 0) record.detail += " sessions=" + std::to_string(request.sessions());
  return record;
}

}  // namespace avvik::triage
