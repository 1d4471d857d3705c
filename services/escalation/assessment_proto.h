// Between the domain's assessment and the API's.
#pragma once

#include "avvik/escalation/v1/assessment.pb.h"
#include "common/organisation/organisation.h"
#include "common/regimes/regime_catalogue.h"
#include "services/escalation/assessment_store.h"
#include "services/escalation/decision.h"

namespace avvik::escalation {

// What the rules make of a case now, with what is open.
v1::Assessment ToProto(const AssessedCase& assessed, const regimes::RegimeCatalogue& regimes,
                       const organisation::Organisation& organisation, absl::Time now);

v1::Decision ToProto(const Decision& decision);

// A case as the register shows it.
v1::Breach ToBreach(const AssessedCase& assessed, const regimes::RegimeCatalogue& regimes,
                    const organisation::Organisation& organisation, absl::Time now);

}  // namespace avvik::escalation
