// Looking at and repairing what a service has heard: positions, parked events, replay.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "avvik/events/v1/event_log.pb.h"
#include "common/clock/clock.h"
#include "common/events/consumer.h"
#include "common/pg/pool.h"

namespace avvik::events {

// Thread-safe.
class Inbox {
 public:
  // `handlers` are the service's own, by source; they and the others must outlive the inbox.
  Inbox(pg::Pool& pool, std::map<std::string, EventHandler*> handlers, const Clock& clock);

  absl::StatusOr<v1::ListConsumersResponse> ListConsumers();
  absl::StatusOr<v1::ListParkedEventsResponse> ListParked(int limit);

  // Tries parked events again, each subject's in order and in one transaction per event; a subject stops
  // at its first failure. With an empty `subject` all are tried.
  absl::StatusOr<v1::ReplayParkedEventsResponse> Replay(const std::string& subject);

 private:
  // Applies the first parked event of a subject; false when there is none or it failed again.
  absl::StatusOr<bool> ReplayFirst(const std::string& source, const std::string& tenant,
                                   const std::string& subject);

  pg::Pool& pool_;
  const std::map<std::string, EventHandler*> handlers_;
  const Clock& clock_;
};

}  // namespace avvik::events
