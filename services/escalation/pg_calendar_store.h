// Deadlines and addresses of calendars in PostgreSQL.
#pragma once

#include <string>
#include <vector>

#include "common/pg/pool.h"
#include "services/escalation/calendar_store.h"

namespace avvik::escalation {

class PgCalendarStore final : public CalendarStore {
 public:
  // It must outlive the store.
  explicit PgCalendarStore(pg::Pool& pool) : pool_(pool) {}

  absl::StatusOr<DeadlinePage> List(const std::string& tenant, const Visibility& visibility,
                                    const DeadlineFilter& filter, const std::string& key,
                                    int limit) override;
  absl::Status CreateFeed(const std::string& tenant, const CalendarFeed& feed,
                          const std::string& secret_hash, const audit::Record& trace) override;
  absl::StatusOr<std::vector<CalendarFeed>> ListFeeds(const std::string& tenant,
                                                      const std::string& person_id) override;
  absl::Status RemoveFeed(const std::string& tenant, const std::string& person_id,
                          const std::string& feed_id, const audit::Record& trace) override;
  absl::StatusOr<CalendarFeed> OpenFeed(const std::string& tenant, const std::string& secret_hash,
                                        absl::Time now) override;

 private:
  pg::Pool& pool_;
};

}  // namespace avvik::escalation
