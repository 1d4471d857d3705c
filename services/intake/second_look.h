// A second look at reports that name a unit or system not known here: the organisation may have changed a
// moment ago. Asking its owner takes a call, which the submit path must not wait for, so it is done on a
// thread of its own.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "common/organisation/directory.h"
#include "common/process/loop.h"

namespace avvik::intake {

// Thread-safe.
class SecondLook final : public process::Runnable {
 public:
  explicit SecondLook(organisation::Directory& directory);
  ~SecondLook() override { Stop(); }

  absl::Status Start() override { return loop_.Start(); }
  // Does what is waiting before it returns.
  void Stop() override;

  // Runs `again` after the tenant's organisation was looked up anew, or at once when too many wait.
  void Later(std::string tenant, std::function<void()> again);

  // Looks the organisations up and runs what is waiting; returns how many.
  size_t RunOnce();

 private:
  static constexpr size_t kMost = 1'000;

  struct Waiting {
    std::string tenant;
    std::function<void()> again;
  };

  organisation::Directory& directory_;
  std::mutex mutex_;
  std::vector<Waiting> waiting_;
  process::Loop loop_;
};

}  // namespace avvik::intake
