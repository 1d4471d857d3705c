// The settings of escalation.
#pragma once

#include <optional>
#include <string>

#include "common/host/settings.h"

namespace avvik::escalation {

struct EscalationConfig {
  host::Settings host;
  std::string master_key;
  std::string regimes = "deploy/regimes";
  std::string clamd;  // Empty: files of authorities are not taken.

  // Reads flags and environment. An exit status when the process shall end at once.
  std::optional<int> Load(int argc, const char* const* argv);
};

}  // namespace avvik::escalation
