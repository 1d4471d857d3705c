// All that the gateway has for browsers, put together.
#pragma once

#include <string>

#include "common/clock/clock.h"
#include "common/http_client/client.h"
#include "common/identity/jwt.h"
#include "common/process/runnable.h"
#include "services/gateway/gateway_config.h"
#include "services/gateway/request_metrics.h"
#include "services/gateway/route_table.h"
#include "services/gateway/sign_in/oidc_client.h"
#include "services/gateway/sign_in/redis_session_store.h"
#include "services/gateway/sign_in/renewer.h"
#include "services/gateway/sign_in/request_budget.h"
#include "services/gateway/sign_in/sealer.h"
#include "services/gateway/sign_in/session_handler.h"
#include "services/gateway/sign_in/session_log.h"
#include "services/gateway/sign_in/sessions.h"
#include "services/gateway/sign_in/sign_in.h"
#include "services/gateway/sign_in/stream_watch.h"
#include "services/gateway/worker_pool.h"

namespace avvik::gateway {

class BrowserSessions final : public process::Runnable {
 public:
  // What lies behind.
  struct Behind {
    HttpHandler& next;
    const RouteTable& routes;
    RequestMetrics& metrics;
    SessionLog& log;
  };

  // Everything handed in but the texts must outlive it.
  BrowserSessions(const GatewayConfig& config, const std::string& client_secret,
                  redis::Server redis, const Sealer& sealer, identity::KeyFinder& keys,
                  http_client::Client& http, const Clock& clock, Behind behind);
  ~BrowserSessions() override { Stop(); }

  absl::Status Start() override;

  // Answers everybody who still waits. The server must have stopped.
  void Stop() override;

  HttpHandler& handler() { return handler_; }

 private:
  RedisSessionStore store_;
  Sessions sessions_;
  OidcClient provider_;
  SignIn sign_in_;
  RequestBudget budget_;
  StreamWatch watch_;
  WorkerPool lookup_workers_;
  WorkerPool provider_workers_;
  Renewer renewer_;
  SessionHandler handler_;
};

}  // namespace avvik::gateway
