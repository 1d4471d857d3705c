// What of this service is hashed with tenants' keys, so that those can be replaced (common/secrecy/renewal.h).
#pragma once

#include <vector>

#include "absl/time/time.h"
#include "common/pg/pool.h"
#include "common/secrecy/renewal.h"
#include "common/secrecy/vault.h"

namespace avvik::intake {

// Longer than any client tries a request again. The hashes of request ids cannot be made anew, nor that of the content
// that a repeat must have; they are recognised for so long after the tenant's key was replaced, and then tell nothing.
// Longer, too, than cases wait for reports of the same thing (`window` in deploy/campaigns.yaml, as shipped).
inline constexpr absl::Duration kLongestRetry = absl::Hours(24 * 30);

// The reporters' pseudonyms. Those of erased reports stay: who made them is known to nobody. Both must outlive it.
std::vector<secrecy::Hashed> Hashes(pg::Pool& pool, secrecy::Vault& vault);

}  // namespace avvik::intake
