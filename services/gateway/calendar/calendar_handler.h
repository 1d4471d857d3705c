// Calendars that are followed without signing in: answers
//
//   GET /v1/calendar/<tenant>.<secret>.ics
//
// with what the address gives now, as iCalendar. Everything else goes on to the handler behind as it is. The
// secret is in no log, trace or metric: what is counted and logged has the path's form in its place.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "avvik/escalation/v1/calendar.pb.h"
#include "common/clock/clock.h"
#include "common/process/runnable.h"
#include "services/gateway/http_message.h"
#include "services/gateway/request_metrics.h"
#include "services/gateway/sign_in/request_budget.h"
#include "services/gateway/trace.h"
#include "services/gateway/worker_pool.h"

namespace avvik::gateway {

// What a path of a calendar names.
struct FeedAddress {
  std::string tenant;
  std::string secret;

  friend bool operator==(const FeedAddress&, const FeedAddress&) = default;
};

// The address in a path; nothing when it is no such path, or cannot be one that was ever given.
std::optional<FeedAddress> FeedAddressIn(std::string_view path);

struct CalendarOptions {
  std::string public_url;  // Our address as browsers see it: `https://host`, no slash at its end.
  int proxies = 0;         // Reverse proxies in front; see ClientAddress.
  // Requests a second. Servers that follow calendars for many people come from few addresses; every secret that is
  // tried in vain leaves a record.
  int feed_rate = 1;
  int client_rate = 2;
  int workers = 2;
  size_t waiting = 200;
};

// Thread-safe.
class CalendarHandler final : public HttpHandler, public process::Runnable {
 public:
  // Reads what an address gives; blocks.
  using Read = std::function<absl::StatusOr<escalation::v1::ReadCalendarFeedResponse>(
      const FeedAddress& address, const std::string& trace_parent)>;

  CalendarHandler(CalendarOptions options, Read read, const Clock& clock, HttpHandler& next,
                  RequestMetrics& metrics);
  ~CalendarHandler() override { Stop(); }

  absl::Status Start() override { return workers_.Start(); }
  void Stop() override { workers_.Stop(); }

  std::optional<HttpResponse> Refuse(const HttpRequestHead& head) override;
  std::optional<uint64_t> StreamedBodyLimit(const HttpRequestHead& head) override {
    return next_.StreamedBodyLimit(head);
  }
  std::shared_ptr<BodySink> HandleStreamed(HttpRequestHead head,
                                           std::shared_ptr<HttpResponder> responder) override {
    return next_.HandleStreamed(std::move(head), std::move(responder));
  }
  void Handle(HttpRequest request, std::shared_ptr<HttpResponder> responder) override;
  HttpResponse Unreadable(int status, const std::string& field,
                          const std::string& detail) override {
    return next_.Unreadable(status, field, detail);
  }

 private:
  HttpResponse Answer(const FeedAddress& address, const std::string& if_none_match,
                      const Trace& trace);
  HttpResponse Counted(const std::string& method, HttpResponse response);

  const CalendarOptions options_;
  const Read read_;
  const Clock& clock_;
  HttpHandler& next_;
  RequestMetrics& metrics_;
  RequestBudget feeds_;
  RequestBudget clients_;
  WorkerPool workers_;
};

}  // namespace avvik::gateway
