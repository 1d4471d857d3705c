// Sends one report until there is an answer that settles it.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "avvik/intake/v1/intake.pb.h"
#include "cli/api.h"
#include "cli/import/retry.h"
#include "cli/import/stop_signal.h"
#include "common/clock/clock.h"

namespace avvik::cli {

struct Outcome {
  enum class Kind {
    kStored,    // Acknowledged; `report` is the answer.
    kRejected,  // `error` says why.
    kHopeless,  // So would be every other; `error` says why.
    kGaveUp,    // Not reached for as long as patience lasted; `error` is the last one.
    kStopped,   // StopSignal came in between; whether the report is stored is not known.
  };
  Kind kind = Kind::kStopped;
  intake::v1::Report report = {};
  absl::Status error = {};
};

// Thread-safe.
class Submitter {
 public:
  struct Options {
    absl::Duration patience = absl::Minutes(2);
    // Called when sending has to wait, with the reason.
    std::function<void(const absl::Status&)> on_wait = nullptr;
  };

  // All must outlive it.
  Submitter(Api& api, const Clock& clock, StopSignal& stop, Options options)
      : api_(api), clock_(clock), stop_(stop), options_(std::move(options)) {}

  Outcome Submit(const intake::v1::SubmitReportRequest& request);

 private:
  Api& api_;
  const Clock& clock_;
  StopSignal& stop_;
  const Options options_;
};

// Calls `send` until it is settled or patience is at its end; the last answer. ABORTED when
// stopped.
absl::StatusOr<http_client::Response> SendPatiently(
    const std::function<absl::StatusOr<http_client::Response>()>& send, absl::Duration patience,
    const Clock& clock, StopSignal& stop, const std::function<void(const absl::Status&)>& on_wait);

}  // namespace avvik::cli
