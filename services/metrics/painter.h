// Answers from the ledgers as they are now.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/metrics/v1/metrics.pb.h"
#include "common/telemetry/registry.h"
#include "services/metrics/ledgers.h"
#include "services/metrics/view.h"
#include "services/metrics/watchers.h"

namespace avvik::metrics {

// Thread-safe. Errors are those of Ledgers::Read.
class Painter {
 public:
  Painter(Ledgers& ledgers, telemetry::Registry& telemetry);

  absl::StatusOr<v1::ListIndicatorsResponse> Indicators(const View& view, v1::Breakdown breakdown,
                                                        absl::Time deadline);
  absl::StatusOr<v1::Situation> Situation(const View& view, absl::Time deadline);

  // The same for those who watch; good as long as the painter.
  Watchers::Source ForWatchers();

 private:
  absl::Status Read(const View& view, absl::Time deadline, const Ledgers::Reading& reading);

  Ledgers& ledgers_;
  const telemetry::Histogram counting_;
  const telemetry::Gauge lines_;
};

}  // namespace avvik::metrics
