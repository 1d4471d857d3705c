// What a caller may see, from how far their permission reaches.
#pragma once

#include "common/rpc/environment.h"
#include "services/intake/report_store.h"

namespace avvik::intake {

Visibility VisibilityOf(const rpc::Call& call);

}  // namespace avvik::intake
