#include "services/escalation/escalation_config.h"

namespace avvik::escalation {

std::optional<int> EscalationConfig::Load(int argc, const char* const* argv) {
  config::Reader reader("avvik-escalation",
                        "Finds the duties to tell authorities and keeps their clocks.");
  host.Declare(reader);
  reader.RequiredText("master-key", &master_key,
                      "file with the master keys, or with the URIs of those in a module (PKCS#11), or env:NAME "
                      "for a variable that holds them");
  reader.Text("regimes", &regimes, "directory of the statutory regimes");
  return reader.Parse(argc, argv);
}

}  // namespace avvik::escalation
