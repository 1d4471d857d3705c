// What triage tells the other services.
#pragma once

#include "avvik/events/v1/event.pb.h"
#include "avvik/triage/v1/erasure.pb.h"
#include "common/ids/id_source.h"
#include "common/organisation/matter.h"
#include "services/triage/case.h"

namespace avvik::triage {

// The case as the decision on access sees it.
organisation::Matter MatterOf(const Case& subject);

// The event of a change, with the case's facts after it.
events::v1::Event EventOf(IdSource& ids, const CaseChange& change, const std::string& trace_parent);

// A case was erased, as the certificate with id `erasure_id` says.
events::v1::Event ErasedEvent(IdSource& ids, const CaseChange& change,
                              const std::string& erasure_id, v1::ErasureGround ground,
                              const std::string& trace_parent);

// The organisation of `tenant` has a new version.
events::v1::Event OrganisationEvent(IdSource& ids, const std::string& tenant, int64_t version,
                                    absl::Time now, const std::string& trace_parent);

}  // namespace avvik::triage
