#include "common/events/publisher.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "common/events/event_log.h"
#include "common/events/stream_entry.h"
#include "common/log/log.h"
#include "common/pg/pool.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::events {
namespace {

// The lock ends with the session, so a publisher that lost its connection has lost its turn.
constexpr pg::Statement kTryLock{"events_try_publisher_lock",
                                 "SELECT pg_try_advisory_lock(4701, 2) AS held"};

// Rows are chosen by having no position, never by "greater than the last": a transaction that commits
// late has a small seq, and would be passed over.
constexpr pg::Statement kGivePositions{"events_give_positions", R"sql(
    WITH head AS (SELECT coalesce(max(position), 0) AS position FROM event_log),
         fresh AS (
           SELECT seq, row_number() OVER (ORDER BY seq) AS place
             FROM event_log
            WHERE position IS NULL
            ORDER BY seq
            LIMIT $1),
         given AS (
           UPDATE event_log
              SET position = head.position + fresh.place
             FROM fresh, head
            WHERE event_log.seq = fresh.seq AND event_log.position IS NULL
           RETURNING 1)
    SELECT (SELECT position FROM head) + count(*) AS head, count(*) AS given FROM given)sql"};

constexpr pg::Statement kReadStretch{"events_read_stretch", R"sql(
    SELECT position, event FROM event_log
     WHERE position > $1 AND position <= $2
     ORDER BY position
     LIMIT $3)sql"};

constexpr absl::Duration kRedisTimeout = absl::Seconds(2);
constexpr absl::Duration kTailCheck = absl::Seconds(1);

absl::Status StreamVanished() {
  return status::Error(absl::StatusCode::kUnavailable, "the stream has vanished", "STREAM_VANISHED");
}

}  // namespace

Publisher::Publisher(PublisherSettings settings)
    : settings_(std::move(settings)),
      stream_(StreamKey(settings_.source)),
      loop_("publisher", [this] { return Step(); }) {}

Publisher::~Publisher() { Stop(); }

absl::Status Publisher::Start() { return loop_.Start(); }

void Publisher::Stop() {
  loop_.Stop();
  database_.reset();
}

void Publisher::Wake() { loop_.Wake(); }

absl::Duration Publisher::Step() {
  const absl::StatusOr<Round> round = RunOnce();
  if (!round.ok()) {
    log::Warning("publisher_waiting", {{"error", round.status()}});
    return absl::Milliseconds(200);
  }
  if (!round->active) return absl::Milliseconds(500);
  // A full round suggests that there is more.
  if (round->positioned >= settings_.batch) return absl::ZeroDuration();
  return absl::Milliseconds(100);
}

absl::StatusOr<Publisher::Round> Publisher::RunOnce() {
  Round round;
  AVVIK_ASSIGN_OR_RETURN(round.active, HoldLock());
  if (!round.active) return round;
  AVVIK_ASSIGN_OR_RETURN(round.positioned, GivePositions());
  AVVIK_ASSIGN_OR_RETURN(round.sent, CatchUp(head_));
  return round;
}

absl::StatusOr<bool> Publisher::HoldLock() {
  if (database_ != nullptr && database_->broken()) {
    database_.reset();
    locked_ = false;
  }
  if (database_ == nullptr) {
    AVVIK_ASSIGN_OR_RETURN(database_, pg::Connection::Open(settings_.database));
    AVVIK_RETURN_IF_ERROR(database_->Enter(pg::Scope::Everything()));
  }
  if (!locked_) {
    AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, database_->Execute(kTryLock));
    locked_ = rows[0].Bool("held");
    tail_ = -1;
    if (locked_) log::Info("publisher_active");
  }
  return locked_;
}

absl::StatusOr<int64_t> Publisher::GivePositions() {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, database_->Execute(kGivePositions, {settings_.batch}));
  head_ = rows[0].Int("head");
  return rows[0].Int("given");
}

absl::StatusOr<int64_t> Publisher::CatchUp(int64_t head) {
  if (redis_ != nullptr && redis_->broken()) redis_.reset();
  if (redis_ == nullptr) {
    AVVIK_ASSIGN_OR_RETURN(redis_, redis::Connection::Open(settings_.streams.redis, kRedisTimeout));
    tail_ = -1;
  }
  const absl::Time now = absl::Now();
  if (tail_ < 0 || now - checked_ > kTailCheck) {
    AVVIK_ASSIGN_OR_RETURN(tail_, StreamTail());
    checked_ = now;
    if (tail_ > head) {
      // The stream is of another log (a database that was reset): its ids would refuse ours for ever.
      log::Warning("stream_replaced", {{"stream", stream_}, {"tail", tail_}, {"head", head}});
      AVVIK_RETURN_IF_ERROR(redis_->Command({"DEL", stream_}).status());
      tail_ = 0;
    }
  }
  const bool create = tail_ == 0;
  if (create) tail_ = std::max<int64_t>(0, head - settings_.stream_length);
  if (tail_ >= head) return 0;
  absl::StatusOr<int64_t> sent = Send(tail_, head, create);
  if (!sent.ok()) tail_ = -1;
  return sent;
}

absl::StatusOr<int64_t> Publisher::StreamTail() {
  AVVIK_ASSIGN_OR_RETURN(const redis::Reply reply,
                         redis_->Command({"XREVRANGE", stream_, "+", "-", "COUNT", "1"}));
  if (reply.is_error()) return absl::InternalError("redis: " + reply.text());
  return reply.size() == 0 ? 0 : std::atoll(reply[0][0].text().c_str());
}

absl::StatusOr<int64_t> Publisher::Send(int64_t after, int64_t head, bool create) {
  int64_t sent = 0;
  const std::string length = std::to_string(settings_.stream_length);
  while (after < head && !loop_.stopping()) {
    AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                           database_->Execute(kReadStretch, {after, head, settings_.batch}));
    if (rows.empty()) break;
    std::vector<std::vector<std::string>> commands;
    commands.reserve(rows.size());
    for (const pg::Row row : rows) {
      v1::Event event;
      const std::string bytes = row.Bytes("event");
      if (!event.ParseFromString(bytes)) {
        return absl::DataLossError("event at position " + std::to_string(row.Int("position")) +
                                   " cannot be read");
      }
      std::vector<std::string> command = {"XADD", stream_};
      // Without NOMKSTREAM only for the first entry of a new stream: a stream that vanishes must be
      // noticed, not begun in the middle.
      if (!create) command.push_back("NOMKSTREAM");
      create = false;
      const int64_t position = row.Int("position");
      command.insert(command.end(), {"MAXLEN", "~", length, EntryId(position)});
      for (std::string& part :
           EntryFields(*settings_.streams.keys, settings_.source, position, event.type(), bytes)) {
        command.push_back(std::move(part));
      }
      commands.push_back(std::move(command));
    }
    AVVIK_ASSIGN_OR_RETURN(const std::vector<redis::Reply> replies, redis_->Pipeline(commands));
    for (const redis::Reply& reply : replies) {
      if (reply.is_nil()) return StreamVanished();
      // An id not larger than the last: the entry is there already.
      if (reply.is_error() && reply.text().find("equal or smaller") != std::string::npos) continue;
      if (reply.is_error()) return absl::UnavailableError("redis: " + reply.text());
      ++sent;
    }
    after = rows[rows.size() - 1].Int("position");
    tail_ = after;
  }
  return sent;
}

}  // namespace avvik::events
