// What a caller may see, from how far a permission of theirs reaches.
#pragma once

#include "common/rpc/environment.h"
#include "services/triage/case_store.h"

namespace avvik::triage {

// By an allowed grant.
Visibility VisibilityOf(const rpc::Call& call, const organisation::Grant& grant);

// By the permission of the call itself.
Visibility VisibilityOf(const rpc::Call& call);

}  // namespace avvik::triage
