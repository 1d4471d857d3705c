#include "common/events/consumer.h"

#include <functional>
#include <set>
#include <utility>

#include "absl/time/clock.h"
#include "common/events/stream_entry.h"
#include "common/log/log.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::events {
namespace {

constexpr pg::Statement kTryLock{"events_try_consumer_lock",
                                 "SELECT pg_try_advisory_lock(4702, hashtext($1)) AS held"};

constexpr pg::Statement kEnsureOffset{"events_ensure_offset", R"sql(
    INSERT INTO consumer_offset (source, position) VALUES ($1, 0)
    ON CONFLICT (source) DO NOTHING)sql"};

constexpr pg::Statement kReadOffset{"events_read_offset",
                                    "SELECT position FROM consumer_offset WHERE source = $1"};

constexpr pg::Statement kLockOffset{
    "events_lock_offset", "SELECT position FROM consumer_offset WHERE source = $1 FOR UPDATE"};

constexpr pg::Statement kMoveOffset{
    "events_move_offset",
    "UPDATE consumer_offset SET position = $2, updated_at = $3 WHERE source = $1"};

constexpr pg::Statement kParkedSubjects{"events_parked_subjects", R"sql(
    SELECT tenant, subject, min(position) AS position FROM parked_event
     WHERE source = $1
     GROUP BY tenant, subject)sql"};

constexpr pg::Statement kPark{"events_park", R"sql(
    INSERT INTO parked_event
           (source, position, tenant, type, subject, event, error, parked_at, attempts)
    VALUES ($1,     $2,       $3,     $4,   $5,      $6,    $7,    $8,        $9))sql"};

constexpr absl::Duration kIdleLogRead = absl::Seconds(1);
// How often the log is read where the stream leads nowhere.
constexpr absl::Duration kAstrayLogRead = absl::Milliseconds(200);

StreamEntry EntryOf(const redis::Reply& reply) {
  StreamEntry entry{.id = reply[0].text(), .event = "", .proof = ""};
  const redis::Reply fields = reply[1];
  for (size_t i = 0; i + 1 < fields.size(); i += 2) {
    if (fields[i].text() == "e") entry.event = fields[i + 1].text();
    if (fields[i].text() == "m") entry.proof = fields[i + 1].text();
  }
  return entry;
}

// Subjects are apart per tenant.
using Subject = std::pair<std::string, std::string>;

absl::Status Park(pg::Transaction& transaction, const std::string& source,
                  const v1::StoredEvent& stored, const std::string& error, int attempts,
                  absl::Time now) {
  const v1::Event& event = stored.event();
  return transaction
      .Execute(kPark, {source, stored.position(), event.tenant(), event.type(), event.subject(),
                       pg::Bytes{event.SerializeAsString()}, error, now, attempts})
      .status();
}

}  // namespace

bool IsTransient(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kUnauthenticated:
      return true;
    default:
      return false;
  }
}

Consumer::Consumer(ConsumerSettings settings, EventHandler& handler, EventLogReader& reader,
                   const Clock& clock)
    : settings_(std::move(settings)),
      stream_(StreamKey(settings_.source)),
      handler_(handler),
      reader_(reader),
      clock_(clock),
      loop_("hear-" + settings_.source, [this] { return Step(); }) {
  if (settings_.telemetry == nullptr || settings_.streams.redis.address.empty()) return;
  forged_entries_ = settings_.telemetry->Counter(
      "avvik_events_forged_total",
      "Entries in a service's stream that do not prove that the service wrote them.",
      {{"source", settings_.source}});
}

Consumer::~Consumer() { Stop(); }

absl::Status Consumer::Start() { return loop_.Start(); }

void Consumer::Stop() {
  loop_.Stop();
  database_.reset();
}

absl::Duration Consumer::Step() {
  const absl::StatusOr<Round> round = RunOnce(absl::Milliseconds(500));
  if (!round.ok()) {
    log::Warning("consumer_waiting", {{"source", settings_.source}, {"error", round.status()}});
    return absl::Milliseconds(300);
  }
  if (!round->active) return absl::Milliseconds(500);
  return round->astray && round->applied + round->parked == 0 ? kAstrayLogRead
                                                               : absl::ZeroDuration();
}

