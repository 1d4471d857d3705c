#include <iostream>

#include "common/clock/clock.h"
#include "common/clock/clock_watch.h"
#include "common/config/config.h"
#include "common/http_client/curl_client.h"
#include "common/identity/caller.h"
#include "common/identity/key_set.h"
#include "common/identity/token_source.h"
#include "common/ids/id_source.h"
#include "common/log/log.h"
#include "common/process/lifecycle.h"
#include "common/rpc/peer.h"
#include "services/gateway/backends.h"
#include "services/gateway/calendar/calendar_handler.h"
#include "services/gateway/calendar/remote_feeds.h"
#include "services/gateway/form/form_handler.h"
#include "services/gateway/gateway_config.h"
#include "services/gateway/gateway_handler.h"
#include "services/gateway/http_server.h"
#include "services/gateway/openapi_document.h"
#include "services/gateway/remote_session_log.h"
#include "services/gateway/security_headers.h"
#include "services/gateway/sign_in/browser_sessions.h"
#include "services/gateway/sign_in/session_queue.h"

namespace {

// A service that does not answer its health check within this time is not ready.
constexpr absl::Duration kReadyTimeout = absl::Seconds(2);
// What stopping may take beyond the drain time.
constexpr absl::Duration kStopMargin = absl::Seconds(15);

int Fail(const absl::Status& status) {
  std::cerr << "avvik-gateway: " << status.message() << "\n";
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace avvik;
  using namespace avvik::gateway;
  process::Begin();
  const auto routes = RouteTable::Build(LinkedAvvikFiles());
  if (!routes.ok()) return Fail(routes.status());
  GatewayConfig config;
  if (const auto exit = LoadConfig(argc, argv, routes->Backends(), &config)) return *exit;
  log::Init("gateway", config.log_level);

  StaticFiles files;
  if (!config.static_folder.empty()) {
    auto loaded = StaticFiles::Load(config.static_folder);
    if (!loaded.ok()) return Fail(loaded.status());
    files = *std::move(loaded);
  }
  files.Add("/openapi.json", std::string(OpenApiDocument()));

  const auto client_secret = config::ReadSecretFile(config.client_secret_file);
  const auto session_keys = config::ReadSecretFile(config.session_key_file);
  const auto redis_password = config::ReadSecretFile(config.redis_password_file);
  const auto service_secret = config::ReadSecretFile(config.service_client_secret_file);
  if (!client_secret || !session_keys || !redis_password || !service_secret) return 2;
  const redis::Server redis{.address = config.redis,
                            .user = config.redis_user,
                            .password = *redis_password,
                            .tls = config.transport.files()};
  if (const auto place = redis::PlaceOf(redis); !place.ok()) return Fail(place.status());
  const auto sealer = Sealer::FromKeys(*session_keys);
  if (!sealer.ok()) return Fail(sealer.status());

  const SystemClock clock;
  telemetry::Registry registry;
  RequestMetrics metrics(registry);
  ClockWatch clock_watch(registry);
  const auto transport = rpc::Transport::Make(config.transport);
  if (!transport.ok()) return Fail(transport.status());
  for (const auto& [name, address] : config.backends) {
    if (const absl::Status status = (*transport)->Check(address); !status.ok()) return Fail(status);
  }
  const Backends backends(config.backends, **transport);
  Transcoder transcoder(backends, {.max_streams = config.max_streams, .proxies = config.proxies});
  Readiness readiness(backends, kReadyTimeout);
  GatewayHandler handler({clock, *routes, files, transcoder, readiness, metrics});
  http_client::CurlClient http;
  identity::KeySet keys({.issuer = config.issuer}, http, clock);
  Uuid7Source ids(clock);
  identity::ClientCredentialsSource tokens({.issuer = config.issuer,
                                            .client_id = config.service_client_id,
                                            .client_secret = *service_secret,
                                            .scope = identity::kServiceScope,
                                            .resource = ""},
                                           {}, http, clock);
  rpc::Peer triage("triage", config.backends.at("triage"), **transport, tokens);
  RemoteSessionLog remote_log(triage);
  SessionQueue session_log([&](const SessionDeed& deed) { return remote_log.Record(deed); }, ids,
                           registry);
  BrowserSessions browsers(
      config, *client_secret, redis, *sealer, keys, http, clock,
      {.next = handler, .routes = *routes, .metrics = metrics, .log = session_log});
  FormHandler form({.public_url = config.public_url}, browsers.handler(), metrics);
  rpc::Peer escalation("escalation", config.backends.at("escalation"), **transport, tokens);
  RemoteFeeds feeds(escalation);
  CalendarHandler calendar({.public_url = config.public_url, .proxies = config.proxies},
                           [&feeds](const FeedAddress& address, const std::string& trace_parent) {
                             return feeds.Read(address.tenant, address.secret, trace_parent);
                           },
                           clock, form, metrics);
  HttpServer server({.address = config.listen,
                     .certificate = config.listen_certificate,
                     .key = config.listen_key,
                     .threads = config.threads,
                     .max_connections = config.max_connections,
                     .drain = config.drain,
                     .headers = SecurityHeaders(config.public_url.starts_with("https://"))},
                    calendar);
  handler.set_load([&server] { return std::pair(server.connections(), server.streams()); });
  // Stopped in reverse: first no more requests, then an end to the calls they made.
  return process::RunUntilSignal(
      {&clock_watch, &readiness, &transcoder, &keys, &session_log, &browsers, &form, &calendar, &server},
      config.drain + kStopMargin);
}
