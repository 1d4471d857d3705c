#include "services/gateway/sign_in/session_handler.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "common/log/log.h"
#include "common/status/error.h"
#include "common/validate/format.h"
#include "services/gateway/deferred_sink.h"
#include "services/gateway/http_error.h"
#include "services/gateway/own_answers.h"
#include "services/gateway/sign_in/cookie.h"
#include "services/gateway/sign_in/forgery.h"
#include "services/gateway/sign_in/sign_in_page.h"
#include "services/gateway/url.h"

namespace avvik::gateway {
namespace {

// How requests with a session are called in the metrics, when they never become calls.
constexpr char kSessionRoute[] = "session";
// Stands for the token that the session will give, where only its presence matters.
constexpr char kSomeToken[] = "Bearer session";
// What one of the person's sessions is named after.
constexpr std::string_view kSessionsPath = "/v1/sessions/";

std::string SessionId(const HttpRequestHead& head) {
  const std::string_view id = CookieValue(head.Header("Cookie"), kSessionCookie);
  return IsRandomText(id) ? std::string(id) : "";
}

HttpResponse ProblemResponse(const absl::Status& status, const Trace& trace) {
  HttpResponse response = ToResponse(ProblemOf(status, trace.id));
  if (absl::IsUnauthenticated(status)) {
    response.headers.push_back(DropCookie(kSessionCookie, SameSite::kStrict));
  }
  return response;
}

HttpResponse NobodySignedIn(const Trace& trace) {
  return ToResponse(OwnProblem(401, trace, "NOT_SIGNED_IN", "Nobody is signed in."));
}

absl::Status Crowded() {
  return status::Error(absl::StatusCode::kUnavailable,
                       "The gateway has as many requests waiting as it takes; try again soon.",
                       "CROWDED");
}

HttpResponse Json(const nlohmann::ordered_json& content) {
  HttpResponse response;
  response.content_type = "application/json";
  response.body = content.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

HttpResponse Redirect(const std::string& location, std::vector<HttpHeader> cookies = {}) {
  HttpResponse response;
  response.status = 303;
  response.headers = std::move(cookies);
  response.headers.push_back({"Location", location});
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

std::string BearerOf(const Session& session) { return "Bearer " + session.tokens.access; }

std::string Instant(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

// `host:port` of an address.
std::string_view HostOf(std::string_view url) { return url.substr(url.find("://") + 3); }

bool IsLoopback(std::string_view host) {
  const std::string_view name =
      host.starts_with('[') ? host.substr(0, host.find(']') + 1) : host.substr(0, host.find(':'));
  return name == "localhost" || name == "127.0.0.1" || name == "[::1]";
}

// A query's parameter, decoded; nothing when it comes twice or is malformed.
std::optional<std::string> Parameter(std::string_view query, std::string_view name,
                                     const std::string& otherwise) {
  std::optional<std::string> value;
  for (const QueryParameter& parameter : SplitQuery(query)) {
    if (parameter.name != name) continue;
    if (value) return std::nullopt;
    value = QueryDecode(parameter.value);
    if (!value) return std::nullopt;
  }
  return value ? value : otherwise;
}

}  // namespace

std::optional<SessionHandler::Path> SessionHandler::OwnPath(std::string_view path) {
  if (path == "/sign-in") return Path::kSignIn;
  if (path == "/sign-in/callback") return Path::kCallback;
  if (path == "/sign-out") return Path::kSignOut;
  if (path == "/v1/session") return Path::kSession;
  if (path == "/v1/sessions") return Path::kSessions;
  if (path.starts_with(kSessionsPath)) return Path::kOneSession;
  return std::nullopt;
}

std::set<std::string> SessionHandler::MethodsOf(Path path) {
  switch (path) {
    case Path::kSignIn:
    case Path::kCallback:
      return {"GET"};
    case Path::kSignOut:
      return {"POST"};
    case Path::kSession:
    case Path::kSessions:
      return {"GET", "HEAD"};
    case Path::kOneSession:
      break;
  }
  return {"DELETE"};
}

std::optional<HttpResponse> SessionHandler::Refuse(const HttpRequestHead& head) {
  const Trace trace = ContinueTrace(head.Header("traceparent"));
  if (const auto path = OwnPath(head.path)) {
    std::optional<HttpResponse> refusal = RefuseOwn(head, *path, trace);
    if (refusal) refusal = Counted(head, *std::move(refusal));
    return refusal;
  }
  if (!UsesSession(head)) return parts_.next.Refuse(head);
  if (const absl::Status forged = CheckForgery(head, parts_.public_url); !forged.ok()) {
    return Counted(head, ToResponse(ProblemOf(forged, trace.id)));
  }
  HttpRequestHead with_token = head;
  with_token.headers.push_back({"Authorization", kSomeToken});
  return parts_.next.Refuse(with_token);
}

std::optional<HttpResponse> SessionHandler::RefuseOwn(const HttpRequestHead& head, Path path,
                                                      const Trace& trace) const {
  const std::set<std::string> methods = MethodsOf(path);
  if (head.method == "OPTIONS") return Options(methods);
  if (methods.count(head.method) == 0) return NotAllowed(methods, trace);
  if (head.has_body) {
    return ToResponse(OwnProblem(400, trace, "INVALID_FIELDS", "body: must be empty here"));
  }
  // The provider leads to these two from its own pages.
  if (path == Path::kSignIn || path == Path::kCallback) return std::nullopt;
  const absl::Status forged = CheckForgery(head, parts_.public_url);
  if (!forged.ok()) return ToResponse(ProblemOf(forged, trace.id));
  return std::nullopt;
}

void SessionHandler::Handle(HttpRequest request, std::shared_ptr<HttpResponder> responder) {
  const std::optional<Path> path = OwnPath(request.head.path);
  if (!path && !UsesSession(request.head)) {
    return parts_.next.Handle(std::move(request), std::move(responder));
  }
  if (!path && IsStream(request.head)) {
    responder = parts_.watch.Guard(Sessions::KeyOf(SessionId(request.head)), std::move(responder));
  }
  // Shared, because a job that is not taken leaves it to be answered here.
  auto shared = std::make_shared<HttpRequest>(std::move(request));
  if (!path) {
    return WithSession(shared->head, responder, [this, shared, responder](const Session& session) {
      shared->head.headers.push_back({"Authorization", BearerOf(session)});
      parts_.next.Handle(std::move(*shared), responder);
    });
  }
  const bool asks_provider =
      path == Path::kSignIn || path == Path::kCallback || path == Path::kSignOut;
  WorkerPool& pool = asks_provider ? parts_.provider : parts_.lookups;
  const bool taken = pool.Post([this, path, shared, responder] {
    const Trace trace = ContinueTrace(shared->head.Header("traceparent"));
    responder->Send(Counted(shared->head, AnswerOwn(shared->head, *path, trace)));
  });
  if (!taken) SendRefusal(Crowded(), shared->head, *responder);
}

std::shared_ptr<BodySink> SessionHandler::HandleStreamed(HttpRequestHead head,
                                                         std::shared_ptr<HttpResponder> responder) {
  if (!UsesSession(head)) {
    return parts_.next.HandleStreamed(std::move(head), std::move(responder));
  }
  const auto sink = std::make_shared<DeferredSink>();
  WithSession(head, responder, [this, sink, head, responder](const Session& session) {
    HttpRequestHead with_token = head;
    with_token.headers.push_back({"Authorization", BearerOf(session)});
    sink->Bind(parts_.next.HandleStreamed(std::move(with_token), responder));
  });
  return sink;
}

HttpResponse SessionHandler::AnswerOwn(const HttpRequestHead& head, Path path, const Trace& trace) {
  switch (path) {
    case Path::kSignIn:
      return AnswerSignIn(head, trace);
    case Path::kCallback:
      return AnswerCallback(head, trace);
    case Path::kSignOut:
      return AnswerSignOut(head, trace);
    case Path::kSessions:
      return AnswerSessions(head, trace);
    case Path::kOneSession:
      return AnswerEndOne(head, trace);
    case Path::kSession:
      break;
  }
  return AnswerSession(head, trace);
}

HttpResponse SessionHandler::AnswerSignIn(const HttpRequestHead& head, const Trace& trace) {
  // Cookies are the host's: whoever came by another name of this machine goes on by the public one.
  if (const std::string_view host = head.Header("Host"); IsLoopback(host) &&
                                                         IsLoopback(HostOf(parts_.public_url)) &&
                                                         host != HostOf(parts_.public_url)) {
    return Redirect(parts_.public_url + head.path + (head.query.empty() ? "" : "?" + head.query));
  }
  const auto return_to = Parameter(head.query, "return_to", "/");
  auto move = parts_.sign_in.Begin(return_to.value_or(""), SessionId(head));
  if (!move.ok()) return SignInFailed(move.status(), head.Header("Accept"), trace);
  return Redirect(move->location, std::move(move->cookies));
}

HttpResponse SessionHandler::AnswerCallback(const HttpRequestHead& head, const Trace& trace) {
  auto move = parts_.sign_in.Finish(head.query,
                                    std::string(CookieValue(head.Header("Cookie"), kAttemptCookie)),
                                    OriginOf(head, trace));
  if (!move.ok()) {
    log::Warning("sign_in_failed", {{"reason", status::ReasonOf(move.status())},
                                    {"error", move.status()},
                                    {"trace", trace.id}});
    return SignInFailed(move.status(), head.Header("Accept"), trace);
  }
  return Redirect(move->location, std::move(move->cookies));
}

HttpResponse SessionHandler::AnswerSignOut(const HttpRequestHead& head, const Trace& trace) {
  const auto everywhere = Parameter(head.query, "everywhere", "false");
  if (everywhere != "true" && everywhere != "false") {
    return ToResponse(
        ProblemOf(status::InvalidField("everywhere", "must be true or false"), trace.id));
  }
  auto move = parts_.sign_in.End(SessionId(head), everywhere == "true", OriginOf(head, trace));
  if (!move.ok()) return ToResponse(ProblemOf(move.status(), trace.id));
  // Not a redirect: the page that asked goes there, which a script's request could not.
  HttpResponse response = Json({{"location", move->location}});
  for (HttpHeader& cookie : move->cookies) response.headers.push_back(std::move(cookie));
  response.headers.push_back({"Clear-Site-Data", "\"cache\", \"storage\""});
  return response;
}

HttpResponse SessionHandler::AnswerSession(const HttpRequestHead& head, const Trace& trace) {
  const std::string id = SessionId(head);
  if (id.empty()) return NobodySignedIn(trace);
  const auto view = parts_.sessions.Look(Sessions::KeyOf(id));
  if (!view.ok()) return ProblemResponse(view.status(), trace);
  const Session& session = view->session;
  return Json({{"login", session.login},
               {"name", session.name},
               {"tenant", session.tenant},
               {"sign_in_time", Instant(session.begin)},
               {"idle_time", Instant(parts_.clock.Now() + view->left)},
               {"expire_time", Instant(session.end)}});
}

HttpResponse SessionHandler::AnswerSessions(const HttpRequestHead& head, const Trace& trace) {
  const std::string id = SessionId(head);
  if (id.empty()) return NobodySignedIn(trace);
  const auto all = parts_.sessions.AllOf(Sessions::KeyOf(id));
  if (!all.ok()) return ProblemResponse(all.status(), trace);
  nlohmann::ordered_json sessions = nlohmann::ordered_json::array();
  for (const OwnSession& session : *all) {
    sessions.push_back({{"name", session.name},
                        {"sign_in_time", Instant(session.begin)},
                        {"last_use_time", Instant(session.last_use)},
                        {"expire_time", Instant(session.end)},
                        {"current", session.current}});
  }
  return Json({{"sessions", std::move(sessions)}});
}

HttpResponse SessionHandler::AnswerEndOne(const HttpRequestHead& head, const Trace& trace) {
  const std::string id = SessionId(head);
  if (id.empty()) return NobodySignedIn(trace);
  const auto own = parts_.sessions.Look(Sessions::KeyOf(id));
  if (!own.ok()) return ProblemResponse(own.status(), trace);
  const auto current =
      parts_.sessions.EndOneOf(Sessions::KeyOf(id), head.path.substr(kSessionsPath.size()));
  if (!current.ok()) return ProblemResponse(current.status(), trace);
  log::Info("session_ended", {{"current", *current}});
  parts_.sign_in.Tell(SessionDeed::Kind::kEnded, own->session, OriginOf(head, trace), 1);
  HttpResponse response = Json(nlohmann::ordered_json::object());
  if (*current) response.headers.push_back(DropCookie(kSessionCookie, SameSite::kStrict));
  return response;
}

bool SessionHandler::UsesSession(const HttpRequestHead& head) const {
  if (!head.Header("Authorization").empty() || !parts_.routes.IsApiPath(head.path) ||
      SessionId(head).empty()) {
    return false;
  }
  // Where no token is needed, nobody is asked who they are: a session that was used would know when.
  const auto match = parts_.routes.Find(head.method, head.path);
  return !match.ok() || match->route == nullptr || !match->route->NeedsNoToken();
}

bool SessionHandler::IsStream(const HttpRequestHead& head) const {
  const auto match = parts_.routes.Find(head.method, head.path);
  return match.ok() && match->route != nullptr && match->route->method->server_streaming() &&
         !match->route->GivesFile();
}

void SessionHandler::WithSession(const HttpRequestHead& head,
                                 std::shared_ptr<HttpResponder> responder,
                                 std::function<void(const Session&)> then) {
  const auto end = [this, head, responder,
                    then = std::move(then)](const absl::StatusOr<Session>& session) {
    if (!session.ok()) return SendRefusal(session.status(), head, *responder);
    then(*session);
  };
  const bool taken = parts_.lookups.Post(
      [this, end, key = Sessions::KeyOf(SessionId(head)), stream = IsStream(head)] {
        const absl::StatusOr<Session> session = Lookup(key, stream);
        if (!session.ok()) return end(session);
        switch (UseOf(*session, parts_.clock.Now())) {
          case TokenUse::kOver:
            return end(SessionEnded());
          case TokenUse::kRenewNow:
            return parts_.renewer.Renew(key, end);
          case TokenUse::kRenewSoon:
            parts_.renewer.RenewMeanwhile(key);
            [[fallthrough]];
          case TokenUse::kUse:
            return end(session);
        }
      });
  if (!taken) end(Crowded());
}

absl::StatusOr<Session> SessionHandler::Lookup(const std::string& key, bool stream) {
  absl::StatusOr<Session> session;
  if (stream) {
    auto view = parts_.sessions.Look(key);
    session = view.ok() ? absl::StatusOr<Session>(std::move(view->session)) : view.status();
  } else {
    session = parts_.sessions.Use(key);
  }
  if (session.ok() && !parts_.budget.Take(key, parts_.clock.Now())) {
    return status::Error(absl::StatusCode::kResourceExhausted,
                         "This session sends more requests than it may; slow down.",
                         "TOO_MANY_REQUESTS");
  }
  return session;
}

void SessionHandler::SendRefusal(const absl::Status& status, const HttpRequestHead& head,
                                 HttpResponder& responder) {
  const Trace trace = ContinueTrace(head.Header("traceparent"));
  responder.Send(Counted(head, ProblemResponse(status, trace)));
}

Origin SessionHandler::OriginOf(const HttpRequestHead& head, const Trace& trace) const {
  std::string client = ClientAddress(head, parts_.proxies);
  // Somebody else's proxy may write anything.
  constexpr size_t kLongest = 64;
  if (client.size() > kLongest || !validate::HasFormat(options::v1::FORMAT_TOKEN, client))
    client.clear();
  return {.client = std::move(client), .trace_parent = trace.parent};
}

HttpResponse SessionHandler::Counted(const HttpRequestHead& head, HttpResponse response) {
  parts_.metrics.Count(IsKnownMethod(head.method) ? head.method : "other", kSessionRoute,
                       response.status);
  return response;
}

}  // namespace avvik::gateway
