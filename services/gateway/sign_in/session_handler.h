// What browsers with a session see of the gateway. Answers the paths of signing in and out, and
// turns the session of every other API request into the bearer token that the services want;
// everything else goes on to the handler behind as it is.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "common/clock/clock.h"
#include "services/gateway/http_message.h"
#include "services/gateway/request_metrics.h"
#include "services/gateway/route_table.h"
#include "services/gateway/sign_in/renewer.h"
#include "services/gateway/sign_in/request_budget.h"
#include "services/gateway/sign_in/sessions.h"
#include "services/gateway/sign_in/sign_in.h"
#include "services/gateway/sign_in/stream_watch.h"
#include "services/gateway/trace.h"
#include "services/gateway/worker_pool.h"

namespace avvik::gateway {

// Thread-safe.
class SessionHandler final : public HttpHandler {
 public:
  struct Parts {
    HttpHandler& next;
    const RouteTable& routes;
    const Clock& clock;
    SignIn& sign_in;
    Sessions& sessions;
    Renewer& renewer;
    StreamWatch& watch;
    RequestBudget& budget;
    WorkerPool& lookups;   // For what waits for the session store.
    WorkerPool& provider;  // For what waits for the provider too.
    RequestMetrics& metrics;
    std::string public_url;  // Our address as browsers see it: `https://host`, no slash at its end.
    int proxies = 0;         // Reverse proxies in front.
  };

  explicit SessionHandler(Parts parts) : parts_(std::move(parts)) {}

  std::optional<HttpResponse> Refuse(const HttpRequestHead& head) override;
  std::optional<uint64_t> StreamedBodyLimit(const HttpRequestHead& head) override {
    return parts_.next.StreamedBodyLimit(head);
  }
  std::shared_ptr<BodySink> HandleStreamed(HttpRequestHead head,
                                           std::shared_ptr<HttpResponder> responder) override;
  void Handle(HttpRequest request, std::shared_ptr<HttpResponder> responder) override;
  HttpResponse Unreadable(int status, const std::string& field,
                          const std::string& detail) override {
    return parts_.next.Unreadable(status, field, detail);
  }

 private:
  enum class Path { kSignIn, kCallback, kSignOut, kSession, kSessions, kOneSession };

  static std::optional<Path> OwnPath(std::string_view path);
  static std::set<std::string> MethodsOf(Path path);
  std::optional<HttpResponse> RefuseOwn(const HttpRequestHead& head, Path path,
                                        const Trace& trace) const;
  HttpResponse AnswerOwn(const HttpRequestHead& head, Path path, const Trace& trace);
  HttpResponse AnswerSignIn(const HttpRequestHead& head, const Trace& trace);
  HttpResponse AnswerCallback(const HttpRequestHead& head, const Trace& trace);
  HttpResponse AnswerSignOut(const HttpRequestHead& head, const Trace& trace);
  HttpResponse AnswerSession(const HttpRequestHead& head, const Trace& trace);
  HttpResponse AnswerSessions(const HttpRequestHead& head, const Trace& trace);
  HttpResponse AnswerEndOne(const HttpRequestHead& head, const Trace& trace);

  // Whether a request is one of the API that names its caller by a session.
  bool UsesSession(const HttpRequestHead& head) const;
  // Whether it asks for a stream: those come again by themselves, and count as no use of a session.
  bool IsStream(const HttpRequestHead& head) const;
  // Calls `then`, from another thread, with the session of a request, whose token can be used;
  // otherwise answers.
  void WithSession(const HttpRequestHead& head, std::shared_ptr<HttpResponder> responder,
                   std::function<void(const Session&)> then);
  absl::StatusOr<Session> Lookup(const std::string& key, bool stream);
  void SendRefusal(const absl::Status& status, const HttpRequestHead& head,
                   HttpResponder& responder);

  // Where a request came from, for the trace.
  Origin OriginOf(const HttpRequestHead& head, const Trace& trace) const;

  // Counts an answer given here, and gives it back.
  HttpResponse Counted(const HttpRequestHead& head, HttpResponse response);

  const Parts parts_;
};

}  // namespace avvik::gateway
