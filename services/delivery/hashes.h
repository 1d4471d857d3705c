// What of this service is hashed with tenants' keys, so that those can be replaced (common/secrecy/renewal.h).
#pragma once

#include <vector>

#include "common/pg/pool.h"
#include "common/secrecy/renewal.h"
#include "services/delivery/reporter_source.h"

namespace avvik::delivery {

// Whom notices to confidential reporters are for, as `reporters` tells of their reports. Of an erased report it tells of
// nobody, and what stands on its notices stays. Both must outlive it.
std::vector<secrecy::Hashed> Hashes(pg::Pool& pool, ReporterSource& reporters);

}  // namespace avvik::delivery
