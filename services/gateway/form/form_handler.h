// Reporting with scripts blocked: takes the plain form of a browser, makes the calls of the API that a page
// with scripts would make, and answers with a page. Everything else goes on to the handler behind as it is.
//
//   GET  /report/plain   the form, by itself
//   POST /report         the form, sent: from our own pages only
//
// Named and confidential reports go in by the session of whoever sends them. Anonymous ones go in without
// anything that came with the form but what was typed: a new request with no header of the old one. The work
// that they take is done here, for a few at a time; the others wait.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/clock/clock.h"
#include "common/process/runnable.h"
#include "services/gateway/form/form_page.h"
#include "services/gateway/form/report_draft.h"
#include "services/gateway/http_message.h"
#include "services/gateway/request_metrics.h"
#include "services/gateway/worker_pool.h"

namespace avvik::gateway {

struct FormOptions {
  std::string public_url;  // Our address as browsers see it: `https://host`, no slash at its end.
  int workers = 2;         // Anonymous reports on their way in at one time.
  size_t waiting = 20'000;
  // How long an anonymous report that meets a crowd behind is tried again.
  absl::Duration patience = absl::Minutes(5);
};

// Thread-safe.
class FormHandler final : public HttpHandler, public process::Runnable {
 public:
  // `next` answers the calls of the API, those with a session too.
  FormHandler(FormOptions options, HttpHandler& next, RequestMetrics& metrics);
  ~FormHandler() override { Stop(); }

  absl::Status Start() override;
  void Stop() override;

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
  using Answered = std::function<void(HttpResponse)>;

  void Send(HttpRequest request, std::shared_ptr<HttpResponder> responder);
  // Makes a call of the API and hands its answer on, once, from any thread.
  void Call(HttpRequest request, Answered answered);
  // The same, waiting.
  HttpResponse CallAndWait(HttpRequest request);
  void SendSignedIn(const HttpRequestHead& head, const ReportDraft& draft, AsWords as_words,
                    const std::shared_ptr<HttpResponder>& responder);
  HttpResponse SendAnonymous(ReportDraft draft);
  // One attempt, with work of its own.
  HttpResponse TryAnonymous(const ReportDraft& draft, AsWords as_words);
  // False when the handler stops.
  bool Wait(absl::Duration duration);
  HttpResponse Counted(const std::string& method, HttpResponse response);

  const FormOptions options_;
  HttpHandler& next_;
  RequestMetrics& metrics_;
  WorkerPool workers_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
};

}  // namespace avvik::gateway
