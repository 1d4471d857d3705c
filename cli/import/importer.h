// Brings a register in: reads its lines, makes reports of them, has them sent by several threads at
// once, and counts.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "avvik/intake/v1/intake.pb.h"
#include "cli/import/mapping.h"
#include "cli/import/record.h"
#include "cli/import/stop_signal.h"
#include "cli/import/submitter.h"
#include "cli/import/work_queue.h"

namespace avvik::cli {

struct Counts {
  int64_t read = 0;     // Lines with something in them.
  int64_t created = 0;  // Reports that this run made.
  int64_t already_there = 0;
  int64_t rejected = 0;
  int64_t settled() const { return created + already_there + rejected; }
};

class Importer {
 public:
  struct Options {
    int concurrency = 8;
    // Reports submitted from this instant on, by the server's clock, are this run's own.
    absl::Time start = absl::InfiniteFuture();
  };
  using Next = std::function<absl::StatusOr<bool>(Item*)>;
  using Send = std::function<Outcome(const intake::v1::SubmitReportRequest&)>;

  // All must outlive it. `on_rejected` is called for each rejected line, by one thread at a time.
  // `stop` is raised when the import ends before its time, so that what waits in `send` comes to an
  // end.
  Importer(const Mapping& mapping, const Surroundings& around, StopSignal& stop, Options options,
           std::function<void(const Rejection&)> on_rejected);

  // Takes all lines that `next` gives, each once; `send` is called by several threads. Returns when
  // all are settled, or with the error that made an end of it: of reading, or of an outcome that is
  // hopeless or gave up. ABORTED after Stop. Of two lines with one key the first is settled before
  // the second is sent. Beside the lines under way it keeps some forty bytes for each line read, to
  // know such lines.
  absl::Status Run(const Next& next, const Send& send);

  // Takes no more lines. Thread-safe.
  void Stop();

  // Thread-safe.
  Counts counts() const;

 private:
  struct Work {
    int64_t line = 0;
    int64_t first_line = 0;  // The line that had the same key before; 0 for none.
    intake::v1::SubmitReportRequest request;
  };

  absl::Status ReadAll(const Next& next);
  bool Take(const Record& record);
  void SendAll(const Send& send);
  void Settle(const Work& work, const Outcome& outcome);
  void Reject(Rejection rejection);
  void End(const absl::Status& why);

  const Mapping& mapping_;
  const Surroundings& around_;
  StopSignal& stop_;
  const Options options_;
  const std::function<void(const Rejection&)> on_rejected_;
  WorkQueue<Work> queue_;
  std::unordered_map<uint64_t, int64_t>
      lines_by_key_;  // The reading thread's; keys by their digest.

  mutable std::mutex mutex_;
  Counts counts_;
  absl::Status end_;
};

}  // namespace avvik::cli
