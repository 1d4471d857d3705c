#include "services/gateway/calendar/calendar_handler.h"

#include <algorithm>
#include <utility>

#include "common/validate/format.h"
#include "services/gateway/calendar/icalendar.h"
#include "services/gateway/call_target.h"
#include "services/gateway/etag.h"
#include "services/gateway/own_answers.h"

namespace avvik::gateway {
namespace {

constexpr std::string_view kPrefix = "/v1/calendar/";
constexpr std::string_view kSuffix = ".ics";
// What stands for every address in metrics and logs.
constexpr char kRoute[] = "/v1/calendar/{address}";
constexpr char kMethod[] = "/avvik.escalation.v1.Calendar/ReadCalendarFeed";
// 256 bits in base64url.
constexpr size_t kSecretLength = 43;

bool IsOurs(std::string_view path) { return path.starts_with(kPrefix); }

bool IsBase64Url(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

HttpResponse NoSuchFeed(const Trace& trace) {
  return ToResponse(OwnProblem(404, trace, "CALENDAR_FEED_NOT_FOUND",
                               "There is no such address of a calendar, or it was taken back."));
}

HttpResponse Busy(int status, const std::string& reason, const Trace& trace) {
  Problem problem = OwnProblem(status, trace, reason, "Too many requests; try again later.");
  problem.retry_after_seconds = 60;
  return ToResponse(problem);
}

}  // namespace

std::optional<FeedAddress> FeedAddressIn(std::string_view path) {
  if (!IsOurs(path) || !path.ends_with(kSuffix)) return std::nullopt;
  path.remove_prefix(kPrefix.size());
  if (path.size() <= kSuffix.size()) return std::nullopt;
  path.remove_suffix(kSuffix.size());
  const size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  FeedAddress address{std::string(path.substr(0, dot)), std::string(path.substr(dot + 1))};
  if (!validate::HasFormat(options::v1::FORMAT_SLUG, address.tenant) ||
      address.secret.size() != kSecretLength || !IsBase64Url(address.secret)) {
    return std::nullopt;
  }
  return address;
}

CalendarHandler::CalendarHandler(CalendarOptions options, Read read, const Clock& clock,
                                 HttpHandler& next, RequestMetrics& metrics)
    : options_(std::move(options)),
      read_(std::move(read)),
      clock_(clock),
      next_(next),
      metrics_(metrics),
      feeds_(options_.feed_rate),
      clients_(options_.client_rate),
      workers_("calendar", options_.workers, options_.waiting) {}

std::optional<HttpResponse> CalendarHandler::Refuse(const HttpRequestHead& head) {
  if (!IsOurs(head.path)) return next_.Refuse(head);
  const Trace trace = ContinueTrace("");
  if (head.method == "OPTIONS") return Options({"GET", "HEAD"});
  if (head.method != "GET" && head.method != "HEAD") {
    return Counted(head.method, NotAllowed({"GET", "HEAD"}, trace));
  }
  if (head.has_body) {
    return Counted(head.method, ToResponse(OwnProblem(400, trace, "INVALID_FIELDS",
                                                      "body: must be empty here")));
  }
  return std::nullopt;
}

void CalendarHandler::Handle(HttpRequest request, std::shared_ptr<HttpResponder> responder) {
  const HttpRequestHead& head = request.head;
  if (!IsOurs(head.path)) return next_.Handle(std::move(request), std::move(responder));
  // Whoever follows a calendar is no browser with a trace of its own.
  const Trace trace = ContinueTrace("");
  const std::string method = head.method;
  const absl::Time begin = clock_.Now();
  const auto refuse = [&](HttpResponse response) {
    responder->Send(Counted(method, std::move(response)));
  };
  if (!clients_.Take(ClientAddress(head, options_.proxies), begin)) {
    return refuse(Busy(429, "TOO_MANY_REQUESTS", trace));
  }
  const auto address = FeedAddressIn(head.path);
  if (!address) return refuse(NoSuchFeed(trace));
  if (!feeds_.Take(EtagOf(head.path), begin)) {
    return refuse(Busy(429, "TOO_MANY_REQUESTS", trace));
  }
  const std::string if_none_match(head.Header("If-None-Match"));
  const bool taken = workers_.Post([this, address, if_none_match, trace, method, begin, responder] {
    responder->Send(Counted(method, Answer(*address, if_none_match, trace)));
    metrics_.Observe(method, kRoute, clock_.Now() - begin);
  });
  if (!taken) refuse(Busy(503, "CROWDED", trace));
}

HttpResponse CalendarHandler::Answer(const FeedAddress& address, const std::string& if_none_match,
                                     const Trace& trace) {
  const auto feed = read_(address, trace.parent);
  if (absl::IsNotFound(feed.status())) return NoSuchFeed(trace);
  if (!feed.ok()) return ToResponse(LoggedProblem(feed.status(), kMethod, trace.id));
  HttpResponse response;
  response.content_type = kCalendarType;
  response.body = ICalendar(*feed, options_.public_url);
  const std::string etag = EtagOf(response.body);
  response.headers = {{"ETag", etag},
                      // Kept by whoever follows it, by nobody on the way, and asked for anew each time.
                      {"Cache-Control", "private, no-cache"},
                      {"Content-Disposition", "attachment; filename=\"avvik.ics\""},
                      {"X-Robots-Tag", "noindex"}};
  if (!MatchesEtag(if_none_match, etag)) return response;
  response.status = 304;
  response.content_type.clear();
  response.body.clear();
  return response;
}

HttpResponse CalendarHandler::Counted(const std::string& method, HttpResponse response) {
  metrics_.Count(IsKnownMethod(method) ? method : "other", kRoute, response.status);
  return response;
}

}  // namespace avvik::gateway
