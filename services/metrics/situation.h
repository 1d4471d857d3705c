// The answers of the API from a ledger: indicators, split or not, and the situation picture. Pure.
#pragma once

#include <vector>

#include "absl/time/time.h"
#include "avvik/metrics/v1/metrics.pb.h"
#include "services/metrics/ledger.h"
#include "services/metrics/view.h"

namespace avvik::metrics {

// Most running clocks in a situation.
inline constexpr size_t kMostClocks = 50;

// The indicators as of `now`. With a breakdown, all of them for each group that has at least one line, groups
// in the order of their names, kinds and properties in the order of the proto, `-` (none) last.
v1::ListIndicatorsResponse ListIndicators(const Ledger& ledger, const View& view,
                                          v1::Breakdown breakdown, absl::Time now);

// The situation picture as of `now`.
v1::Situation MakeSituation(const Ledger& ledger, const View& view, absl::Time now);

}  // namespace avvik::metrics
