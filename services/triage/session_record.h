// What the trace says of a deed with a session. Pure.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/triage/v1/session_log.pb.h"
#include "common/audit/record.h"

namespace avvik::triage {

// What such records are about.
inline constexpr char kSessionsSubject[] = "sessions";

// The record of `request`, from `base`, the trace of the call that brought it: the actor is the
// person, not the gateway. A time that is yet to come counts as the call's. INVALID_ARGUMENT when
// the request does not say what was done, or names a reason and no failure, or the other way round.
absl::StatusOr<audit::Record> SessionRecord(const v1::RecordSessionRequest& request,
                                            audit::Record base);

}  // namespace avvik::triage
