#include "common/clock/clock_watch.h"

#include <utility>

#include "common/log/log.h"

namespace avvik {
namespace {

// The kernel itself takes minutes to find that nobody keeps its clock.
constexpr absl::Duration kInterval = absl::Minutes(1);

double ValueOf(Synchronisation state) {
  switch (state) {
    case Synchronisation::kSynchronised:
      return 1;
    case Synchronisation::kNotSynchronised:
      return 0;
    case Synchronisation::kUnknown:
      break;
  }
  return -1;
}

}  // namespace

ClockWatch::ClockWatch(telemetry::Registry& registry, std::function<KernelClock()> ask)
    : ask_(std::move(ask)),
      synchronised_(registry.Gauge(
          "avvik_clock_synchronised",
          "Whether the machine's clock is synchronised: 1 yes, 0 no, -1 the kernel does not say.")),
      error_(
          registry.Gauge("avvik_clock_estimated_error_seconds",
                         "How far off the kernel takes its clock to be; 0 when it does not say.")),
      loop_("clock", [this] {
        RunOnce();
        return kInterval;
      }) {
  synchronised_.Set(ValueOf(Synchronisation::kUnknown));
}

bool ClockWatch::RunOnce() {
  const KernelClock clock = ask_();
  const Synchronisation state = JudgeClock(clock);
  synchronised_.Set(ValueOf(state));
  error_.Set(absl::ToDoubleSeconds(clock.estimated_error));
  const std::optional<Synchronisation> before = std::exchange(last_, state);
  const bool tell = before ? *before != state : state == Synchronisation::kNotSynchronised;
  if (tell) {
    log::Warning("clock_synchronisation",
                 {{"state", std::string(NameOf(state))},
                  {"before", before ? std::string(NameOf(*before)) : "not_looked_at"},
                  {"estimated_error", clock.estimated_error}});
  }
  return tell;
}

}  // namespace avvik
