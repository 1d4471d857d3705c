// The settings of metrics.
#pragma once

#include <optional>
#include <string>

#include "common/host/settings.h"

namespace avvik::metrics {

struct MetricsConfig {
  host::Settings host;
  std::string intake;
  std::string escalation;
  std::string delivery;
  int watchers = 32;

  // Reads flags and environment. An exit status when the process shall end at once.
  std::optional<int> Load(int argc, const char* const* argv);
};

}  // namespace avvik::metrics
