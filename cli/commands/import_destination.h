// Where an import goes: the municipality, and the person in whose name reports are brought in.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/organisation/v1/organisation.pb.h"
#include "cli/import/mapping.h"
#include "cli/import/stop_signal.h"
#include "cli/session.h"
#include "common/clock/clock.h"

namespace avvik::cli {

struct Destination {
  organisation::v1::Organisation organisation;
  std::unique_ptr<Caller> caller;
  std::string who;  // Login; empty when a token was given.
  absl::Duration
      ahead;  // How far the server's clock is ahead of `clock`; zero when it is the same.
};

// Reads the organisation, as patiently as SendPatiently. Whoever was named (--as, --token) brings
// the reports in, otherwise the organisation's first INFORMATION_SECURITY_OFFICER;
// FAILED_PRECONDITION when there is none.
absl::StatusOr<Destination> FindDestination(
    Session& session, absl::Duration patience, const Clock& clock, StopSignal& stop,
    const std::function<void(const absl::Status&)>& on_wait);

// What lines are read against in this organisation.
absl::StatusOr<Surroundings> SurroundingsOf(const organisation::v1::Organisation& organisation,
                                            const std::string& register_name);

}  // namespace avvik::cli
