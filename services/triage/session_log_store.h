// Where deeds with sessions are recorded.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/audit/record.h"
#include "common/pg/pool.h"

namespace avvik::triage {

// Thread-safe.
class SessionLogStore {
 public:
  explicit SessionLogStore(pg::Pool& pool) : pool_(pool) {}

  // Appends the record to the trace, once: a repetition, known by its id and time, changes nothing.
  absl::Status Append(const audit::Record& record, absl::Time deadline);

 private:
  pg::Pool& pool_;
};

}  // namespace avvik::triage
