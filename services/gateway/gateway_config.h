// The gateway's settings, from flags and the environment.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "common/log/log.h"
#include "common/rpc/transport.h"
#include "services/gateway/sign_in/session.h"

namespace avvik::gateway {

struct GatewayConfig {
  std::string listen = "127.0.0.1:8080";        // host:port of the HTTP server.
  std::string listen_certificate;               // Empty: without TLS, on loopback only.
  std::string listen_key;
  std::string static_folder;                    // Of the web application; empty for none.
  std::map<std::string, std::string> backends;  // gRPC addresses by name.
  std::string public_url;  // How browsers reach the gateway: `https://host`, without a path.
  std::string redis;       // Where sessions are kept.
  std::string redis_user;
  std::string redis_password_file;
  std::string issuer;      // OpenID provider that people sign in at.
  std::string audience = "avvik";  // That access tokens name.
  std::string client_id;           // Our client there.
  std::string client_secret_file;
  std::string service_client_id = "avvik-gateway";  // By which it speaks for itself.
  std::string service_client_secret_file;
  std::string session_key_file;
  std::string sign_in_scope = "openid profile email";
  SessionLimits session;
  int session_rate = 50;  // Requests a second of one session; 0 for no limit.
  int threads = 2;        // That serve HTTP.
  int max_connections = 1024;
  int max_streams = 500;
  int proxies = 0;  // Reverse proxies in front.
  absl::Duration drain = absl::Seconds(10);
  log::Level log_level = log::Level::kInfo;
  rpc::TransportSettings transport;             // Of the calls to the backends.
};

// Reads the settings into `config`; each of `backends` is a required setting of its own. Returns
// the exit status when the program shall end at once: after --help, --check-config, or mistakes,
// which are printed.
std::optional<int> LoadConfig(int argc, const char* const* argv,
                              const std::set<std::string>& backends, GatewayConfig* config);

}  // namespace avvik::gateway
