#include "services/delivery/pg_send_queue.h"

#include <span>
#include <utility>

#include "absl/time/clock.h"
#include "common/events/outbox.h"
#include "common/status/macros.h"
#include "services/delivery/delivery_events.h"
#include "services/delivery/notice_rows.h"

namespace avvik::delivery {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);

// State numbers are those of avvik.delivery.v1.NoticeState: 1 waiting, 2 sending, 3 sent, 4 failed.
constexpr pg::Statement kTake{"delivery_take_notice", R"sql(
    UPDATE notice SET state = 2, next_attempt_at = NULL, holder = $2, lease_until = $3
     WHERE notice_id = (SELECT notice_id FROM notice
                         WHERE state = 1 AND next_attempt_at <= $1
                         ORDER BY next_attempt_at, notice_id
                         LIMIT 1
                           FOR UPDATE SKIP LOCKED)
    RETURNING *)sql"};

constexpr pg::Statement kRead{"delivery_read_notice_for_record",
                              "SELECT state, holder FROM notice WHERE notice_id = $1 FOR UPDATE"};

// The version counts the events told: one when the notice comes to its end. A second hand-over of a
// notice that was sent already changes nothing but the count.
constexpr pg::Statement kRecord{"delivery_record_attempt", R"sql(
    UPDATE notice
       SET state           = $2::smallint,
           next_attempt_at = $3::timestamptz,
           sent_at         = CASE WHEN $2 = 3 THEN coalesce(sent_at, $4::timestamptz) END,
           attempt_count   = attempt_count + 1,
           failures        = CASE WHEN $2 = 3 THEN failures ELSE failures + 1 END,
           version         = CASE WHEN $2 <> 1 AND state <> $2 THEN version + 1 ELSE version END,
           holder          = NULL,
           lease_until     = NULL
     WHERE notice_id = $1
    RETURNING *)sql"};

constexpr pg::Statement kInsertAttempt{"delivery_insert_attempt", R"sql(
    INSERT INTO notice_attempt (notice_id, attempt, at, succeeded, reply_code, error, duration_ms)
    VALUES                     ($1,        $2,      $3, $4,        $5,         $6,    $7))sql"};

constexpr pg::Statement kFindSuccess{
    "delivery_find_success",
    "SELECT FROM notice_attempt WHERE notice_id = $1 AND at = $2 AND succeeded"};

constexpr pg::Statement kRenew{
    "delivery_renew_leases", "UPDATE notice SET lease_until = $2 WHERE state = 2 AND holder = $1"};

constexpr pg::Statement kRescue{"delivery_rescue_notices", R"sql(
    WITH lost AS (
      UPDATE notice
         SET state = 1, next_attempt_at = $1, holder = NULL, lease_until = NULL,
             attempt_count = attempt_count + 1, failures = failures + 1
       WHERE notice_id IN (SELECT notice_id FROM notice
                            WHERE state = 2 AND lease_until < $1
                              FOR UPDATE SKIP LOCKED)
      RETURNING notice_id, attempt_count)
    INSERT INTO notice_attempt (notice_id, attempt, at, succeeded, reply_code, error, duration_ms)
    SELECT notice_id, attempt_count, $1, false, 0,
           'the sending process ended; the mail server may have taken it', 0
      FROM lost)sql"};

constexpr pg::Statement kEraseAddresses{"delivery_erase_addresses", R"sql(
    UPDATE notice SET recipient = NULL, address_key = NULL
     WHERE notice_id IN (SELECT notice_id FROM notice
                          WHERE created_at < $1 AND recipient IS NOT NULL AND state IN (3, 4)
                          LIMIT 1000))sql"};

// Counts what is under way, not what was ever sent.
constexpr pg::Statement kDepth{"delivery_read_depth", R"sql(
    SELECT count(*) FILTER (WHERE state <> 4) AS waiting,
           count(*) FILTER (WHERE state = 4) AS failed,
           min(created_at) FILTER (WHERE state <> 4) AS oldest
      FROM notice
     WHERE state <> 3)sql"};

}  // namespace

absl::StatusOr<std::optional<Notice>> PgSendQueue::Take(const std::string& holder, absl::Time now,
                                                        absl::Time lease) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         pool_.Query(pg::Scope::Everything(), kTake, {now, holder, lease}));
  if (rows.empty()) return std::nullopt;
  AVVIK_ASSIGN_OR_RETURN(Notice notice, NoticeFromRow(rows[0], vault_));
  return std::optional<Notice>(std::move(notice));
}

absl::StatusOr<std::optional<Notice>> PgSendQueue::Record(const Notice& notice,
                                                          const std::string& holder,
                                                          const Attempt& attempt,
                                                          const Verdict& verdict, absl::Time now) {
  using Result = absl::StatusOr<std::optional<Notice>>;
  return pg::InTransaction(
      pool_, pg::Scope::Everything(), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> Result {
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows before,
                               transaction.Execute(kRead, {notice.notice_id}));
        if (before.empty()) return std::nullopt;
        const bool ours = before[0].Int("state") == v1::NOTICE_STATE_SENDING &&
                          before[0].Text("holder") == holder;
        if (!ours && !attempt.succeeded) return std::nullopt;
        // A sender that did not hear whether its record was kept records again. After a failure
        // that was kept, the notice is no longer its.
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows kept,
                               transaction.Execute(kFindSuccess, {notice.notice_id, attempt.time}));
        if (!kept.empty()) return std::nullopt;
        const bool waits = verdict.state == v1::NOTICE_STATE_WAITING;
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows rows,
            transaction.Execute(
                kRecord, {notice.notice_id, static_cast<int>(verdict.state),
                          waits ? pg::Param(verdict.next_attempt) : pg::Param(std::nullopt), now}));
        AVVIK_ASSIGN_OR_RETURN(const Notice recorded, NoticeFromRow(rows[0], vault_));
        AVVIK_RETURN_IF_ERROR(
            transaction
                .Execute(kInsertAttempt, {notice.notice_id, recorded.attempt_count, attempt.time,
                                          attempt.succeeded, attempt.reply_code, attempt.error,
                                          absl::ToInt64Milliseconds(attempt.duration)})
                .status());
        const bool ended = !waits && before[0].Int("state") != verdict.state;
        if (ended) {
          const events::v1::Event event = NoticeEvent(ids_, recorded, now, "");
          AVVIK_RETURN_IF_ERROR(events::Append(transaction, std::span(&event, 1)));
        }
        return recorded;
      });
}

absl::Status PgSendQueue::Renew(const std::string& holder, absl::Time lease) {
  return pool_.Query(pg::Scope::Everything(), kRenew, {holder, lease}).status();
}

absl::StatusOr<int64_t> PgSendQueue::Rescue(absl::Time now) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, pool_.Query(pg::Scope::Everything(), kRescue, {now}));
  return rows.affected();
}

absl::StatusOr<int64_t> PgSendQueue::EraseAddresses(absl::Time before) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         pool_.Query(pg::Scope::Everything(), kEraseAddresses, {before}));
  return rows.affected();
}

absl::StatusOr<QueueDepth> PgSendQueue::Depth() {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, pool_.Query(pg::Scope::Everything(), kDepth));
  return QueueDepth{.waiting = rows[0].Int("waiting"),
                    .failed = rows[0].Int("failed"),
                    .oldest = rows[0].OptionalTime("oldest")};
}

}  // namespace avvik::delivery
