#include "services/metrics/metrics_config.h"

namespace avvik::metrics {

std::optional<int> MetricsConfig::Load(int argc, const char* const* argv) {
  config::Reader reader("avvik-metrics", "Counts deviations and shows the situation.");
  host.Declare(reader);
  reader.RequiredText("intake", &intake, "gRPC address of intake, which tells of reports");
  reader.RequiredText("escalation", &escalation, "gRPC address of escalation, which tells of duties");
  reader.RequiredText("delivery", &delivery, "gRPC address of delivery, which tells of notices");
  reader.Number("watchers", &watchers, 0, 1000, "most calls that watch the situation at a time");
  return reader.Parse(argc, argv);
}

}  // namespace avvik::metrics
