#include "common/events/event_log.h"

#include "common/status/macros.h"

namespace avvik::events {
namespace {

constexpr pg::Statement kReadLog{"events_read_log", R"sql(
    SELECT position, event FROM event_log
     WHERE position > $1
     ORDER BY position
     LIMIT $2)sql"};

constexpr pg::Statement kReadHead{"events_read_head",
                                  "SELECT coalesce(max(position), 0) AS head FROM event_log"};

}  // namespace

absl::StatusOr<LogPage> PgEventLogReader::Read(int64_t position, int limit) {
  LogPage page;
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows head, pool_.Query(pg::Scope::Everything(), kReadHead));
  page.head = head[0].Int("head");
  if (page.head <= position) return page;
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         pool_.Query(pg::Scope::Everything(), kReadLog, {position, limit}));
  page.events.reserve(rows.size());
  for (const pg::Row row : rows) {
    v1::StoredEvent& stored = page.events.emplace_back();
    stored.set_position(row.Int("position"));
    if (!stored.mutable_event()->ParseFromString(row.Bytes("event"))) {
      return absl::DataLossError("event at position " + std::to_string(stored.position()) +
                                 " cannot be read");
    }
  }
  return page;
}

std::string StreamKey(const std::string& source) { return "avvik:events:" + source; }

}  // namespace avvik::events