absl::StatusOr<Consumer::Round> Consumer::RunOnce(absl::Duration wait) {
  Round round;
  AVVIK_ASSIGN_OR_RETURN(round.active, HoldLock());
  round.position = position_;
  if (!round.active) return round;
  AVVIK_ASSIGN_OR_RETURN(const std::vector<v1::StoredEvent> batch, ReadNext(wait, &round));
  if (batch.empty()) return round;
  const absl::Status taken = Take(batch, &round);
  if (round.applied + round.parked > 0) handler_.Committed();
  AVVIK_RETURN_IF_ERROR(taken);
  return round;
}

absl::StatusOr<bool> Consumer::HoldLock() {
  if (database_ != nullptr && database_->broken()) {
    database_.reset();
    locked_ = false;
  }
  if (database_ == nullptr) {
    AVVIK_ASSIGN_OR_RETURN(database_, pg::Connection::Open(settings_.database));
    AVVIK_RETURN_IF_ERROR(database_->Enter(pg::Scope::Everything()));
  }
  if (!locked_) {
    // The search path takes part, so that a rebuild beside the live tables is a consumer of its own.
    const std::string name = settings_.database.search_path + "/" + settings_.source;
    AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, database_->Execute(kTryLock, {name}));
    if (!rows[0].Bool("held")) return false;
    AVVIK_RETURN_IF_ERROR(database_->Execute(kEnsureOffset, {settings_.source}).status());
    AVVIK_ASSIGN_OR_RETURN(const pg::Rows offset,
                           database_->Execute(kReadOffset, {settings_.source}));
    position_ = offset[0].Int("position");
    locked_ = true;
    log::Info("consumer_active", {{"source", settings_.source}, {"position", position_}});
  }
  return true;
}

absl::StatusOr<std::vector<v1::StoredEvent>> Consumer::ReadNext(absl::Duration wait, Round* round) {
  if (!settings_.streams.redis.address.empty()) {
    absl::StatusOr<Stretch> stretch = ReadStream(wait);
    if (stretch.ok() && !stretch->events.empty()) return std::move(stretch->events);
    round->astray = !stretch.ok() || stretch->broken_off;
    // Silence may be peace, or a stream that is gone: ask the source now and then.
    if (!round->astray && absl::Now() - log_read_ < kIdleLogRead) {
      return std::vector<v1::StoredEvent>();
    }
  }
  return ReadLog();
}

absl::StatusOr<Consumer::Stretch> Consumer::ReadStream(absl::Duration wait) {
  if (redis_ != nullptr && redis_->broken()) redis_.reset();
  if (redis_ == nullptr) {
    AVVIK_ASSIGN_OR_RETURN(
        redis_, redis::Connection::Open(settings_.streams.redis, wait + absl::Seconds(2)));
  }
  std::vector<std::string> command = {"XREAD", "COUNT", std::to_string(settings_.batch)};
  // BLOCK 0 would mean for ever.
  if (wait >= absl::Milliseconds(1)) {
    command.insert(command.end(), {"BLOCK", std::to_string(absl::ToInt64Milliseconds(wait))});
  }
  command.insert(command.end(), {"STREAMS", stream_, EntryId(position_)});
  AVVIK_ASSIGN_OR_RETURN(const redis::Reply reply, redis_->Command(command));
  if (reply.is_error()) return absl::UnavailableError("redis: " + reply.text());
  Stretch stretch;
  if (reply.size() == 0) return stretch;
  const redis::Reply entries = reply[0][1];
  for (size_t i = 0; i < entries.size(); ++i) {
    const StreamEntry entry = EntryOf(entries[i]);
    const std::optional<int64_t> position =
        ProvenPosition(*settings_.streams.keys, settings_.source, entry);
    if (!position.has_value()) ReportForged(entry.id);
    v1::StoredEvent stored;
    // What is not proven, does not follow or cannot be read is left to the log, which is the truth.
    if (position != position_ + 1 + static_cast<int64_t>(stretch.events.size()) ||
        !stored.mutable_event()->ParseFromString(entry.event)) {
      stretch.broken_off = true;
      break;
    }
    stored.set_position(*position);
    stretch.events.push_back(std::move(stored));
  }
  return stretch;
}

