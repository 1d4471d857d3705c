#include "common/events/inbox.h"

#include <span>

#include "absl/time/clock.h"
#include "common/status/macros.h"
#include "google/protobuf/util/time_util.h"

namespace avvik::events {
namespace {

using google::protobuf::util::TimeUtil;

constexpr pg::Statement kListConsumers{"events_list_consumers", R"sql(
    SELECT source, position, updated_at,
           (SELECT count(*) FROM parked_event WHERE parked_event.source = consumer_offset.source)
             AS parked
      FROM consumer_offset
     ORDER BY source)sql"};

constexpr pg::Statement kListParked{"events_list_parked", R"sql(
    SELECT source, position, type, subject, error, parked_at, attempts,
           count(*) OVER () AS total
      FROM parked_event
     ORDER BY parked_at, source, position
     LIMIT $1)sql"};

constexpr pg::Statement kParkedSubjects{"events_list_parked_subjects", R"sql(
    SELECT DISTINCT source, tenant, subject FROM parked_event
     WHERE $1 = '' OR subject = $1
     ORDER BY source, tenant, subject)sql"};

// The offset's lock keeps the consumer from parking behind an event while it is replayed.
constexpr pg::Statement kLockOffset{
    "events_lock_offset_for_replay",
    "SELECT position FROM consumer_offset WHERE source = $1 FOR UPDATE"};

constexpr pg::Statement kFirstParked{"events_first_parked", R"sql(
    SELECT position, event FROM parked_event
     WHERE source = $1 AND tenant = $2 AND subject = $3
     ORDER BY position
     LIMIT 1)sql"};

constexpr pg::Statement kUnpark{"events_unpark",
                                "DELETE FROM parked_event WHERE source = $1 AND position = $2"};

constexpr pg::Statement kFailedAgain{"events_failed_again", R"sql(
    UPDATE parked_event SET error = $3, attempts = attempts + 1
     WHERE source = $1 AND position = $2)sql"};

constexpr pg::Statement kCountParked{"events_count_parked",
                                     "SELECT count(*) AS parked FROM parked_event"};

}  // namespace

Inbox::Inbox(pg::Pool& pool, std::map<std::string, EventHandler*> handlers, const Clock& clock)
    : pool_(pool), handlers_(std::move(handlers)), clock_(clock) {}

absl::StatusOr<v1::ListConsumersResponse> Inbox::ListConsumers() {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, pool_.Query(pg::Scope::Everything(), kListConsumers));
  v1::ListConsumersResponse response;
  for (const pg::Row row : rows) {
    v1::ConsumerStatus* consumer = response.add_consumers();
    consumer->set_source(row.Text("source"));
    consumer->set_position(row.Int("position"));
    consumer->set_parked_events(row.Int("parked"));
    if (const auto time = row.OptionalTime("updated_at"); time.has_value()) {
      *consumer->mutable_update_time() =
          TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(*time));
    }
  }
  return response;
}

absl::StatusOr<v1::ListParkedEventsResponse> Inbox::ListParked(int limit) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         pool_.Query(pg::Scope::Everything(), kListParked, {limit}));
  v1::ListParkedEventsResponse response;
  for (const pg::Row row : rows) {
    v1::ParkedEvent* parked = response.add_parked_events();
    parked->set_source(row.Text("source"));
    parked->set_position(row.Int("position"));
    parked->set_type(row.Text("type"));
    parked->set_subject(row.Text("subject"));
    parked->set_error(row.Text("error"));
    parked->set_attempts(static_cast<int>(row.Int("attempts")));
    *parked->mutable_park_time() =
        TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(row.Time("parked_at")));
    response.set_total_size(row.Int("total"));
  }
  return response;
}

absl::StatusOr<v1::ReplayParkedEventsResponse> Inbox::Replay(const std::string& subject) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows subjects,
                         pool_.Query(pg::Scope::Everything(), kParkedSubjects, {subject}));
  v1::ReplayParkedEventsResponse response;
  for (const pg::Row row : subjects) {
    bool applied = true;
    while (applied) {
      AVVIK_ASSIGN_OR_RETURN(
          applied, ReplayFirst(row.Text("source"), row.Text("tenant"), row.Text("subject")));
      if (applied) response.set_applied_events(response.applied_events() + 1);
    }
  }
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows left, pool_.Query(pg::Scope::Everything(), kCountParked));
  response.set_parked_events(left[0].Int("parked"));
  return response;
}

absl::StatusOr<bool> Inbox::ReplayFirst(const std::string& source, const std::string& tenant,
                                        const std::string& subject) {
  const auto handler = handlers_.find(source);
  if (handler == handlers_.end()) return false;
  int64_t position = 0;
  absl::Status refused;
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  absl::Status status = pg::RunInTransaction(
      pool_, pg::Scope::Everything(), deadline, [&](pg::Transaction& transaction) -> absl::Status {
        position = 0;
        AVVIK_RETURN_IF_ERROR(transaction.Execute(kLockOffset, {source}).status());
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                               transaction.Execute(kFirstParked, {source, tenant, subject}));
        if (rows.empty()) return absl::OkStatus();
        v1::StoredEvent stored;
        stored.set_position(rows[0].Int("position"));
        position = stored.position();
        if (!stored.mutable_event()->ParseFromString(rows[0].Bytes("event"))) {
          refused = absl::DataLossError("the parked event cannot be read");
          return refused;
        }
        refused = handler->second->Prepare(std::span(&stored, 1));
        if (refused.ok()) refused = handler->second->Apply(transaction, stored);
        AVVIK_RETURN_IF_ERROR(refused);
        return transaction.Execute(kUnpark, {source, position}).status();
      });
  if (status.ok()) {
    if (position != 0) handler->second->Committed();
    return position != 0;
  }
  if (refused.ok() || IsTransient(refused)) return status;
  AVVIK_RETURN_IF_ERROR(
      pool_.Query(pg::Scope::Everything(), kFailedAgain, {source, position, refused.ToString()})
          .status());
  return false;
}

}  // namespace avvik::events
