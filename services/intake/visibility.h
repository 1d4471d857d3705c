// What a caller may see, from how far their permission reaches.
#pragma once

#include "common/rpc/environment.h"
#include "services/intake/report_store.h"

namespace avvik::intake {

Visibility VisibilityOf(const rpc::Call& call);

// For what only the reporter may do: having a part in a report's case does not make it one's own.
Visibility ReportersOwn(const rpc::Call& call);

}  // namespace avvik::intake
