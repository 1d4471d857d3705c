#include "services/gateway/gateway_handler.h"

#include <atomic>
#include <cctype>
#include <set>
#include <utility>

#include "services/gateway/own_answers.h"
#include "services/gateway/url.h"

namespace avvik::gateway {
namespace {

constexpr char kLive[] = "/healthz";
constexpr char kReady[] = "/readyz";
constexpr char kMetrics[] = "/metrics";
// Groups of paths in the metrics.
constexpr char kFiles[] = "files";
constexpr char kNothing[] = "nothing";
constexpr char kUnreadable[] = "unreadable";

// The standard's phrase as a reason: CONTENT_TOO_LARGE.
std::string ReasonOf(int status) {
  std::string reason(ReasonPhrase(status));
  for (char& c : reason)
    c = c == ' ' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return reason;
}

HttpResponse NotFound(const Trace& trace) {
  return ToResponse(OwnProblem(404, trace, "NO_SUCH_PATH", "There is nothing at this path."));
}

HttpResponse BadBody(int status, const Trace& trace, const std::string& reason,
                     const std::string& why) {
  Problem problem = OwnProblem(status, trace, reason, "body: " + why);
  problem.errors.push_back({"body", why});
  return ToResponse(problem);
}

// `application/json`, in UTF-8 if it says anything of that.
bool IsJson(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  if (!EqualsIgnoringCase(type, "application/json")) return false;
  const size_t equals = content_type.find("charset=");
  if (equals == std::string_view::npos) return true;
  std::string_view charset = content_type.substr(equals + 8);
  charset = charset.substr(0, charset.find_first_of("; \t"));
  if (!charset.empty() && charset.front() == '"')
    charset = charset.substr(1, charset.find('"', 1) - 1);
  return EqualsIgnoringCase(charset, "utf-8");
}

// Counts the answer and how long it took, and passes it on.
class MeasuredResponder final : public HttpResponder {
 public:
  MeasuredResponder(std::shared_ptr<HttpResponder> next, const Clock& clock,
                    RequestMetrics& metrics, std::string method, std::string route)
      : next_(std::move(next)),
        clock_(clock),
        metrics_(metrics),
        method_(std::move(method)),
        route_(std::move(route)),
        begin_(clock.Now()) {}

  void Send(HttpResponse response) override {
    Measure(response.status);
    next_->Send(std::move(response));
  }
  std::unique_ptr<EventStream> StartEvents(std::function<void()> on_closed) override {
    Measure(200);
    return next_->StartEvents(std::move(on_closed));
  }
  std::unique_ptr<BodyStream> StartBody(HttpResponse head, uint64_t size) override {
    Measure(head.status);
    return next_->StartBody(std::move(head), size);
  }

 private:
  void Measure(int status) {
    if (measured_.exchange(true)) return;
    metrics_.Count(method_, route_, status);
    metrics_.Observe(method_, route_, clock_.Now() - begin_);
  }

