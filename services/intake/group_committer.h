// Writes reports in groups: those that arrive while one group is being committed form the next. Under
// load one transaction serves hundreds of reports; alone, a report is written at once.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "common/process/runnable.h"
#include "services/intake/report_store.h"

namespace avvik::intake {

// Thread-safe.
class GroupCommitter final : public process::Runnable {
 public:
  // Called when the report is on disk, or with the reason why it is not; from the committer's thread, so
  // it must not wait for anything.
  using Done = std::function<void(absl::StatusOr<Report>)>;

  // `committed` is called after each group that wrote something.
  GroupCommitter(ReportStore& store, std::function<void()> committed);
  ~GroupCommitter() override { Stop(); }

  absl::Status Start() override;
  // Writes what is waiting before it returns.
  void Stop() override;

  // Hands a report over. `done` is called exactly once; with RESOURCE_EXHAUSTED (QUEUE_FULL) at once
  // when too many wait, with UNAVAILABLE after Stop.
  void Submit(Submission submission, Done done);

  // Writes the reports that wait, at most one group. Returns how many were answered.
  size_t RunOnce();

 private:
  static constexpr size_t kMostWaiting = 20'000;
  static constexpr size_t kGroup = 512;

  struct Waiting {
    Submission submission;
    Done done;
  };

  void Run();
  // Writes a group; when it is refused as a whole, each report alone, so that one cannot harm the
  // others.
  void Commit(std::vector<Waiting> group);

  ReportStore& store_;
  const std::function<void()> committed_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Waiting> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace avvik::intake
