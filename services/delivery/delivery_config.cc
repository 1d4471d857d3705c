#include "services/delivery/delivery_config.h"

#include <iostream>

namespace avvik::delivery {

std::optional<int> DeliveryConfig::Load(int argc, const char* const* argv) {
  config::Reader reader("avvik-delivery",
                        "Sends notices by e-mail, each once, every attempt on record.");
  host.Declare(reader);
  reader.RequiredText("intake", &intake, "gRPC address of intake, which knows the reporters");
  reader.RequiredText("escalation", &escalation,
                      "gRPC address of escalation, whose events are heard");
  reader.RequiredText("master-key", &master_key,
                      "file with the master keys, or with the URIs of those in a module (PKCS#11), or env:NAME "
                      "for a variable that holds them");
  reader.RequiredText("smtp", &smtp.url,
                      "mail server: smtp://host:port (STARTTLS) or smtps://host:port");
  reader.Text("smtp-ca", &smtp.ca_file,
              "certificates the mail server is checked against, PEM; empty for the machine's own");
  reader.Text("smtp-user", &smtp.user, "user at the mail server; empty for none");
  reader.Text("smtp-password-file", &smtp_password_file, "file with the user's password");
  reader.Switch("smtp-insecure", &smtp.insecure,
                "send without TLS when the server has none, and to whoever answers");
  reader.Text("templates", &templates, "folder with the words of the notices");
  reader.Number("workers", &workers, 1, 32, "most notices handed over at a time");
  reader.Number("address-days", &address_days, 1, 3650,
                "days after which the address of a notice that came to its end is erased");
  reader.Text("base-url", &base_url,
              "where links lead, in place of the organisations' own base_url");
  reader.Text("mail-from", &mail_from, "sender for organisations that name no mail_from");
  if (const auto status = reader.Parse(argc, argv); status.has_value()) return status;
  if (!smtp_password_file.empty()) {
    const std::optional<std::string> password = config::ReadSecretFile(smtp_password_file);
    if (!password.has_value()) return 2;
    smtp.password = *password;
  }
  if (const absl::Status checked = CheckSmtpSettings(smtp); !checked.ok()) {
    std::cerr << "avvik-delivery: " << checked.message() << "\n";
    return 2;
  }
  return std::nullopt;
}

}  // namespace avvik::delivery
