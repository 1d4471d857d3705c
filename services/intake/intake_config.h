// The settings of intake.
#pragma once

#include <optional>
#include <string>

#include "common/host/settings.h"
#include "services/intake/attachment.h"

namespace avvik::intake {

struct IntakeConfig {
  host::Settings host;
  std::string master_key;
  std::string receipt_key_file;
  std::string proof_key_file;
  std::string clamd;
  std::string campaigns = "deploy/campaigns.yaml";
  StorageLimits storage;

  // Reads flags and environment. An exit status when the process shall end at once.
  std::optional<int> Load(int argc, const char* const* argv);
};

}  // namespace avvik::intake
