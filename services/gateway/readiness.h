// Whether the gateway can do its work: asks every service's health (gRPC Health Checking Protocol,
// service name `ready`).
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/process/runnable.h"
#include "services/gateway/backends.h"
#include "services/gateway/call_registry.h"
#include "services/gateway/http_message.h"

namespace avvik::gateway {

// Thread-safe.
class Readiness final : public process::Runnable {
 public:
  // `backends` must outlive it. A service that does not answer within `timeout` is not ready.
  Readiness(const Backends& backends, absl::Duration timeout)
      : backends_(backends), timeout_(timeout) {}
  ~Readiness() override { Stop(); }

  // Answers 200 when every service is ready, otherwise 503, with what each one said:
  // `{"ready": false, "services": {"intake": "SERVING", "triage": "UNAVAILABLE"}}`. Who asks while
  // a round of questions is under way gets the answer of that round.
  void Answer(std::shared_ptr<HttpResponder> responder);

  absl::Status Start() override { return absl::OkStatus(); }
  void Stop() override { calls_.Stop(); }

 private:
  struct Question;

  void Ask(const std::string& name);
  void Note(const std::string& name, const std::string& state);

  const Backends& backends_;
  const absl::Duration timeout_;
  CallRegistry calls_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<HttpResponder>> waiting_;
  std::map<std::string, std::string> states_;  // Of the round under way.
};

// The messages of grpc.health.v1, which no Debian package has as C++: a request for the service
// `name`, and the name of the state in an answer (`UNKNOWN` when it is not readable).
std::string HealthRequest(const std::string& name);
std::string HealthState(const std::string& answer);

}  // namespace avvik::gateway
