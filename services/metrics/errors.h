// Everything that can go wrong in metrics, each once.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace avvik::metrics::error {

// INVALID_ARGUMENT: an event does not say what its type promises.
absl::Status EventUnreadable(const std::string& type, const std::string& why);
// PERMISSION_DENIED: figures are of units; a right that reaches only to one's own sees none.
absl::Status NoUnitInReach();
// PERMISSION_DENIED: the caller's right does not reach all of the unit.
absl::Status UnitOutOfReach(const std::string& unit);
// UNAVAILABLE: no organisation was ever applied for the tenant.
absl::Status NoOrganisation(const std::string& tenant);
// DEADLINE_EXCEEDED: the figures could not be brought up to date in time.
absl::Status FiguresBusy();
// RESOURCE_EXHAUSTED: as many watch as may.
absl::Status TooManyWatchers(int most);
// UNAVAILABLE: this process is ending.
absl::Status WatchersStopped();
// CANCELLED: the process that rebuilt the figures was stopped.
absl::Status RebuildStopped();

}  // namespace avvik::metrics::error
