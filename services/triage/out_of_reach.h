// What is answered about a case that a change did not find.
#pragma once

#include "common/rpc/environment.h"
#include "services/triage/case_store.h"

namespace avvik::triage {

// That it is out of reach for this permission when the caller may read it, otherwise `not_found`: who may
// read a case is not told that it does not exist.
absl::Status OutOfReachOr(const rpc::Environment& environment, const rpc::Call& call,
                          CaseStore& cases, const std::string& reference,
                          const absl::Status& not_found);

}  // namespace avvik::triage
