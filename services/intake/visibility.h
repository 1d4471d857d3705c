// What a caller may see, from how far their permission reaches.
#pragma once

#include "common/rpc/environment.h"
#include "services/intake/report_store.h"

namespace avvik::intake {

// The units that a grant reaches, with everything below them.
std::vector<std::string> UnitsOf(const rpc::Call& call);

// What the method's permission lets the caller see.
Visibility VisibilityOf(const rpc::Call& call);

}  // namespace avvik::intake
