// Decides what each request is: a call of the API, a question about the gateway itself, or a file.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/clock/clock.h"
#include "services/gateway/http_error.h"
#include "services/gateway/http_message.h"
#include "services/gateway/readiness.h"
#include "services/gateway/request_metrics.h"
#include "services/gateway/route_table.h"
#include "services/gateway/static_files.h"
#include "services/gateway/transcoder.h"

namespace avvik::gateway {

// Thread-safe. Refuse does the work that needs no body: for API paths the token must be there (its
// worth is for the services to say) unless the method needs none, then the path, the method, and the kind of body must fit.
class GatewayHandler final : public HttpHandler {
 public:
  struct Parts {
    const Clock& clock;
    const RouteTable& routes;
    const StaticFiles& files;
    Transcoder& transcoder;
    Readiness& readiness;
    RequestMetrics& metrics;
  };

  explicit GatewayHandler(Parts parts) : parts_(parts) {}

  // How /metrics learns what the server has open: connections and streams.
  void set_load(std::function<std::pair<int, int>()> load) { load_ = std::move(load); }

  std::optional<HttpResponse> Refuse(const HttpRequestHead& head) override;
  std::optional<uint64_t> StreamedBodyLimit(const HttpRequestHead& head) override;
  std::shared_ptr<BodySink> HandleStreamed(HttpRequestHead head,
                                           std::shared_ptr<HttpResponder> responder) override;
  void Handle(HttpRequest request, std::shared_ptr<HttpResponder> responder) override;
  HttpResponse Unreadable(int status, const std::string& field, const std::string& detail) override;

 private:
  // The name of a request in the metrics, and the route when it is a call of the API.
  struct Meaning {
    std::string name;
    bool api = false;
    absl::StatusOr<RouteMatch> match = RouteMatch();

    bool NeedsNoToken() const {
      return match.ok() && match->route != nullptr && match->route->NeedsNoToken();
    }
  };

  Meaning MeaningOf(const HttpRequestHead& head) const;
  static Trace TraceOf(const HttpRequestHead& head, const Meaning& meaning);
  std::optional<HttpResponse> RefuseCall(const HttpRequestHead& head, const Meaning& meaning,
                                         const Trace& trace) const;
  std::optional<HttpResponse> RefuseFile(const HttpRequestHead& head, const Trace& trace) const;
  bool HasResource(const HttpRequestHead& head) const;
  void AnswerResource(const HttpRequestHead& head, const std::shared_ptr<HttpResponder>& responder);

  const Parts parts_;
  std::function<std::pair<int, int>()> load_;
};

}  // namespace avvik::gateway
