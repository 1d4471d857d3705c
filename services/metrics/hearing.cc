#include "services/metrics/hearing.h"

namespace avvik::metrics {

Hearing::Hearing(const pg::Settings& database, const events::StreamAccess& streams,
                 const std::vector<Source>& sources, events::EventHandler& handler,
                 const Clock& clock, telemetry::Registry& telemetry) {
  for (const Source& source : sources) {
    handlers_[source.name] = &handler;
    consumers_.push_back(std::make_unique<events::Consumer>(
        events::ConsumerSettings{.source = source.name,
                                 .database = database,
                                 .streams = streams,
                                 .telemetry = &telemetry},
        handler, *source.log, clock));
  }
}

absl::Status Hearing::Start() {
  for (const auto& consumer : consumers_) {
    if (absl::Status status = consumer->Start(); !status.ok()) {
      Stop();
      return status;
    }
  }
  return absl::OkStatus();
}

void Hearing::Stop() {
  for (const auto& consumer : consumers_) consumer->Stop();
}

}  // namespace avvik::metrics
