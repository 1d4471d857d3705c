// The notices as people see them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/organisation/rights.h"
#include "services/delivery/notice.h"

namespace avvik::delivery {

// Which notices a caller may see: those of cases that the caller may see, and those sent to the caller.
struct Visibility {
  organisation::Visibility cases;
  std::vector<std::string> person_ids;  // The caller's pseudonyms.
};

// What a list is narrowed to.
struct NoticeFilter {
  std::vector<v1::NoticeState> states;  // Empty: all.
  std::string number;                   // Empty: all.
};

struct NoticePage {
  std::vector<Notice> notices;  // Newest first.
  bool more = false;
  int64_t total = 0;
};

struct NoticeWithAttempts {
  Notice notice;
  std::vector<Attempt> attempts;  // Oldest first.
};

// How a tenant's queue stands.
struct QueueCount {
  int64_t waiting = 0;  // Waiting or being sent.
  int64_t failed = 0;
  int64_t sent = 0;
  std::optional<absl::Time> oldest;  // When the oldest waiting one was queued.
  std::optional<absl::Time> last_success;
  std::optional<absl::Time> last_failure;  // Of an attempt.
  int last_failure_code = 0;               // The mail server's reply then; 0 for none.
};

// Thread-safe. All methods: UNAVAILABLE when the database cannot be reached.
class NoticeStore {
 public:
  virtual ~NoticeStore() = default;

  // NOT_FOUND when it does not exist or is not visible.
  virtual absl::StatusOr<NoticeWithAttempts> Get(const std::string& tenant,
                                                 const std::string& notice_id,
                                                 const Visibility& visibility) = 0;

  // At most `limit` notices older than the one with id `after`; the newest when it is empty.
  virtual absl::StatusOr<NoticePage> List(const std::string& tenant, const Visibility& visibility,
                                          const NoticeFilter& filter, const std::string& after,
                                          int limit) = 0;

  virtual absl::StatusOr<QueueCount> Count(const std::string& tenant) = 0;

  // Makes a waiting or failed notice due at `now`, with the time for its attempts beginning anew; a
  // failed one is told of as queued. NOT_FOUND as Get; FAILED_PRECONDITION (NOTICE_NOT_RETRYABLE)
  // for a notice that is being sent or was, (ADDRESS_ERASED) for one without its address. `trace`
  // is recorded with the change.
  virtual absl::StatusOr<NoticeWithAttempts> Retry(const std::string& tenant,
                                                   const std::string& notice_id,
                                                   const Visibility& visibility, absl::Time now,
                                                   const audit::Record& trace) = 0;
};

}  // namespace avvik::delivery
