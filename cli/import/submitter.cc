#include "cli/import/submitter.h"

#include <random>
#include <utility>

#include "common/status/error.h"

namespace avvik::cli {
namespace {

double Chance() {
  thread_local std::minstd_rand generator(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

}  // namespace

absl::StatusOr<http_client::Response> SendPatiently(
    const std::function<absl::StatusOr<http_client::Response>()>& send, absl::Duration patience,
    const Clock& clock, StopSignal& stop, const std::function<void(const absl::Status&)>& on_wait) {
  const Backoff backoff(patience);
  absl::Time first_failure = absl::InfiniteFuture();
  int doubts = 0;
  for (int failures = 1;; ++failures) {
    auto response = send();
    const Verdict verdict = Judge(response);
    if (verdict == Verdict::kDoubtful && ++doubts >= kDoubtfulTries) return response;
    if (verdict != Verdict::kRetry && verdict != Verdict::kDoubtful) return response;
    first_failure = std::min(first_failure, clock.Now());
    const auto pause =
        backoff.Pause(failures, clock.Now() - first_failure,
                      response.ok() ? RetryAfter(*response) : absl::ZeroDuration(), Chance());
    if (!pause) return response;
    if (on_wait) on_wait(response.ok() ? ErrorOf(*response) : response.status());
    if (!stop.Wait(*pause)) return absl::AbortedError("stopped");
  }
}

Outcome Submitter::Submit(const intake::v1::SubmitReportRequest& request) {
  Outcome outcome;
  const auto body = ToJson(request);
  if (!body.ok()) {
    outcome.kind = Outcome::Kind::kRejected;
    outcome.error = body.status();
    return outcome;
  }
  const auto response = SendPatiently([&] { return api_.Send("POST", "/v1/reports", *body); },
                                      options_.patience, clock_, stop_, options_.on_wait);
  if (!response.ok() && response.status().code() == absl::StatusCode::kAborted) return outcome;
  outcome.error = response.ok() ? ErrorOf(*response) : response.status();
  switch (Judge(response)) {
    case Verdict::kDone:
      outcome.error = FromJson(response->body, &outcome.report);
      outcome.kind = outcome.error.ok() ? Outcome::Kind::kStored : Outcome::Kind::kHopeless;
      break;
    case Verdict::kRejected:
    case Verdict::kDoubtful:
      outcome.kind = Outcome::Kind::kRejected;
      break;
    case Verdict::kRetry:
      outcome.kind = Outcome::Kind::kGaveUp;
      break;
    case Verdict::kHopeless:
      outcome.kind = Outcome::Kind::kHopeless;
      break;
  }
  return outcome;
}

}  // namespace avvik::cli
