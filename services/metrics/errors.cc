#include "services/metrics/errors.h"

#include "common/status/error.h"

namespace avvik::metrics::error {

using status::Error;

absl::Status EventUnreadable(const std::string& type, const std::string& why) {
  return Error(absl::StatusCode::kInvalidArgument, type + " " + why, "EVENT_UNREADABLE",
               {{"type", type}});
}

absl::Status NoUnitInReach() {
  return Error(absl::StatusCode::kPermissionDenied,
               "figures are shown of units, and your roles reach none", "NO_UNIT_IN_REACH");
}

absl::Status UnitOutOfReach(const std::string& unit) {
  return Error(absl::StatusCode::kPermissionDenied,
               "your roles do not reach all of the unit " + unit, "UNIT_OUT_OF_REACH",
               {{"unit", unit}});
}

absl::Status NoOrganisation(const std::string& tenant) {
  return Error(absl::StatusCode::kUnavailable,
               "no organisation has been applied for " + tenant +
                   "; an administrator does that with `avvik organisation apply`",
               "NO_ORGANISATION", {{"tenant", tenant}});
}

absl::Status FiguresBusy() {
  return Error(absl::StatusCode::kDeadlineExceeded,
               "the figures could not be brought up to date in time; try again in a moment",
               "FIGURES_BUSY");
}

absl::Status TooManyWatchers(int most) {
  return Error(absl::StatusCode::kResourceExhausted,
               "as many as may (" + std::to_string(most) +
                   ") watch the situation already; ask for it now and then instead",
               "TOO_MANY_WATCHERS", {{"most", std::to_string(most)}});
}

absl::Status WatchersStopped() {
  return Error(absl::StatusCode::kUnavailable, "the service is being stopped; call again",
               "STOPPING");
}

absl::Status RebuildStopped() {
  return Error(absl::StatusCode::kCancelled, "the service was stopped during the rebuild",
               "REBUILD_STOPPED");
}

}  // namespace avvik::metrics::error
