// The queue as the senders see it: taking the next notice, and saying what became of it.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/delivery/notice.h"

namespace avvik::delivery {

// What becomes of a notice after an attempt.
struct Verdict {
  v1::NoticeState state = v1::NOTICE_STATE_WAITING;  // WAITING, SENT or FAILED.
  absl::Time next_attempt;                           // With WAITING.
};

// How the queue stands, over all tenants.
struct QueueDepth {
  int64_t waiting = 0;  // Waiting or being sent.
  int64_t failed = 0;
  std::optional<absl::Time> oldest;  // When the oldest waiting one was queued.
};

// Thread-safe. All methods: UNAVAILABLE when the database cannot be reached.
class SendQueue {
 public:
  virtual ~SendQueue() = default;

  // Takes the notice that is due longest, if any: it is SENDING then, and `holder`'s until `lease`.
  virtual absl::StatusOr<std::optional<Notice>> Take(const std::string& holder, absl::Time now,
                                                     absl::Time lease) = 0;

  // Records an attempt and its verdict, and tells of a notice that has come to its end. A failure
  // counts only while the notice is still `holder`'s; a success always, because the mail has left.
  // May be repeated when the outcome is not known. Returns the notice as it is now; nothing when
  // nothing was recorded.
  virtual absl::StatusOr<std::optional<Notice>> Record(const Notice& notice,
                                                       const std::string& holder,
                                                       const Attempt& attempt,
                                                       const Verdict& verdict, absl::Time now) = 0;

  // Prolongs the lease on everything `holder` is sending.
  virtual absl::Status Renew(const std::string& holder, absl::Time lease) = 0;

  // Puts back what a sender held past its lease, with an attempt whose outcome is not known.
  // Returns how many.
  virtual absl::StatusOr<int64_t> Rescue(absl::Time now) = 0;

  // Erases the addresses of notices that have come to their end and were queued before `before`.
  // Returns how many.
  virtual absl::StatusOr<int64_t> EraseAddresses(absl::Time before) = 0;

  virtual absl::StatusOr<QueueDepth> Depth() = 0;
};

}  // namespace avvik::delivery
