// The settings that every service has.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "common/config/config.h"
#include "common/rpc/transport.h"

namespace avvik::host {

struct Settings {
  std::string listen;
  std::string database;
  std::string database_owner;  // Empty: `database` owns its tables.
  std::string redis;
  std::string redis_user;
  std::string redis_password_file;
  std::string event_key;
  std::string issuer;
  std::string audience = "avvik";
  std::string client_id;
  std::string client_secret_file;
  std::string roles = "deploy/roles.yaml";
  std::string strong_sign_in_for;
  std::string strong_sign_in;
  std::string triage;
  std::string audit_key;
  std::string metrics_listen;
  std::string log_level = "info";
  std::string syslog;
  std::string syslog_ca;
  bool syslog_plain_end = false;
  int connections = 12;
  int calls = 64;
  int reads_per_hour = 20'000;
  absl::Duration drain = absl::Seconds(10);
  rpc::TransportSettings transport;

  // Declares them all.
  void Declare(config::Reader& reader);
};

}  // namespace avvik::host
