#include "services/intake/intake_config.h"

#include <iostream>

#include "common/malware/scanner.h"

namespace avvik::intake {
namespace {

constexpr int64_t kMebibyte = 1 << 20;
constexpr int kMost = 1'000'000'000;

}  // namespace

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
              "ClamAV's daemon, unix:<path> or 127.0.0.1:port; without one, no attachments are taken");
  reader.Text("campaigns", &campaigns, "how reports of the same thing are recognised");
  int files = static_cast<int>(storage.files_of_person);
  int of_person = static_cast<int>(storage.bytes_of_person / kMebibyte);
  int without_account = static_cast<int>(storage.bytes_without_account / kMebibyte);
  int in_all = static_cast<int>(storage.bytes_in_all / kMebibyte);
  reader.Number("files-of-person", &files, 1, kMost, "files that one person may have in all their reports");
  reader.Number("mebibytes-of-person", &of_person, 1, kMost, "MiB of files that one person may have in all their reports");
  reader.Number("mebibytes-without-account", &without_account, 1, kMost,
                "MiB of files that a municipality takes within a day from all who have no account");
  reader.Number("mebibytes-of-files", &in_all, 1, kMost,
                "MiB of the database that files may take; less than its disk has");
  const std::optional<int> exit = reader.Parse(argc, argv);
  storage = {.files_of_person = files,
             .bytes_of_person = of_person * kMebibyte,
             .bytes_without_account = without_account * kMebibyte,
             .bytes_in_all = in_all * kMebibyte};
  if (exit.has_value()) return exit;
  if (const std::string why = malware::WhyNotClamd("avvik-intake", clamd); !why.empty()) {
    std::cerr << why << '\n';
    return 2;
  }
  return std::nullopt;
}

}  // namespace avvik::intake
