// What a caller may see, from how far a permission of theirs reaches.
#pragma once

#include "common/rpc/environment.h"
#include "services/triage/case_store.h"

namespace avvik::triage {

// By an allowed grant.
Visibility VisibilityOf(const rpc::Call& call, const organisation::Grant& grant);

// By the permission of the call itself.
Visibility VisibilityOf(const rpc::Call& call);

// What is answered when a change did not find its case: that it is out of reach for this permission when
// the caller may read it, otherwise `not_found`.
absl::Status OutOfReachOr(const rpc::Environment& environment, const rpc::Call& call,
                          CaseStore& cases, const std::string& reference,
                          const absl::Status& not_found);

}  // namespace avvik::triage
