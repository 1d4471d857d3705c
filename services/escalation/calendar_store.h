// Where deadlines are read by time, and where the addresses are kept at which people follow them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/organisation/rights.h"
#include "services/escalation/calendar.h"

namespace avvik::escalation {

using organisation::Visibility;

// What a list is narrowed to; what is unset narrows nothing.
struct DeadlineFilter {
  std::optional<absl::Time> from;   // Targets at this time or later.
  std::optional<absl::Time> until;  // Targets before it.
};

struct DeadlinePage {
  std::vector<Deadline> deadlines;  // The soonest first.
  std::string next;                 // Key of the next page; empty on the last.
};

// Thread-safe. All methods: UNAVAILABLE when the database cannot be reached.
class CalendarStore {
 public:
  virtual ~CalendarStore() = default;

  // At most `limit` deadlines after `key`, from the beginning when it is empty. INVALID_ARGUMENT
  // naming `page_token` for a key that is none.
  virtual absl::StatusOr<DeadlinePage> List(const std::string& tenant, const Visibility& visibility,
                                            const DeadlineFilter& filter, const std::string& key,
                                            int limit) = 0;

  // Keeps an address with the hash of its secret, and the audit record, in one transaction.
  // FAILED_PRECONDITION (CALENDAR_FEEDS_FULL) when the person has kMostFeeds.
  virtual absl::Status CreateFeed(const std::string& tenant, const CalendarFeed& feed,
                                  const std::string& secret_hash, const audit::Record& trace) = 0;

  // The person's addresses, the newest first.
  virtual absl::StatusOr<std::vector<CalendarFeed>> ListFeeds(const std::string& tenant,
                                                              const std::string& person_id) = 0;

  // Removes an address of the person, with the audit record. NOT_FOUND (CALENDAR_FEED_NOT_FOUND)
  // when the person has none of that id.
  virtual absl::Status RemoveFeed(const std::string& tenant, const std::string& person_id,
                                  const std::string& feed_id, const audit::Record& trace) = 0;

  // The address with a secret of this hash, marked as read at `now`. NOT_FOUND
  // (CALENDAR_FEED_NOT_FOUND).
  virtual absl::StatusOr<CalendarFeed> OpenFeed(const std::string& tenant,
                                                const std::string& secret_hash, absl::Time now) = 0;
};

}  // namespace avvik::escalation
