#include "services/escalation/escalation_config.h"

#include <iostream>

#include "common/malware/scanner.h"

namespace avvik::escalation {

std::optional<int> EscalationConfig::Load(int argc, const char* const* argv) {
  config::Reader reader("avvik-escalation",
                        "Finds the duties to tell authorities and keeps their clocks.");
  host.Declare(reader);
  reader.RequiredText("master-key", &master_key,
                      "file with the master keys, or with the URIs of those in a module (PKCS#11), or env:NAME "
                      "for a variable that holds them");
  reader.Text("regimes", &regimes, "directory of the statutory regimes");
  reader.Text("clamd", &clamd,
              "ClamAV's daemon, unix:<path> or 127.0.0.1:port; without one, no files of authorities are taken");
  if (const std::optional<int> exit = reader.Parse(argc, argv)) return exit;
  if (const std::string why = malware::WhyNotClamd("avvik-escalation", clamd); !why.empty()) {
    std::cerr << why << '\n';
    return 2;
  }
  return std::nullopt;
}

}  // namespace avvik::escalation
