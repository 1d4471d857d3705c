#include "services/intake/intake_config.h"

namespace avvik::intake {

std::optional<int> IntakeConfig::Load(int argc, const char* const* argv) {
  config::Reader reader("avvik-intake", "Takes in reports of information-security deviations.");
  host.Declare(reader);
  reader.RequiredText("master-key", &master_key,
                      "file with the master keys, or with the URIs of those in a module (PKCS#11), or env:NAME "
                      "for a variable that holds them");
  reader.RequiredText("receipt-key", &receipt_key_file,
                      "file of 64 hexadecimal digits a line, the newest first, from which the keys for "
                      "receipts and challenges are derived; without them no receipt opens its report");
  reader.RequiredText("proof-key", &proof_key_file,
                      "Ed25519 private key (PEM) that signs proofs of filing");
  reader.Text("clamd", &clamd,
              "ClamAV's daemon, unix:<path> or host:port; without one, no attachments are taken");
  reader.Text("campaigns", &campaigns, "how reports of the same thing are recognised");
  return reader.Parse(argc, argv);
}

}  // namespace avvik::intake
