// Erases closed cases whose time is over by the rules of their organisation. Nothing is remembered
// between rounds: what is due follows from when a case was closed and from the rules in force now.
#pragma once

#include <functional>

#include "common/clock/clock.h"
#include "common/ids/id_source.h"
#include "common/organisation/directory.h"
#include "common/process/loop.h"
#include "services/triage/erasure_store.h"

namespace avvik::triage {

class Retention final : public process::Runnable {
 public:
  // All of them must outlive it. `wake` is called when there is something to tell.
  Retention(ErasureStore& store, organisation::Directory& directory, IdSource& ids,
            const Clock& clock, absl::Duration every, std::function<void()> wake);

  absl::Status Start() override { return loop_.Start(); }
  void Stop() override { loop_.Stop(); }

  // Erases what is due now, at most a few hundred cases of each rule; returns how many.
  absl::StatusOr<int> RunOnce();

 private:
  absl::StatusOr<int> EraseDue(const organisation::Organisation& organisation);

  ErasureStore& store_;
  organisation::Directory& directory_;
  IdSource& ids_;
  const Clock& clock_;
  const std::function<void()> wake_;
  process::Loop loop_;
};

// The instant `years` before `now` by the calendar of a time zone; the 29th of February counts as the
// 1st of March in years that lack it.
absl::Time YearsBefore(absl::Time now, int years, absl::TimeZone zone);

}  // namespace avvik::triage
