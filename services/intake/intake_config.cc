#include "services/intake/intake_config.h"

#include <iostream>

#include "common/config/loopback.h"

namespace avvik::intake {

std::optional<int> IntakeConfig::Load(int argc, const char* const* argv) {
  config::Reader reader("avvik-intake", "Takes in reports of information-security deviations.");
  host.Declare(reader);
  reader.RequiredText("master-key", &master_key,
                      "file with the master keys, or env:NAME for a variable that holds them");
  reader.RequiredText("receipt-key", &receipt_key_file,
                      "File of 64 hexadecimal digits, from which the keys for receipts and challenges "
                      "are derived; without it no receipt opens its report");
  reader.RequiredText("proof-key", &proof_key_file,
                      "Ed25519 private key (PEM) that signs proofs of filing");
  reader.Text("clamd", &clamd,
              "ClamAV's daemon, unix:<path> or 127.0.0.1:port; without one, no attachments are taken");
  reader.Text("campaigns", &campaigns, "how reports of the same thing are recognised");
  if (const auto exit = reader.Parse(argc, argv)) return exit;
  if (!clamd.empty() && !clamd.starts_with("unix:") && !config::IsLoopback(config::HostOf(clamd))) {
    // It knows no TLS, and what is scanned is what people sent.
    std::cerr << "avvik-intake: --clamd " << clamd
              << " is a network address: files go to it in plain, so it must be on this machine\n";
    return 2;
  }
  return std::nullopt;
}

}  // namespace avvik::intake
