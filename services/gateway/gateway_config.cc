#include "services/gateway/gateway_config.h"

#include <algorithm>
#include <iostream>

#include "common/config/config.h"
#include "common/config/loopback.h"
#include "common/identity/provider.h"

namespace avvik::gateway {
namespace {

// What is wrong beyond single values; empty when nothing is.
std::string MistakeIn(const GatewayConfig& config) {
  if (config.listen_certificate.empty() != config.listen_key.empty()) {
    return "--listen-certificate and --listen-key belong together";
  }
  if (config.listen_certificate.empty() && !config::IsLoopback(config::HostOf(config.listen))) {
    return "--listen " + config.listen +
           " is a network address: give --listen-certificate and --listen-key, or listen on loopback "
           "(127.0.0.1:8080) behind a proxy on this machine";
  }
  // Tokens and cookies travel there: the rules are the same as for the provider.
  const std::string& url = config.public_url;
  const size_t host = url.find("://") + 3;
  if (!identity::CheckProviderUrl(url).ok() ||
      url.find_first_of("/?#@", host) != std::string::npos) {
    return "--public-url must be https://host or https://host:port, without a path; http:// is for "
           "this machine's loopback only";
  }
  // Browsers write an origin so, and it is compared to the letter.
  const bool usual_port = url.ends_with(url.starts_with("https:") ? ":443" : ":80");
  if (usual_port ||
      std::any_of(url.begin(), url.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) {
    return "--public-url must be in lower case and without the scheme's usual port";
  }
  if (config.session.idle < absl::Seconds(1) || config.session.absolute < config.session.idle) {
    return "--session-idle must be at least 1s, and --session-limit at least as long";
  }
  return "";
}

}  // namespace

std::optional<int> LoadConfig(int argc, const char* const* argv,
                              const std::set<std::string>& backends, GatewayConfig* config) {
  config::Reader reader("avvik-gateway",
                        "The HTTP face of Avvik: REST and JSON, live events, web files.");
  reader.RequiredText("listen", &config->listen, "host:port to serve HTTP at");
  reader.Text("listen-certificate", &config->listen_certificate,
              "certificate (PEM) to serve HTTPS with; empty on loopback only");
  reader.Text("listen-key", &config->listen_key, "that certificate's private key (PEM)");
  reader.Text("static", &config->static_folder, "folder of the web application; empty for none");
  for (const std::string& name : backends) {
    reader.RequiredText(name, &config->backends[name], "gRPC address of the service " + name);
  }
  reader.RequiredText("public-url", &config->public_url,
                      "how browsers reach the gateway: https://host; http:// for loopback only");
  reader.RequiredText("redis", &config->redis,
                      "where sessions are kept: a Redis at a unix socket's path, rediss://host:port (TLS), or "
                      "redis://host:port on this machine");
  reader.RequiredText("redis-user", &config->redis_user, "the gateway's user in Redis");
  reader.RequiredText("redis-password-file", &config->redis_password_file,
                      "file with the password of Redis' user");
  reader.RequiredText("issuer", &config->issuer, "OpenID provider that people sign in at");
  reader.Text("audience", &config->audience, "audience that access tokens name");
  reader.RequiredText("client-id", &config->client_id, "the gateway's client at the provider");
  reader.RequiredText("client-secret-file", &config->client_secret_file,
                      "file with the client's secret");
  reader.Text(
      "service-client-id", &config->service_client_id,
      "the client by which the gateway itself speaks to triage, with the scope avvik.service");
  reader.RequiredText("service-client-secret-file", &config->service_client_secret_file,
                      "file with that client's secret");
  reader.RequiredText("session-key-file", &config->session_key_file,
                      "file with the keys that seal sessions: 64 hexadecimal digits a line");
  reader.Text("sign-in-scope", &config->sign_in_scope, "scopes asked for when a person signs in");
  reader.Duration("session-idle", &config->session.idle, "a session not used for so long ends");
  reader.Duration("session-limit", &config->session.absolute, "a session ends after so long");
  reader.Number("session-rate", &config->session_rate, 0, 100'000,
                "requests a second that one session may make; 0 for no limit");
  reader.Number("http-threads", &config->threads, 1, 64, "threads that serve HTTP");
  reader.Number("max-connections", &config->max_connections, 1, 100'000,
                "HTTP connections at one time");
  reader.Number("max-streams", &config->max_streams, 1, 100'000,
                "streams of live events at one time");
  reader.Number("proxies", &config->proxies, 0, 10,
                "reverse proxies in front, each adding to X-Forwarded-For: whose word counts for "
                "where a caller is");
  reader.Duration("drain", &config->drain, "how long requests under way may take when stopping");
  config->transport.Declare(reader);
  std::string level = "info";
  reader.Text("log-level", &level, "least level logged: debug, info, warning or error");
  if (const auto exit = reader.Parse(argc, argv)) return exit;
  if (!log::ParseLevel(level, &config->log_level)) {
    std::cerr << "avvik-gateway: --log-level must be debug, info, warning or error, not \"" << level
              << "\"\n";
    return 2;
  }
  if (const std::string mistake = MistakeIn(*config); !mistake.empty()) {
    std::cerr << "avvik-gateway: " << mistake << "\n";
    return 2;
  }
  return std::nullopt;
}

}  // namespace avvik::gateway
