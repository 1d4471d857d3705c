// The settings of delivery.
#pragma once

#include <optional>
#include <string>

#include "common/host/settings.h"
#include "services/delivery/smtp_mailer.h"

namespace avvik::delivery {

struct DeliveryConfig {
  host::Settings host;
  std::string intake;
  std::string escalation;
  std::string master_key;
  SmtpSettings smtp;
  std::string smtp_password_file;
  std::string templates = "deploy/templates";
  int workers = 2;
  int address_days = 90;
  std::string base_url;
  std::string mail_from;

  // Reads flags, environment and the password file. An exit status when the process shall end at
  // once.
  std::optional<int> Load(int argc, const char* const* argv);
};

}  // namespace avvik::delivery
