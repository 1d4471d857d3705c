#include "services/metrics/painter.h"

#include "absl/time/clock.h"
#include "common/status/macros.h"
#include "services/metrics/situation.h"

namespace avvik::metrics {
namespace {

constexpr absl::Duration kWatchersPatience = absl::Seconds(10);

}  // namespace

Painter::Painter(Ledgers& ledgers, telemetry::Registry& telemetry)
    : ledgers_(ledgers),
      counting_(telemetry.Histogram("avvik_figures_counting_seconds",
                                    "Time one pass over the lines of a ledger took.")),
      lines_(telemetry.Gauge("avvik_figures_lines", "Lines of the ledger that was read last.")) {}

absl::Status Painter::Read(const View& view, absl::Time deadline,
                           const Ledgers::Reading& reading) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(view.zone, &zone)) {
    return absl::InternalError("the time zone " + view.zone + " cannot be loaded");
  }
  return ledgers_.Read(view.tenant, zone, deadline, [&](const Ledger& ledger, absl::Time as_of) {
    const absl::Time begun = absl::Now();
    reading(ledger, as_of);
    counting_.Observe(absl::Now() - begun);
    lines_.Set(static_cast<double>(ledger.lines().size()));
  });
}

absl::StatusOr<v1::ListIndicatorsResponse> Painter::Indicators(const View& view,
                                                               v1::Breakdown breakdown,
                                                               absl::Time deadline) {
  v1::ListIndicatorsResponse response;
  AVVIK_RETURN_IF_ERROR(Read(view, deadline, [&](const Ledger& ledger, absl::Time as_of) {
    response = ListIndicators(ledger, view, breakdown, as_of);
  }));
  return response;
}

absl::StatusOr<v1::Situation> Painter::Situation(const View& view, absl::Time deadline) {
  v1::Situation situation;
  AVVIK_RETURN_IF_ERROR(Read(view, deadline, [&](const Ledger& ledger, absl::Time as_of) {
    situation = MakeSituation(ledger, view, as_of);
  }));
  return situation;
}

Watchers::Source Painter::ForWatchers() {
  return {.version = [this] { return ledgers_.CatchUp(absl::Now() + kWatchersPatience); },
          .paint = [this](const View& view) {
            return Situation(view, absl::Now() + kWatchersPatience);
          }};
}

}  // namespace avvik::metrics
