// Between the domain's duty and the API's.
#pragma once

#include "absl/time/time.h"
#include "avvik/escalation/v1/duty.pb.h"
#include "avvik/escalation/v1/escalation.pb.h"
#include "common/regimes/regime_catalogue.h"
#include "services/escalation/duty.h"
#include "services/escalation/duty_store.h"

namespace avvik::escalation {

// The duty with what its regime says: titles, receiver, language, secrecy. The receiver is the one
// told on the local day of `now`, or of the last telling when nothing is left to do. A regime
// version that the catalogue no longer holds leaves those empty.
v1::Duty ToProto(const Duty& duty, const RegimeCatalogue& regimes, absl::TimeZone zone,
                 absl::Time now);

v1::Receiver ToProto(const regimes::ReceiverRule& receiver);

DutyFilter FilterFromProto(const v1::ListDutiesRequest& request);
Submission SubmissionFromProto(const v1::SubmitStageRequest& request);

}  // namespace avvik::escalation
