#include "services/triage/triage_config.h"

namespace avvik::triage {

std::optional<int> TriageConfig::Load(int argc, const char* const* argv) {
  config::Reader reader("avvik-triage", "Owns the organisation and the cases.");
  host.Declare(reader);
  reader.RequiredText("intake", &intake, "gRPC address of intake");
  reader.RequiredText("escalation", &escalation,
                      "gRPC address of escalation, which tells when cases are due");
  reader.RequiredText("master-key", &master_key,
                      "file with the master keys, or with the URIs of those in a module (PKCS#11), or env:NAME "
                      "for a variable that holds them");
  reader.Duration("retention-every", &retention_every,
                  "how often to look for cases whose time is over");
  reader.Text("classification", &classification, "how reports are classified");
  reader.Text("campaigns", &campaigns, "how reports of the same thing are recognised");
  return reader.Parse(argc, argv);
}

}  // namespace avvik::triage
