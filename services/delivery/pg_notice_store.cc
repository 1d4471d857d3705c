#include "services/delivery/pg_notice_store.h"

#include <utility>

#include "absl/time/clock.h"
#include "common/events/outbox.h"
#include "common/organisation/visible.h"
#include "common/status/macros.h"
#include "services/delivery/delivery_events.h"
#include "services/delivery/errors.h"
#include "services/delivery/notice_rows.h"
#include "services/delivery/retry_schedule.h"

namespace avvik::delivery {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);

// The case that a notice is about: its own, or the one that its report is linked to.
#define AVVIK_NOTICE_ABOUT                                                                         \
  " LEFT JOIN linked_report AS linked ON linked.tenant = notice.tenant"                            \
  "                                  AND linked.number = notice.number"                            \
  " LEFT JOIN known_case AS about ON about.tenant = notice.tenant"                                 \
  "                              AND about.number = coalesce(linked.case_number, notice.number)"
#define AVVIK_NOTICE_VISIBLE(spheres, places, keys, persons)                                       \
  "(avvik_visible(coalesce(about.sphere, notice.sphere), coalesce(about.unit, notice.unit),"       \
  "               coalesce(about.parties, '{}'), " spheres ", " places ", " keys ")"               \
  " OR person_id = ANY (" persons "::text[]))"

// A notice about a linked report is seen as the case is. $3 to $5 which cases are visible, $6 the
// caller's pseudonyms. What is hidden is as good as absent.
constexpr pg::Statement kGetNotice{"delivery_get_notice", R"sql(
    SELECT notice.* FROM notice)sql" AVVIK_NOTICE_ABOUT R"sql(
     WHERE notice.tenant = $1 AND notice_id = $2
       AND )sql" AVVIK_NOTICE_VISIBLE("$3", "$4", "$5", "$6") R"sql()sql"};

constexpr pg::Statement kListAttempts{"delivery_list_attempts", R"sql(
    SELECT at, succeeded, reply_code, error, duration_ms FROM notice_attempt
     WHERE notice_id = $1
     ORDER BY attempt)sql"};

// Ids are ordered by time, so paging by id is paging by time. $6 states, $7 number, $8 the id after
// which to go on.
constexpr pg::Statement kListNotices{"delivery_list_notices", R"sql(
    SELECT notice.* FROM notice)sql" AVVIK_NOTICE_ABOUT R"sql(
     WHERE notice.tenant = $1
       AND )sql" AVVIK_NOTICE_VISIBLE("$2", "$3", "$4", "$5") R"sql(
       AND ($6::smallint[] = '{}' OR state = ANY ($6))
       AND ($7 = '' OR notice.number = $7)
       AND ($8 = '' OR notice_id < CASE WHEN $8 = '' THEN NULL ELSE $8::uuid END)
     ORDER BY notice_id DESC
     LIMIT $9)sql"};

constexpr pg::Statement kCountNotices{"delivery_count_notices", R"sql(
    SELECT count(*) AS total FROM notice)sql" AVVIK_NOTICE_ABOUT R"sql(
     WHERE notice.tenant = $1
       AND )sql" AVVIK_NOTICE_VISIBLE("$2", "$3", "$4", "$5") R"sql(
       AND ($6::smallint[] = '{}' OR state = ANY ($6))
       AND ($7 = '' OR notice.number = $7))sql"};

constexpr pg::Statement kCountQueue{"delivery_count_queue", R"sql(
    SELECT count(*) FILTER (WHERE state IN (1, 2)) AS waiting,
           count(*) FILTER (WHERE state = 3) AS sent,
           count(*) FILTER (WHERE state = 4) AS failed,
           min(created_at) FILTER (WHERE state IN (1, 2)) AS oldest,
           max(sent_at) AS last_success
      FROM notice
     WHERE tenant = $1)sql"};

constexpr pg::Statement kLastFailure{"delivery_last_failure", R"sql(
    SELECT at, reply_code
      FROM notice_attempt
      JOIN notice USING (notice_id)
     WHERE tenant = $1 AND NOT succeeded
     ORDER BY at DESC
     LIMIT 1)sql"};

constexpr pg::Statement kLockNotice{"delivery_lock_notice", R"sql(
    SELECT notice.* FROM notice)sql" AVVIK_NOTICE_ABOUT R"sql(
     WHERE notice.tenant = $1 AND notice_id = $2
       AND )sql" AVVIK_NOTICE_VISIBLE("$3", "$4", "$5", "$6") R"sql(
       FOR UPDATE OF notice)sql"};

constexpr pg::Statement kRetryNotice{"delivery_retry_notice", R"sql(
    UPDATE notice
       SET state = 1, next_attempt_at = $2, give_up_at = $3, failures = 0, version = $4
     WHERE notice_id = $1
    RETURNING *)sql"};

absl::StatusOr<std::vector<Attempt>> ReadAttempts(pg::Transaction& transaction,
                                                  const std::string& notice_id) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kListAttempts, {notice_id}));
  std::vector<Attempt> attempts;
  attempts.reserve(rows.size());
  for (const pg::Row row : rows) {
    attempts.push_back({.time = row.Time("at"),
                        .succeeded = row.Bool("succeeded"),
                        .reply_code = static_cast<int>(row.Int("reply_code")),
                        .error = row.Text("error"),
                        .duration = absl::Milliseconds(row.Int("duration_ms"))});
  }
  return attempts;
}