  const std::shared_ptr<HttpResponder> next_;
  const Clock& clock_;
  RequestMetrics& metrics_;
  const std::string method_;
  const std::string route_;
  const absl::Time begin_;
  std::atomic<bool> measured_{false};
};

}  // namespace

GatewayHandler::Meaning GatewayHandler::MeaningOf(const HttpRequestHead& head) const {
  Meaning meaning;
  meaning.match = parts_.routes.Find(head.method, head.path);
  const bool routed = meaning.match.ok() && !meaning.match->allowed.empty();
  meaning.api = routed || parts_.routes.IsApiPath(head.path);
  if (routed && meaning.match->route != nullptr) {
    meaning.name = meaning.match->route->path.text();
  } else if (!meaning.api && HasResource(head)) {
    meaning.name =
        head.path == kLive || head.path == kReady || head.path == kMetrics ? head.path : kFiles;
  } else {
    meaning.name = kNothing;
  }
  return meaning;
}

std::optional<HttpResponse> GatewayHandler::Refuse(const HttpRequestHead& head) {
  const Meaning meaning = MeaningOf(head);
  const Trace trace = TraceOf(head, meaning);
  std::optional<HttpResponse> response;
  if (!IsKnownMethod(head.method)) {
    response =
        ToResponse(OwnProblem(501, trace, "METHOD_UNKNOWN", "This method is not known here."));
  } else {
    response = meaning.api ? RefuseCall(head, meaning, trace) : RefuseFile(head, trace);
  }
  if (response) {
    parts_.metrics.Count(IsKnownMethod(head.method) ? head.method : "other", meaning.name,
                         response->status);
  }
  return response;
}

std::optional<HttpResponse> GatewayHandler::RefuseCall(const HttpRequestHead& head,
                                                       const Meaning& meaning,
                                                       const Trace& trace) const {
  if (head.method == "OPTIONS") {
    if (!meaning.match.ok() || meaning.match->allowed.empty()) return NotFound(trace);
    return Options(meaning.match->allowed);
  }
  if (!meaning.NeedsNoToken() && !IsBearer(head.Header("Authorization"))) {
    return ToResponse(
        OwnProblem(401, trace, kTokenMissing,
                   "This takes an access token, as `Authorization: Bearer <token>`."));
  }
  if (!meaning.match.ok()) {
    return ToResponse(
        OwnProblem(400, trace, "MALFORMED_PATH", std::string(meaning.match.status().message())));
  }
  if (meaning.match->allowed.empty()) return NotFound(trace);
  if (meaning.match->route == nullptr) return NotAllowed(meaning.match->allowed, trace);
  if (!head.has_body) return std::nullopt;
  if (meaning.match->route->body.empty()) {
    return BadBody(400, trace, "INVALID_FIELDS",
                   "must be empty: the fields are query parameters here");
  }
  const std::string_view coding = head.Header("Content-Encoding");
  if (!coding.empty() && !EqualsIgnoringCase(coding, "identity")) {
    return BadBody(415, trace, "CONTENT_ENCODING", "must not be compressed");
  }
  // What a file is, its content tells.
  if (meaning.match->route->TakesFile()) return std::nullopt;
  if (!IsJson(head.Header("Content-Type"))) {
    return BadBody(415, trace, "CONTENT_TYPE",
                   "must be JSON in UTF-8, as `Content-Type: application/json`");
  }
  return std::nullopt;
}

std::optional<HttpResponse> GatewayHandler::RefuseFile(const HttpRequestHead& head,
                                                       const Trace& trace) const {
  static const std::set<std::string> kMethods = {"GET", "HEAD"};
  if (head.method == "OPTIONS") {
    return head.path == "*" || HasResource(head) ? Options(kMethods) : NotFound(trace);
  }
  if (!HasResource(head)) return NotFound(trace);
  if (kMethods.count(head.method) == 0) return NotAllowed(kMethods, trace);
  if (head.has_body) return BadBody(400, trace, "INVALID_FIELDS", "must be empty here");
  return std::nullopt;
}

Trace GatewayHandler::TraceOf(const HttpRequestHead& head, const Meaning& meaning) {
  // Where no token is needed, the caller's own thread would lead back to the caller.
  return ContinueTrace(meaning.NeedsNoToken() ? "" : head.Header("traceparent"));
}

bool GatewayHandler::HasResource(const HttpRequestHead& head) const {
  if (head.path == kLive || head.path == kReady || head.path == kMetrics) return true;
  const auto decoded = PercentDecode(head.path);
  return decoded && parts_.files.Has(*decoded, head);
}

std::optional<uint64_t> GatewayHandler::StreamedBodyLimit(const HttpRequestHead& head) {
  const auto match = parts_.routes.Find(head.method, head.path);
  if (!match.ok() || match->route == nullptr || !match->route->TakesFile()) return std::nullopt;
  return static_cast<uint64_t>(match->route->raw->max_bytes());
}

std::shared_ptr<BodySink> GatewayHandler::HandleStreamed(HttpRequestHead head,
                                                         std::shared_ptr<HttpResponder> responder) {
  const Meaning meaning = MeaningOf(head);
  auto measured = std::make_shared<MeasuredResponder>(
      std::move(responder), parts_.clock, parts_.metrics, head.method, meaning.name);
  return parts_.transcoder.Upload(*meaning.match, head, TraceOf(head, meaning), std::move(measured));
}

void GatewayHandler::Handle(HttpRequest request, std::shared_ptr<HttpResponder> responder) {
  const Meaning meaning = MeaningOf(request.head);
  auto measured = std::make_shared<MeasuredResponder>(
      std::move(responder), parts_.clock, parts_.metrics, request.head.method, meaning.name);
  if (!meaning.api) return AnswerResource(request.head, measured);
  parts_.transcoder.Call(*meaning.match, request, TraceOf(request.head, meaning), measured);
}

void GatewayHandler::AnswerResource(const HttpRequestHead& head,
                                    const std::shared_ptr<HttpResponder>& responder) {
  if (head.path == kReady) return parts_.readiness.Answer(responder);
  HttpResponse response;
  response.headers.push_back({"Cache-Control", "no-store"});
  response.content_type = "text/plain; charset=utf-8";
  if (head.path == kLive) {
    response.body = "ok\n";
  } else if (head.path == kMetrics) {
    const auto [connections, streams] = load_ ? load_() : std::pair(0, 0);
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = parts_.metrics.Text(connections, streams);
  } else if (auto file = parts_.files.Find(PercentDecode(head.path).value_or(""), head)) {
    response = *std::move(file);
  } else {
    response = NotFound(ContinueTrace(head.Header("traceparent")));
  }
  responder->Send(std::move(response));
}

HttpResponse GatewayHandler::Unreadable(int status, const std::string& field,
                                        const std::string& detail) {
  const Trace trace = ContinueTrace("");
  Problem problem =
      OwnProblem(status, trace, ReasonOf(status), field.empty() ? detail : field + ": " + detail);
  if (!field.empty()) problem.errors.push_back({field, detail});
  if (status == 503) problem.retry_after_seconds = 1;
  parts_.metrics.Count("other", kUnreadable, status);
  return ToResponse(problem);
}

}  // namespace avvik::gateway
