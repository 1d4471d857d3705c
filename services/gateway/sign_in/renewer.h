// Gets sessions a new access token before the old one expires. However many requests of a session
// come at the same time, and at however many gateways: one of them asks the provider.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/process/runnable.h"
#include "services/gateway/sign_in/oidc_client.h"
#include "services/gateway/sign_in/sessions.h"
#include "services/gateway/worker_pool.h"

namespace avvik::gateway {

// Thread-safe.
class Renewer final : public process::Runnable {
 public:
  using Done = std::function<void(const absl::StatusOr<Session>&)>;

  // What blocks is done by `workers`.
  Renewer(Sessions& sessions, OidcClient& provider, WorkerPool& workers)
      : sessions_(sessions), provider_(provider), workers_(workers) {}

  absl::Status Start() override { return absl::OkStatus(); }

  // Tells everybody who still waits that it comes to nothing. The workers must have stopped.
  void Stop() override;

  // Renews the tokens of a session and calls `done` with it, from another thread. Whoever comes
  // while that happens gets the same answer. The errors are those of RenewOnce.
  void Renew(const std::string& key, Done done);

  // The same when nobody waits: does nothing while the provider has just failed to answer.
  void RenewMeanwhile(const std::string& key);

  // Renews now. UNAUTHENTICATED `SESSION_ENDED` when the session is over or the provider refuses
  // to renew it, which ends it; UNAVAILABLE when the provider or the store does not answer.
  absl::StatusOr<Session> RenewOnce(const std::string& key);

 private:
  void Finish(const std::string& key, const absl::StatusOr<Session>& result);
  absl::StatusOr<Session> RenewAsTheOne(const std::string& key);

  Sessions& sessions_;
  OidcClient& provider_;
  WorkerPool& workers_;
  std::mutex mutex_;
  std::map<std::string, std::vector<Done>> waiting_;  // By key; there while somebody renews.
  absl::Time rest_until_ = absl::InfinitePast();
};

}  // namespace avvik::gateway
