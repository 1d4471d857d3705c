#include "services/gateway/gateway_config.h"

#include <iostream>

#include "common/config/config.h"

namespace avvik::gateway {

std::optional<int> LoadConfig(int argc, const char* const* argv,
                              const std::set<std::string>& backends, GatewayConfig* config) {
  config::Reader reader("avvik-gateway",
                        "The HTTP face of Avvik: REST and JSON, live events, web files.");
  reader.RequiredText("listen", &config->listen, "host:port to serve HTTP at");
  reader.Text("static", &config->static_folder, "folder of the web application; empty for none");
  for (const std::string& name : backends) {
    reader.RequiredText(name, &config->backends[name], "gRPC address of the service " + name);
  }
  reader.Number("http-threads", &config->threads, 1, 64, "threads that serve HTTP");
  reader.Number("max-connections", &config->max_connections, 1, 100'000,
                "HTTP connections at one time");
  reader.Number("max-streams", &config->max_streams, 1, 100'000,
                "streams of live events at one time");
  reader.Duration("drain", &config->drain, "how long requests under way may take when stopping");
  std::string level = "info";
  reader.Text("log-level", &level, "least level logged: debug, info, warning or error");
  if (const auto exit = reader.Parse(argc, argv)) return exit;
  if (!log::ParseLevel(level, &config->log_level)) {
    std::cerr << "avvik-gateway: --log-level must be debug, info, warning or error, not \"" << level
              << "\"\n";
    return 2;
  }
  return std::nullopt;
}

}  // namespace avvik::gateway
