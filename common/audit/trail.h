// Reading the trace.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/chain.h"
#include "common/pg/pool.h"

namespace avvik::audit {

// What records are narrowed to; what is empty narrows nothing.
struct TrailFilter {
  std::vector<std::string> subjects;  // Any of these.
  std::string actor;
  std::string method;
  std::optional<Outcome> outcome;
  absl::Time from = absl::InfinitePast();
  absl::Time to = absl::InfiniteFuture();  // Not included.
};

// Thread-safe. UNAVAILABLE when the database cannot be reached.
class Trail {
 public:
  explicit Trail(pg::Pool& pool) : pool_(pool) {}

  // At most `limit` sealed records behind place `after`, by sequence.
  absl::StatusOr<std::vector<Sealed>> Records(const std::string& tenant, const TrailFilter& filter,
                                              int64_t after, int limit);

  // At most `limit` checkpoints behind place `after`, by sequence.
  absl::StatusOr<std::vector<Checkpoint>> Checkpoints(const std::string& tenant, int64_t after,
                                                      int limit);

 private:
  pg::Pool& pool_;
};

}  // namespace avvik::audit
