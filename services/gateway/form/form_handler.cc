#include "services/gateway/form/form_handler.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "common/validate/format.h"
#include "services/gateway/form/form_body.h"
#include "services/gateway/form/proof_of_work.h"
#include "services/gateway/own_answers.h"
#include "services/gateway/sign_in/cookie.h"
#include "services/gateway/sign_in/forgery.h"
#include "services/gateway/url.h"

namespace avvik::gateway {
namespace {

constexpr std::string_view kReport = "/report";
constexpr std::string_view kPlain = "/report/plain";
constexpr char kJson[] = "application/json";

HttpResponse Html(int status, std::string page) {
  HttpResponse response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.body = std::move(page);
  // A receipt, and what somebody typed, are nobody else's.
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

// Hands on the only answer of a call; a call that is dropped counts as failed.
class Catcher final : public HttpResponder {
 public:
  explicit Catcher(std::function<void(HttpResponse)> answered) : answered_(std::move(answered)) {}
  ~Catcher() override {
    HttpResponse failed;
    failed.status = 503;
    Catch(std::move(failed));
  }

  void Send(HttpResponse response) override { Catch(std::move(response)); }
  std::unique_ptr<EventStream> StartEvents(std::function<void()>) override { return nullptr; }
  std::unique_ptr<BodyStream> StartBody(HttpResponse, uint64_t) override { return nullptr; }

 private:
  void Catch(HttpResponse response) {
    std::function<void(HttpResponse)> answered;
    {
      std::lock_guard lock(mutex_);
      answered.swap(answered_);
    }
    if (answered) answered(std::move(response));
  }

  std::mutex mutex_;
  std::function<void(HttpResponse)> answered_;
};

// What the browser says of the page that the form is on. A page that sends no referrer has the origin
// `null`, and only its site is told.
bool FromOwnPage(const HttpRequestHead& head, const std::string& own_origin) {
  const std::string_view site = head.Header("Sec-Fetch-Site");
  const std::string_view origin = head.Header("Origin");
  if (site.empty()) return origin == own_origin;
  return site == "same-origin" && (origin.empty() || origin == "null" || origin == own_origin);
}

HttpRequest CallOf(std::string path, const nlohmann::ordered_json& body) {
  HttpRequest request;
  request.head.method = "POST";
  request.head.path = std::move(path);
  request.head.has_body = true;
  request.head.headers.push_back({"Content-Type", kJson});
  request.body = body.dump();
  return request;
}

nlohmann::json JsonOf(const HttpResponse& response) {
  return nlohmann::json::parse(response.shared_body ? *response.shared_body : response.body,
                               nullptr, false);
}

std::string Text(const nlohmann::json& object, const char* name) {
  if (!object.is_object()) return "";
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

bool IsBusy(const HttpResponse& response) {
  return response.status == 429 || response.status == 503 || response.status == 504;
}

// What the municipality turned out not to know, to be written as words; nothing when something else is
// wrong.
std::optional<AsWords> UnknownPlace(const ReportDraft& draft, const HttpResponse& response,
                                    AsWords so_far) {
  if (response.status != 400) return std::nullopt;
  AsWords words = so_far;
  for (const std::string& field : FieldsOf(JsonOf(response))) {
    if (field == "where" && !words.where && !draft.where.empty()) {
      words.where = true;
    } else if (field == "system" && !words.system && !draft.system.empty()) {
      words.system = true;
    } else {
      return std::nullopt;
    }
  }
  if (words.where == so_far.where && words.system == so_far.system) return std::nullopt;
  return words;
}

FormTrouble TroubleOf(int status, const std::string& reason) {
  if (reason == "REQUEST_ID_REUSED") return FormTrouble::kOtherReport;
  switch (status) {
    case 400:
      return FormTrouble::kFields;
    case 401:
      return FormTrouble::kSignIn;
    case 403:
      return FormTrouble::kDenied;
    case 404:
      return FormTrouble::kNoAnonymous;
    default:
      return FormTrouble::kBusy;
  }
}

// The page that a service's answer becomes.
HttpResponse PageOf(ReportDraft draft, const HttpResponse& response) {
  const nlohmann::json body = JsonOf(response);
  if (response.status == 200) {
    FormReceipt receipt = {.number = Text(body, "number"), .receipt = "", .proof = ""};
    if (draft.anonymous()) {
      receipt.receipt = Text(body, "receipt");
      if (body.contains("proof")) receipt.proof = Text(body["proof"], "text");
    }
    return Html(200, ReceiptPage(draft, receipt));
  }
  const FormTrouble trouble = TroubleOf(response.status, Text(body, "reason"));
  WrongFields wrong = FieldsOf(body);
  if (trouble == FormTrouble::kFields && wrong.empty()) wrong.push_back("form");
  if (trouble == FormTrouble::kOtherReport) draft.request_id = RandomUuid();
  const int status = trouble == FormTrouble::kBusy ? 503 : response.status;
  HttpResponse page = Html(status, FormPage(draft, wrong, trouble));
  if (status == 503) page.headers.push_back({"Retry-After", "5"});
  return page;
}

}  // namespace

FormHandler::FormHandler(FormOptions options, HttpHandler& next, RequestMetrics& metrics)
    : options_(std::move(options)),
      next_(next),
      metrics_(metrics),
      workers_("form", options_.workers, options_.waiting) {}

absl::Status FormHandler::Start() { return workers_.Start(); }

void FormHandler::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  workers_.Stop();
}

std::optional<HttpResponse> FormHandler::Refuse(const HttpRequestHead& head) {
  const bool form = head.path == kReport && (head.method == "POST" || head.method == "OPTIONS");
  const bool plain = head.path == kPlain;
  if (!form && !plain) return next_.Refuse(head);
  const Trace trace = ContinueTrace("");
  if (head.method == "OPTIONS") {
    return plain ? Options({"GET", "HEAD"}) : Options({"GET", "HEAD", "POST"});
  }
  if (plain) {
    if (head.method != "GET" && head.method != "HEAD") {
      return Counted(head.method, NotAllowed({"GET", "HEAD"}, trace));
    }
    return std::nullopt;
  }
  const std::string language = PageLanguage("", head.Header("Accept-Language"));
  if (!FromOwnPage(head, options_.public_url)) {
    return Counted("POST", Html(403, RefusalPage(FormRefusal::kForeign, language)));
  }
  if (!IsForm(head.Header("Content-Type"))) {
    return Counted("POST", Html(415, RefusalPage(FormRefusal::kUnreadable, language)));
  }
  return std::nullopt;
}

void FormHandler::Handle(HttpRequest request, std::shared_ptr<HttpResponder> responder) {
  const HttpRequestHead& head = request.head;
  if (head.path == kReport && head.method == "POST") {
    return Send(std::move(request), std::move(responder));
  }
  if (head.path != kPlain) return next_.Handle(std::move(request), std::move(responder));
  // A query is written like a form.
  const auto asked = ParseForm("application/x-www-form-urlencoded", head.query);
  ReportDraft draft = DraftOf(asked.ok() ? *asked : FormFields(), head.Header("Accept-Language"));
  const bool signed_in = !CookieValue(head.Header("Cookie"), kSessionCookie).empty();
  if (draft.as.empty()) draft.as = signed_in ? "named" : "anonymous";
  draft.request_id = RandomUuid();
  responder->Send(Counted("GET", Html(200, FormPage(draft, {}, FormTrouble::kNone))));
}

void FormHandler::Send(HttpRequest request, std::shared_ptr<HttpResponder> responder) {
  const std::string_view accept_language = request.head.Header("Accept-Language");
  const auto form = ParseForm(request.head.Header("Content-Type"), request.body);
  if (!form.ok()) {
    return responder->Send(Counted(
        "POST",
        Html(400, RefusalPage(FormRefusal::kUnreadable, PageLanguage("", accept_language)))));
  }
  ReportDraft draft = DraftOf(*form, accept_language);
  if (draft.request_id.empty()) draft.request_id = RandomUuid();
  const WrongFields wrong = CheckDraft(draft);
  if (!wrong.empty() || !form->files.empty()) {
    const FormTrouble trouble = wrong.empty() ? FormTrouble::kFiles : FormTrouble::kFields;
    return responder->Send(Counted("POST", Html(400, FormPage(draft, wrong, trouble))));
  }
  if (!draft.anonymous()) return SendSignedIn(request.head, draft, {}, responder);
  const bool taken = workers_.Post(
      [this, draft, responder] { responder->Send(Counted("POST", SendAnonymous(draft))); });
  if (!taken) {
    HttpResponse busy;
    busy.status = 503;
    responder->Send(Counted("POST", PageOf(std::move(draft), busy)));
  }
}

void FormHandler::Call(HttpRequest request, Answered answered) {
  if (auto refused = next_.Refuse(request.head)) return answered(*std::move(refused));
  next_.Handle(std::move(request), std::make_shared<Catcher>(std::move(answered)));
}

HttpResponse FormHandler::CallAndWait(HttpRequest request) {
  auto answer = std::make_shared<std::promise<HttpResponse>>();
  Call(std::move(request),
       [answer](HttpResponse response) { answer->set_value(std::move(response)); });
  return answer->get_future().get();
}

void FormHandler::SendSignedIn(const HttpRequestHead& head, const ReportDraft& draft,
                               AsWords as_words, const std::shared_ptr<HttpResponder>& responder) {
  HttpRequest request =
      CallOf("/v1/reports",
             {{"request_id", draft.request_id}, {"report", ReportJson(draft, as_words)}});
  request.head.peer = head.peer;
  for (const char* name : {"Cookie", "X-Forwarded-For", "traceparent"}) {
    if (const std::string_view value = head.Header(name); !value.empty()) {
      request.head.headers.push_back({name, std::string(value)});
    }
  }
  // That the form is on a page of ours was looked at when it came.
  request.head.headers.push_back({"Sec-Fetch-Site", "same-origin"});
  request.head.headers.push_back({kRequestHeader, "1"});
  Call(std::move(request), [this, head, draft, as_words, responder](HttpResponse response) {
    if (const auto words = UnknownPlace(draft, response, as_words)) {
      return SendSignedIn(head, draft, *words, responder);
    }
    responder->Send(Counted("POST", PageOf(draft, response)));
  });
}

HttpResponse FormHandler::SendAnonymous(ReportDraft draft) {
  // Chosen by a program elsewhere, it need not be one.
  if (!validate::HasFormat(options::v1::FORMAT_UUID, draft.request_id)) {
    draft.request_id = RandomUuid();
  }
  const absl::Time until = absl::Now() + options_.patience;
  AsWords as_words;
  for (;;) {
    const HttpResponse response = TryAnonymous(draft, as_words);
    if (const auto words = UnknownPlace(draft, response, as_words)) {
      as_words = *words;
      continue;
    }
    if (!IsBusy(response) || absl::Now() > until) return PageOf(std::move(draft), response);
    int64_t seconds = 1;
    for (const HttpHeader& header : response.headers) {
      if (EqualsIgnoringCase(header.name, "Retry-After")) {
        static_cast<void>(absl::SimpleAtoi(header.value, &seconds));
      }
    }
    if (!Wait(absl::Seconds(std::clamp<int64_t>(seconds, 1, 10)))) {
      return PageOf(std::move(draft), response);
    }
  }
}

HttpResponse FormHandler::TryAnonymous(const ReportDraft& draft, AsWords as_words) {
  const std::string tenant = "/v1/tenants/" + draft.tenant;
  HttpResponse given =
      CallAndWait(CallOf(tenant + "/challenges", nlohmann::ordered_json::object()));
  if (given.status != 200) return given;
  const nlohmann::json challenge = JsonOf(given);
  const auto solution =
      SolveChallenge(Text(challenge, "challenge"), challenge.value("difficulty", 0));
  if (!solution) {
    given.status = 503;
    return given;
  }
  return CallAndWait(CallOf(
      tenant + "/anonymous-reports",
      {{"request_id", draft.request_id},
       {"report", ReportJson(draft, as_words)},
       {"proof_of_work", {{"challenge", Text(challenge, "challenge")}, {"solution", *solution}}}}));
}

bool FormHandler::Wait(absl::Duration duration) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, absl::ToChronoMilliseconds(duration),
                            [this] { return stopping_; });
}

HttpResponse FormHandler::Counted(const std::string& method, HttpResponse response) {
  metrics_.Count(IsKnownMethod(method) ? method : "other", std::string(kReport), response.status);
  return response;
}

}  // namespace avvik::gateway
