// The ledgers of all municipalities, brought up to date with the store whenever one is read: an answer holds
// everything that was committed before it was asked for.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "services/metrics/figure_store.h"
#include "services/metrics/ledger.h"

namespace avvik::metrics {

// Thread-safe.
class Ledgers {
 public:
  Ledgers(FigureStore& store, const Clock& clock) : store_(store), clock_(clock) {}

  // What a reader does with a ledger and the moment it holds for.
  using Reading = std::function<void(const Ledger& ledger, absl::Time as_of)>;

  // Runs `reading` on the tenant's ledger, an empty one when nothing is known of the tenant, with months of
  // `zone`. Errors: those of FigureStore::ReadChanges, and FiguresBusy when others do not get ready before
  // `deadline`; `reading` has not run then.
  absl::Status Read(const std::string& tenant, absl::TimeZone zone, absl::Time deadline,
                    const Reading& reading);

  // Brings the ledgers up to date, and answers a number that is larger when anything in them has changed.
  absl::StatusOr<int64_t> CatchUp(absl::Time deadline);

 private:
  using ByTenant = std::map<std::string, Ledger>;
  class Changes;

  FigureStore& store_;
  const Clock& clock_;

  // Each asker takes a ticket. A catching-up that begins afterwards serves all tickets taken so far, so
  // that many who ask at once wait for one.
  std::atomic<int64_t> tickets_{0};
  std::timed_mutex catch_up_mutex_;
  int64_t served_ = 0;
  Seen seen_;

  std::shared_mutex mutex_;
  ByTenant ledgers_;
  std::atomic<int64_t> as_of_{0};  // Unix microseconds.
  std::atomic<int64_t> version_{0};
};

}  // namespace avvik::metrics