void Consumer::ReportForged(const std::string& id) {
  // It is met again until the log leads past it.
  if (id == forged_) return;
  forged_ = id;
  if (forged_entries_.has_value()) forged_entries_->Add();
  log::Error("event_forged", {{"source", settings_.source}, {"entry", id}});
}

absl::StatusOr<std::vector<v1::StoredEvent>> Consumer::ReadLog() {
  AVVIK_ASSIGN_OR_RETURN(LogPage page, reader_.Read(position_, settings_.batch));
  if (page.events.size() < static_cast<size_t>(settings_.batch)) log_read_ = absl::Now();
  if (!page.events.empty() && page.events.front().position() != position_ + 1) {
    return absl::DataLossError("the log of " + settings_.source + " goes on at " +
                               std::to_string(page.events.front().position()) + ", not " +
                               std::to_string(position_ + 1));
  }
  return std::move(page.events);
}

absl::Status Consumer::Take(std::span<const v1::StoredEvent> batch, Round* round) {
  std::map<int64_t, absl::Status> refused;
  const absl::Status prepared = handler_.Prepare(batch);
  if (IsTransient(prepared)) return prepared;
  if (!prepared.ok() && batch.size() > 1) {
    for (size_t i = 0; i < batch.size(); ++i) {
      AVVIK_RETURN_IF_ERROR(Take(batch.subspan(i, 1), round));
    }
    return absl::OkStatus();
  }
  if (!prepared.ok()) refused.emplace(batch[0].position(), prepared);
  AVVIK_RETURN_IF_ERROR(Apply(batch, std::move(refused), round));
  position_ = batch.back().position();
  round->position = position_;
  return absl::OkStatus();
}

absl::Status Consumer::Apply(std::span<const v1::StoredEvent> batch,
                             std::map<int64_t, absl::Status> refused, Round* round) {
  while (true) {
    int64_t applied = 0;
    int64_t parked_now = 0;
    int64_t failed = 0;
    absl::Status outcome =
        pg::RunInTransaction(*database_, [&](pg::Transaction& transaction) -> absl::Status {
          AVVIK_ASSIGN_OR_RETURN(const pg::Rows offset,
                                 transaction.Execute(kLockOffset, {settings_.source}));
          if (offset.empty() || offset[0].Int("position") != position_) {
            locked_ = false;  // Read the position again before going on.
            return absl::AbortedError("another consumer has moved the position");
          }
          AVVIK_ASSIGN_OR_RETURN(const pg::Rows parked,
                                 transaction.Execute(kParkedSubjects, {settings_.source}));
          std::map<Subject, int64_t> blocked;
          for (const pg::Row row : parked) {
            blocked.emplace(Subject(row.Text("tenant"), row.Text("subject")), row.Int("position"));
          }
          for (const v1::StoredEvent& stored : batch) {
            const Subject subject(stored.event().tenant(), stored.event().subject());
            if (const auto found = blocked.find(subject); found != blocked.end()) {
              AVVIK_RETURN_IF_ERROR(
                  Park(transaction, settings_.source, stored,
                       "waits behind position " + std::to_string(found->second), 0, clock_.Now()));
              ++parked_now;
              continue;
            }
            if (const auto found = refused.find(stored.position()); found != refused.end()) {
              AVVIK_RETURN_IF_ERROR(Park(transaction, settings_.source, stored,
                                         found->second.ToString(), 1, clock_.Now()));
              blocked.emplace(subject, stored.position());
              ++parked_now;
              continue;
            }
            if (absl::Status status = handler_.Apply(transaction, stored); !status.ok()) {
              failed = stored.position();
              return status;
            }
            ++applied;
          }
          return transaction
              .Execute(kMoveOffset, {settings_.source, batch.back().position(), clock_.Now()})
              .status();
        });
    if (outcome.ok()) {
      round->applied += applied;
      round->parked += parked_now;
      return outcome;
    }
    if (failed == 0 || IsTransient(outcome)) return outcome;
    log::Error("event_parked", {{"source", settings_.source},
                                {"position", failed},
                                {"error", outcome}});
    refused.emplace(failed, std::move(outcome));
  }
}

}  // namespace avvik::events
