#include "services/escalation/pg_calendar_store.h"

#include <utility>

#include "absl/time/clock.h"
#include "avvik/triage/v1/triage_events.pb.h"
#include "common/organisation/visible.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/escalation/errors.h"
#include "services/escalation/page_place.h"

namespace avvik::escalation {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);

// The states are those of an open duty and of a stage whose clock runs or has run out, as in the index
// duty_stage_target. $2 to $4 what is visible; $5 and $6 between which times; $7 to $9 the target, duty
// and stage after which to go on.
constexpr pg::Statement kList{"escalation_list_deadlines", R"sql(
    SELECT duty.*, s.stage, s.state AS stage_state, s.statutory, s.target_at, s.outer_at, s.remind_at,
           s.sequence, case_record.facts
      FROM duty_stage AS s
      JOIN duty ON duty.id = s.duty_id
      LEFT JOIN case_record ON case_record.tenant = duty.tenant AND case_record.case_id = duty.case_id
     WHERE duty.tenant = $1
       AND avvik_visible(duty.sphere, duty.unit, duty.parties, $2, $3, $4)
       AND duty.state IN (1, 2) AND duty.erased_at IS NULL
       AND s.state IN (2, 3, 4) AND s.target_at IS NOT NULL
       AND ($5::timestamptz IS NULL OR s.target_at >= $5::timestamptz)
       AND ($6::timestamptz IS NULL OR s.target_at < $6::timestamptz)
       AND ($7::timestamptz IS NULL
            OR (s.target_at, s.duty_id, s.stage) > ($7::timestamptz, $8::uuid, $9::text))
     ORDER BY s.target_at, s.duty_id, s.stage
     LIMIT $10)sql"};

// The lock keeps two that come at once from being one too many.
constexpr pg::Statement kLockPerson{
    "escalation_lock_calendar_person",
    "SELECT pg_advisory_xact_lock(hashtextextended('calendar_feed/' || $1 || '/' || $2, 0))"};

constexpr pg::Statement kCreate{"escalation_create_calendar_feed", R"sql(
    INSERT INTO calendar_feed (id, tenant, person_id, secret_hash, own, created_at)
    SELECT $1::uuid, $2::text, $3::text, $4::bytea, $5::boolean, $6::timestamptz
     WHERE (SELECT count(*) FROM calendar_feed WHERE tenant = $2 AND person_id = $3) < $7)sql"};

constexpr pg::Statement kListFeeds{"escalation_list_calendar_feeds", R"sql(
    SELECT * FROM calendar_feed
     WHERE tenant = $1 AND person_id = $2
     ORDER BY created_at DESC, id DESC)sql"};

constexpr pg::Statement kRemove{
    "escalation_remove_calendar_feed",
    "DELETE FROM calendar_feed WHERE tenant = $1 AND person_id = $2 AND id = $3"};

constexpr pg::Statement kOpen{"escalation_open_calendar_feed",
                              "SELECT * FROM calendar_feed WHERE tenant = $1 AND secret_hash = $2"};

constexpr pg::Statement kMarkRead{"escalation_mark_calendar_feed_read",
                                  "UPDATE calendar_feed SET read_at = $2 WHERE id = $1"};

// The place of a deadline in the list.
struct PageKey {
  PagePlace place;
  std::optional<std::string> stage;
};

std::string KeyOf(const Deadline& deadline) {
  return deadline.stage + "/" + KeyAfter(deadline.target, deadline.duty_id);
}

absl::StatusOr<PageKey> ReadKey(const std::string& key) {
  if (key.empty()) return PageKey{};
  const std::size_t slash = key.find('/');
  if (slash == 0 || slash == std::string::npos || slash + 1 == key.size()) {
    return status::InvalidField("page_token", "is not from a page of this list");
  }
  AVVIK_ASSIGN_OR_RETURN(PagePlace place, PlaceOfKey(key.substr(slash + 1)));
  return PageKey{std::move(place), key.substr(0, slash)};
}

