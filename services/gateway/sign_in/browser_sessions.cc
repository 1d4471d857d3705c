#include "services/gateway/sign_in/browser_sessions.h"

#include <utility>

#include "common/status/macros.h"

namespace avvik::gateway {
namespace {

// A look-up takes a tenth of a millisecond; what the provider is asked, its own time.
constexpr int kLookupThreads = 2;
constexpr int kProviderThreads = 4;
constexpr size_t kMaxLookups = 2000;
constexpr size_t kMaxProviderJobs = 200;
// How long a stream may outlive its session.
constexpr absl::Duration kWatchInterval = absl::Seconds(2);

OidcSettings SettingsOf(const GatewayConfig& config, const std::string& client_secret) {
  return {.issuer = config.issuer,
          .client = {.id = config.client_id, .secret = client_secret},
          .scope = config.sign_in_scope,
          .callback = config.public_url + "/sign-in/callback",
          .after_sign_out = config.public_url + "/"};
}

}  // namespace

BrowserSessions::BrowserSessions(const GatewayConfig& config, const std::string& client_secret,
                                 redis::Server redis, const Sealer& sealer,
                                 identity::KeyFinder& keys, http_client::Client& http,
                                 const Clock& clock, Behind behind)
    : store_(std::move(redis)),
      sessions_(store_, sealer, clock, config.session),
      provider_(SettingsOf(config, client_secret), http),
      sign_in_(provider_, sessions_, sealer, keys,
               {.issuer = config.issuer, .audience = config.audience}, behind.log, clock),
      budget_(config.session_rate),
      watch_(sessions_, kWatchInterval),
      lookup_workers_("session-lookup", kLookupThreads, kMaxLookups),
      provider_workers_("sign-in", kProviderThreads, kMaxProviderJobs),
      renewer_(sessions_, provider_, provider_workers_),
      handler_({.next = behind.next,
                .routes = behind.routes,
                .clock = clock,
                .sign_in = sign_in_,
                .sessions = sessions_,
                .renewer = renewer_,
                .watch = watch_,
                .budget = budget_,
                .lookups = lookup_workers_,
                .provider = provider_workers_,
                .metrics = behind.metrics,
                .public_url = config.public_url,
                .proxies = config.proxies}) {}

absl::Status BrowserSessions::Start() {
  AVVIK_RETURN_IF_ERROR(lookup_workers_.Start());
  AVVIK_RETURN_IF_ERROR(provider_workers_.Start());
  return watch_.Start();
}

void BrowserSessions::Stop() {
  watch_.Stop();
  lookup_workers_.Stop();
  provider_workers_.Stop();
  renewer_.Stop();
}

}  // namespace avvik::gateway
