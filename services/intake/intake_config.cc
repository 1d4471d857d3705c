#include "services/intake/intake_config.h"

namespace avvik::intake {

std::optional<int> IntakeConfig::Load(int argc, const char* const* argv) {
  config::Reader reader("avvik-intake", "Takes in reports of information-security deviations.");
  host.Declare(reader);
  reader.RequiredText("master-key", &master_key,
                      "file with the master keys, or env:NAME for a variable that holds them");
  reader.Text("campaigns", &campaigns, "how reports of the same thing are recognised");
  return reader.Parse(argc, argv);
}

}  // namespace avvik::intake