pg::Param StateArray(const std::vector<v1::NoticeState>& states) {
  std::vector<pg::Param> numbers;
  for (const v1::NoticeState state : states) numbers.emplace_back(static_cast<int>(state));
  return pg::Array(numbers);
}

}  // namespace

absl::StatusOr<NoticeWithAttempts> PgNoticeStore::Get(const std::string& tenant,
                                                      const std::string& notice_id,
                                                      const Visibility& visibility) {
  using Result = absl::StatusOr<NoticeWithAttempts>;
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> Result {
        const organisation::VisibleParams visible(visibility.cases);
        const pg::Param persons = pg::TextArray(visibility.person_ids);
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                               transaction.Execute(kGetNotice, {tenant, notice_id, visible.spheres,
                                                                visible.places, visible.keys,
                                                                persons}));
        if (rows.empty()) return error::NoticeNotFound(notice_id);
        NoticeWithAttempts found;
        AVVIK_ASSIGN_OR_RETURN(found.notice, NoticeFromRow(rows[0], vault_));
        AVVIK_ASSIGN_OR_RETURN(found.attempts, ReadAttempts(transaction, notice_id));
        return found;
      });
}

absl::StatusOr<NoticePage> PgNoticeStore::List(const std::string& tenant,
                                               const Visibility& visibility,
                                               const NoticeFilter& filter, const std::string& after,
                                               int limit) {
  using Result = absl::StatusOr<NoticePage>;
  const organisation::VisibleParams visible(visibility.cases);
  const pg::Param persons = pg::TextArray(visibility.person_ids);
  const pg::Param states = StateArray(filter.states);
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> Result {
        NoticePage page;
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows rows,
            transaction.Execute(kListNotices,
                                {tenant, visible.spheres, visible.places, visible.keys, persons,
                                 states, filter.number, after, limit + 1}));
        for (const pg::Row row : rows) {
          if (page.notices.size() == static_cast<size_t>(limit)) {
            page.more = true;
            break;
          }
          AVVIK_ASSIGN_OR_RETURN(Notice notice, NoticeFromRow(row, vault_));
          page.notices.push_back(std::move(notice));
        }
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows total,
            transaction.Execute(kCountNotices, {tenant, visible.spheres, visible.places,
                                                visible.keys, persons, states, filter.number}));
        page.total = total[0].Int("total");
        return page;
      });
}

absl::StatusOr<QueueCount> PgNoticeStore::Count(const std::string& tenant) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         pool_.Query(pg::Scope::Tenant(tenant), kCountQueue, {tenant}));
  QueueCount count{.waiting = rows[0].Int("waiting"),
                   .failed = rows[0].Int("failed"),
                   .sent = rows[0].Int("sent"),
                   .oldest = rows[0].OptionalTime("oldest"),
                   .last_success = rows[0].OptionalTime("last_success"),
                   .last_failure = {},
                   .last_failure_code = 0};
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows failures,
                         pool_.Query(pg::Scope::Tenant(tenant), kLastFailure, {tenant}));
  if (!failures.empty()) {
    count.last_failure = failures[0].Time("at");
    count.last_failure_code = static_cast<int>(failures[0].Int("reply_code"));
  }
  return count;
}

absl::StatusOr<NoticeWithAttempts> PgNoticeStore::Retry(const std::string& tenant,
                                                        const std::string& notice_id,
                                                        const Visibility& visibility,
                                                        absl::Time now,
                                                        const audit::Record& trace) {
  using Result = absl::StatusOr<NoticeWithAttempts>;
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> Result {
        const organisation::VisibleParams visible(visibility.cases);
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows before,
            transaction.Execute(kLockNotice,
                                {tenant, notice_id, visible.spheres, visible.places, visible.keys,
                                 pg::TextArray(visibility.person_ids)}));
        if (before.empty()) return error::NoticeNotFound(notice_id);
        AVVIK_ASSIGN_OR_RETURN(const Notice notice, NoticeFromRow(before[0], vault_));
        const bool failed = notice.state == v1::NOTICE_STATE_FAILED;
        if (!failed && notice.state != v1::NOTICE_STATE_WAITING) {
          return error::NoticeNotRetryable(notice_id, notice.state);
        }
        if (notice.draft.recipient.empty()) return error::AddressErased(notice_id);
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows rows,
            transaction.Execute(kRetryNotice, {notice_id, now, now + kGiveUpAfter,
                                               notice.version + (failed ? 1 : 0)}));
        NoticeWithAttempts retried;
        AVVIK_ASSIGN_OR_RETURN(retried.notice, NoticeFromRow(rows[0], vault_));
        if (failed) {
          const events::v1::Event event =
              NoticeEvent(ids_, retried.notice, now, trace.trace_parent);
          AVVIK_RETURN_IF_ERROR(events::Append(transaction, std::span(&event, 1)));
        }
        AVVIK_RETURN_IF_ERROR(audit::Append(transaction, trace));
        AVVIK_ASSIGN_OR_RETURN(retried.attempts, ReadAttempts(transaction, notice_id));
        return retried;
      });
}

}  // namespace avvik::delivery
