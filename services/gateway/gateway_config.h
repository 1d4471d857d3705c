// The gateway's settings, from flags and the environment.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "common/log/log.h"

namespace avvik::gateway {

struct GatewayConfig {
  std::string listen = "127.0.0.1:8080";        // host:port of the HTTP server.
  std::string static_folder;                    // Of the web application; empty for none.
  std::map<std::string, std::string> backends;  // gRPC addresses by name.
  int threads = 2;                              // That serve HTTP.
  int max_connections = 1024;
  int max_streams = 500;
  absl::Duration drain = absl::Seconds(10);
  log::Level log_level = log::Level::kInfo;
};

// Reads the settings into `config`; each of `backends` is a required setting of its own. Returns
// the exit status when the program shall end at once: after --help, --check-config, or mistakes,
// which are printed.
std::optional<int> LoadConfig(int argc, const char* const* argv,
                              const std::set<std::string>& backends, GatewayConfig* config);

}  // namespace avvik::gateway