absl::StatusOr<Deadline> DeadlineFromRow(const pg::Row& row) {
  Deadline deadline;
  deadline.duty_id = row.Text("id");
  deadline.case_id = row.Text("case_id");
  deadline.number = row.Text("number");
  deadline.regime = row.Text("regime");
  deadline.regime_version = row.Text("regime_version");
  deadline.duty_state = static_cast<DutyState>(row.Int("state"));
  deadline.stage = row.Text("stage");
  deadline.state = static_cast<StageState>(row.Int("stage_state"));
  deadline.statutory = row.Bool("statutory");
  deadline.target = row.Time("target_at");
  deadline.outer = row.OptionalTime("outer_at");
  deadline.remind = row.OptionalTime("remind_at");
  deadline.sequence = static_cast<int>(row.Int("sequence"));
  deadline.update_time = row.Time("updated_at");
  deadline.matter = {.unit = row.Text("unit"),
                     .sphere = static_cast<type::v1::Sphere>(row.Int("sphere")),
                     .parties = row.TextArray("parties")};
  triage::v1::CaseFacts facts;
  if (!facts.ParseFromString(row.Bytes("facts"))) {
    return absl::DataLossError("the facts of case " + deadline.case_id + " cannot be read");
  }
  deadline.owner_person_id = facts.owner().person_id();
  return deadline;
}

CalendarFeed FeedFromRow(const pg::Row& row) {
  return {.id = row.Text("id"),
          .person_id = row.Text("person_id"),
          .own = row.Bool("own"),
          .create_time = row.Time("created_at"),
          .read_time = row.OptionalTime("read_at")};
}

absl::Time HourOf(absl::Time time) {
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), absl::Hours(1));
}

}  // namespace

absl::StatusOr<DeadlinePage> PgCalendarStore::List(const std::string& tenant,
                                                   const Visibility& visibility,
                                                   const DeadlineFilter& filter,
                                                   const std::string& key, int limit) {
  AVVIK_ASSIGN_OR_RETURN(const PageKey after, ReadKey(key));
  const organisation::VisibleParams visible(visibility);
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<DeadlinePage> {
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows rows,
            transaction.Execute(kList, {tenant, visible.spheres, visible.places, visible.keys,
                                        filter.from, filter.until, after.place.time, after.place.id,
                                        after.stage, limit + 1}));
        DeadlinePage page;
        for (const pg::Row row : rows) {
          AVVIK_ASSIGN_OR_RETURN(Deadline deadline, DeadlineFromRow(row));
          page.deadlines.push_back(std::move(deadline));
        }
        if (page.deadlines.size() > static_cast<std::size_t>(limit)) {
          page.deadlines.resize(static_cast<std::size_t>(limit));
          page.next = KeyOf(page.deadlines.back());
        }
        return page;
      });
}

absl::Status PgCalendarStore::CreateFeed(const std::string& tenant, const CalendarFeed& feed,
                                         const std::string& secret_hash,
                                         const audit::Record& trace) {
  return pg::RunInTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::Status {
        AVVIK_RETURN_IF_ERROR(transaction.Execute(kLockPerson, {tenant, feed.person_id}).status());
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows written,
            transaction.Execute(kCreate, {feed.id, tenant, feed.person_id, pg::Bytes{secret_hash},
                                          feed.own, feed.create_time, kMostFeeds}));
        if (written.affected() == 0) return error::CalendarFeedsFull();
        return audit::Append(transaction, trace);
      });
}

absl::StatusOr<std::vector<CalendarFeed>> PgCalendarStore::ListFeeds(const std::string& tenant,
                                                                     const std::string& person_id) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         pool_.Query(pg::Scope::Tenant(tenant), kListFeeds, {tenant, person_id}));
  std::vector<CalendarFeed> feeds;
  for (const pg::Row row : rows) feeds.push_back(FeedFromRow(row));
  return feeds;
}

absl::Status PgCalendarStore::RemoveFeed(const std::string& tenant, const std::string& person_id,
                                         const std::string& feed_id, const audit::Record& trace) {
  return pg::RunInTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::Status {
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows gone,
                               transaction.Execute(kRemove, {tenant, person_id, feed_id}));
        if (gone.affected() == 0) return error::CalendarFeedNotFound();
        return audit::Append(transaction, trace);
      });
}

absl::StatusOr<CalendarFeed> PgCalendarStore::OpenFeed(const std::string& tenant,
                                                       const std::string& secret_hash,
                                                       absl::Time now) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<CalendarFeed> {
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                               transaction.Execute(kOpen, {tenant, pg::Bytes{secret_hash}}));
        if (rows.empty()) return error::CalendarFeedNotFound();
        CalendarFeed feed = FeedFromRow(rows[0]);
        const absl::Time hour = HourOf(now);
        if (feed.read_time != hour) {
          AVVIK_RETURN_IF_ERROR(transaction.Execute(kMarkRead, {feed.id, hour}).status());
          feed.read_time = hour;
        }
        return feed;
      });
}

}  // namespace avvik::escalation
