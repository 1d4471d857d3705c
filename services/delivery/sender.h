// Hands notices over to the mail server: several at a time, each by one of its workers.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/ids/id_source.h"
#include "common/organisation/directory.h"
#include "common/process/loop.h"
#include "common/process/runnable.h"
#include "common/telemetry/registry.h"
#include "services/delivery/mailer.h"
#include "services/delivery/send_queue.h"
#include "services/delivery/templates.h"

namespace avvik::delivery {

struct SenderSettings {
  int workers = 2;
  // How long a notice is this process's without being renewed; see QueueKeeper.
  absl::Duration lease = absl::Seconds(15);
  std::string base_url;   // In place of the organisations' own; empty: theirs.
  std::string mail_from;  // For organisations that name none; may be empty.
};

// What a sender needs; all of it must outlive the sender.
struct SenderParts {
  const Clock& clock;
  IdSource& ids;
  SendQueue& queue;
  const TemplateSet& templates;
  organisation::Directory& directory;
  telemetry::Registry& telemetry;
  // Makes a worker's mailer.
  std::function<std::unique_ptr<Mailer>()> new_mailer;
  // A number in [0, 1), for the pauses. Thread-safe.
  std::function<double()> random;
  // Called when there may be new events.
  std::function<void()> told;
};

class Sender final : public process::Runnable {
 public:
  Sender(SenderSettings settings, SenderParts parts);
  ~Sender() override { Stop(); }

  absl::Status Start() override;
  // Ends when the notices under way have been handed over.
  void Stop() override;

  // There may be notices to send: look now. Thread-safe, cheap.
  void Wake();

  // Under what name this process holds notices.
  const std::string& holder() const { return holder_; }

  // What one round of one worker did.
  struct Round {
    bool took = false;  // Whether there was a notice to send.
    HandOver outcome = HandOver::kAccepted;
  };
  // Takes one notice and hands it over, with the first worker's mailer.
  absl::StatusOr<Round> RunOnce() { return RunOnce(*workers_.front()); }

 private:
  struct Worker {
    std::unique_ptr<Mailer> mailer;
    // An attempt that could not be recorded yet; comes before anything else.
    struct Unrecorded {
      Notice notice;
      Attempt attempt;
      Verdict verdict;
    };
    std::optional<Unrecorded> unrecorded;
    std::unique_ptr<process::Loop> loop;
  };

  absl::StatusOr<Round> RunOnce(Worker& worker);
  absl::Duration Step(Worker& worker);
  // The mail of a notice. UNAVAILABLE when the organisation is not known or names no sender,
  // INVALID_ARGUMENT when it can never be sent.
  absl::StatusOr<Envelope> MakeEnvelope(const Notice& notice) const;
  HandOverResult HandOverTo(Mailer& mailer, const Notice& notice) const;
  Verdict Judge(const Notice& notice, HandOver outcome, absl::Time now) const;
  absl::Status RecordPending(Worker& worker);
  // While the mail server cannot be reached, workers wait together instead of spending the attempts
  // of every notice.
  void NotePassage(HandOver outcome, absl::Time now);

  const SenderSettings settings_;
  const SenderParts parts_;
  const std::string holder_;
  std::vector<std::unique_ptr<Worker>> workers_;

  std::mutex pause_mutex_;
  int unreachable_ = 0;  // In a row.
  absl::Time resume_ = absl::InfinitePast();
};

}  // namespace avvik::delivery
