#include "services/delivery/sender.h"

#include <algorithm>
#include <map>
#include <utility>

#include "common/log/log.h"
#include "common/status/macros.h"
#include "services/delivery/mail.h"
#include "services/delivery/retry_schedule.h"

namespace avvik::delivery {
namespace {

constexpr absl::Duration kIdle = absl::Seconds(1);
constexpr absl::Duration kFirstPause = absl::Seconds(1);
constexpr absl::Duration kLongestPause = absl::Minutes(1);
constexpr size_t kMaxErrorBytes = 500;
constexpr char kAddress[] = "(the address)";

const char* OutcomeName(HandOver outcome) {
  switch (outcome) {
    case HandOver::kAccepted:
      return "accepted";
    case HandOver::kRefused:
      return "refused";
    case HandOver::kDeferred:
      return "deferred";
    case HandOver::kUnreachable:
      return "unreachable";
  }
  return "";
}

// What PostgreSQL can keep of a server's words, which may be anything.
std::string Storable(const std::string& text) {
  std::string storable;
  for (const char c : text.substr(0, kMaxErrorBytes)) {
    storable.push_back(c >= 0x20 && c < 0x7f ? c : '?');
  }
  return storable;
}

// A server's words without the address they are about.
std::string Without(std::string text, const std::string& address) {
  if (address.empty()) return text;
  for (size_t at = text.find(address); at != std::string::npos; at = text.find(address, at)) {
    text.replace(at, address.size(), kAddress);
    at += sizeof kAddress - 1;
  }
  return text;
}

std::string LinkTo(const std::string& base_url, const Notice& notice) {
  const std::string base =
      base_url.ends_with('/') ? base_url.substr(0, base_url.size() - 1) : base_url;
  return base + (IsForReporter(notice.draft.template_id) ? "/reports/" : "/cases/") +
         notice.draft.number;
}

}  // namespace

Sender::Sender(SenderSettings settings, SenderParts parts)
    : settings_(std::move(settings)), parts_(std::move(parts)), holder_(parts_.ids.Next()) {
  for (int i = 0; i < settings_.workers; ++i) {
    auto& worker = workers_.emplace_back(std::make_unique<Worker>());
    worker->mailer = parts_.new_mailer();
    worker->loop = std::make_unique<process::Loop>(
        "send-" + std::to_string(i), [this, raw = worker.get()] { return Step(*raw); });
  }
}

absl::Status Sender::Start() {
  for (const auto& worker : workers_) AVVIK_RETURN_IF_ERROR(worker->loop->Start());
  return absl::OkStatus();
}

void Sender::Stop() {
  for (const auto& worker : workers_) worker->loop->Stop();
}

void Sender::Wake() {
  for (const auto& worker : workers_) worker->loop->Wake();
}

absl::Duration Sender::Step(Worker& worker) {
  const absl::StatusOr<Round> round = RunOnce(worker);
  if (!round.ok()) {
    log::Warning("sender_waiting", {{"error", round.status()}});
    return kIdle;
  }
  return round->took ? absl::ZeroDuration() : kIdle;
}

absl::StatusOr<Sender::Round> Sender::RunOnce(Worker& worker) {
  AVVIK_RETURN_IF_ERROR(RecordPending(worker));
  {
    std::lock_guard lock(pause_mutex_);
    if (parts_.clock.Now() < resume_) return Round{};
  }
  const absl::Time taken = parts_.clock.Now();
  AVVIK_ASSIGN_OR_RETURN(const std::optional<Notice> notice,
                         parts_.queue.Take(holder_, taken, taken + settings_.lease));
  if (!notice.has_value()) return Round{};

  const absl::Time begun = parts_.clock.Now();
  const HandOverResult result = HandOverTo(*worker.mailer, *notice);
  const absl::Time ended = parts_.clock.Now();
  NotePassage(result.outcome, ended);
  worker.unrecorded =
      Worker::Unrecorded{.notice = *notice,
                         .attempt = {.time = begun,
                                     .succeeded = result.outcome == HandOver::kAccepted,
                                     .reply_code = result.reply_code,
                                     .error = Storable(Without(result.error, notice->draft.recipient)),
                                     .duration = ended - begun},
                         .verdict = Judge(*notice, result.outcome, ended)};
  parts_.telemetry
      .Counter("avvik_delivery_attempts_total", "Attempts to hand a notice over, by outcome.",
               {{"outcome", OutcomeName(result.outcome)}})
      .Add();
  parts_.telemetry.Histogram("avvik_delivery_attempt_seconds", "Time an attempt took.")
      .Observe(ended - begun);
  AVVIK_RETURN_IF_ERROR(RecordPending(worker));
  return Round{.took = true, .outcome = result.outcome};
}

absl::Status Sender::RecordPending(Worker& worker) {
  if (!worker.unrecorded.has_value()) return absl::OkStatus();
  const auto& [notice, attempt, verdict] = *worker.unrecorded;
  AVVIK_ASSIGN_OR_RETURN(
      const std::optional<Notice> recorded,
      parts_.queue.Record(notice, holder_, attempt, verdict, parts_.clock.Now()));
  if (!attempt.succeeded) {
    const bool given_up = recorded.has_value() && recorded->state == v1::NOTICE_STATE_FAILED;
    const std::initializer_list<log::Field> fields = {
        {"notice", notice.notice_id}, {"reply_code", attempt.reply_code}, {"error", attempt.error}};
    if (given_up) {
      log::Error("notice_failed", fields);
    } else {
      log::Warning("notice_deferred", fields);
    }
  }
  worker.unrecorded.reset();
  if (verdict.state != v1::NOTICE_STATE_WAITING) parts_.told();
  return absl::OkStatus();
}

HandOverResult Sender::HandOverTo(Mailer& mailer, const Notice& notice) const {
  const absl::StatusOr<Envelope> envelope = MakeEnvelope(notice);
  if (envelope.ok()) return mailer.Send(*envelope);
  return {.outcome =
              absl::IsInvalidArgument(envelope.status()) ? HandOver::kRefused : HandOver::kDeferred,
          .reply_code = 0,
          .error = std::string(envelope.status().message())};
}

absl::StatusOr<Envelope> Sender::MakeEnvelope(const Notice& notice) const {
  const NoticeDraft& draft = notice.draft;
  const auto organisation = parts_.directory.Find(draft.tenant);
  if (organisation == nullptr) {
    return absl::UnavailableError("no organisation is known for " + draft.tenant);
  }
  const organisation::v1::Organisation& names = organisation->proto();
  const std::string& base_url = settings_.base_url.empty() ? names.base_url() : settings_.base_url;
  const std::string& from = names.mail_from().empty() ? settings_.mail_from : names.mail_from();
  if (base_url.empty()) return absl::UnavailableError("the organisation names no base_url");
  if (from.empty()) return absl::UnavailableError("the organisation names no mail_from");
  RenderedNotice words = parts_.templates.Render(
      draft.template_id, draft.language,
      {.number = draft.number, .link = LinkTo(base_url, notice), .organisation = names.name()});
  AVVIK_ASSIGN_OR_RETURN(std::string message,
                         Compose({.from_name = names.name(),
                                  .from = from,
                                  .to = draft.recipient,
                                  .subject = std::move(words.subject),
                                  .text = std::move(words.text),
                                  .html = std::move(words.html),
                                  .language = draft.language,
                                  .message_id = notice.message_id,
                                  .thread_id = ThreadId(draft.tenant, draft.number, from),
                                  .date = notice.created,
                                  .zone = organisation->time_zone()}));
  return Envelope{.from = from, .to = draft.recipient, .message = std::move(message)};
}

Verdict Sender::Judge(const Notice& notice, HandOver outcome, absl::Time now) const {
  if (outcome == HandOver::kAccepted) return {.state = v1::NOTICE_STATE_SENT, .next_attempt = now};
  if (outcome != HandOver::kRefused) {
    const std::optional<absl::Time> next =
        NextAttempt(notice.failures + 1, parts_.random(), now, notice.give_up);
    if (next.has_value()) return {.state = v1::NOTICE_STATE_WAITING, .next_attempt = *next};
  }
  return {.state = v1::NOTICE_STATE_FAILED, .next_attempt = now};
}

void Sender::NotePassage(HandOver outcome, absl::Time now) {
  std::lock_guard lock(pause_mutex_);
  if (outcome != HandOver::kUnreachable) {
    unreachable_ = 0;
    return;
  }
  const int doublings = std::min(unreachable_++, 10);
  resume_ = now + std::min(kFirstPause * (1 << doublings), kLongestPause);
}

}  // namespace avvik::delivery
