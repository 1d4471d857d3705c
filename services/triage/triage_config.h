// The settings of triage.
#pragma once

#include <optional>
#include <string>

#include "common/host/settings.h"

namespace avvik::triage {

struct TriageConfig {
  host::Settings host;
  std::string intake;
  std::string escalation;
  std::string master_key;
  absl::Duration retention_every = absl::Hours(1);
  std::string classification = "deploy/classification.yaml";
  std::string campaigns = "deploy/campaigns.yaml";

  // Reads flags and environment. An exit status when the process shall end at once.
  std::optional<int> Load(int argc, const char* const* argv);
};

}  // namespace avvik::triage
