#include "services/triage/pg_case_history_store.h"

#include <utility>

#include "absl/time/clock.h"
#include "common/audit/rows.h"
#include "common/organisation/visible.h"
#include "common/status/macros.h"
#include "services/triage/case_rows.h"
#include "services/triage/pg_case_store.h"
#include "services/triage/pg_measure_store.h"

namespace avvik::triage {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);
// How far from an event its record may lie.
constexpr absl::Duration kAround = absl::Seconds(10);

constexpr pg::Statement kEvents{"triage_events_of_case", R"sql(
    SELECT seq, event FROM event_log WHERE case_id = $1 AND seq > $2 ORDER BY seq LIMIT $3)sql"};

constexpr pg::Statement kEventBefore{"triage_event_of_case_before", R"sql(
    SELECT seq, event FROM event_log WHERE case_id = $1 AND seq <= $2 ORDER BY seq DESC LIMIT 1)sql"};

// $2 subjects, $3 and $4 from when to when, $5 the traces of the events.
constexpr pg::Statement kDeeds{"triage_deeds_on_case", R"sql(
    SELECT * FROM audit_record
     WHERE tenant = $1 AND subject = ANY ($2::text[]) AND at BETWEEN $3 AND $4
       AND trace_parent = ANY ($5::text[])
       AND outcome = 'allowed' AND permission NOT IN ('cases.read', 'cases.readers')
     ORDER BY at)sql"};

constexpr pg::Statement kReadable{"triage_readable_cases", R"sql(
    SELECT id FROM triage_case
     WHERE tenant = $1 AND id = ANY ($2::uuid[]) AND avvik_visible(sphere, unit, parties, $3, $4, $5))sql"};

// $2 what the case is called in the trace, $3 and $4 who came last on the page before.
constexpr pg::Statement kReaders{"triage_readers_of_case", R"sql(
    SELECT actor, bool_or(machine) AS machine, min(at) AS first_at, max(at) AS last_at,
           count(*) FILTER (WHERE outcome = 'allowed') AS reads,
           count(*) FILTER (WHERE outcome = 'denied') AS refusals
      FROM audit_record
     WHERE tenant = $1 AND subject = ANY ($2::text[]) AND actor <> ''
       AND (outcome = 'denied'
            OR (outcome = 'allowed' AND permission IN ('cases.read', 'cases.readers')))
     GROUP BY actor
    HAVING $3::timestamptz IS NULL OR (max(at), actor) < ($3::timestamptz, $4)
     ORDER BY max(at) DESC, actor DESC
     LIMIT $5)sql"};

constexpr pg::Statement kMeasureIds{"triage_measure_ids",
                                    "SELECT id FROM measure WHERE tenant = $1 AND case_id = $2"};

constexpr pg::Statement kOutcomes{"triage_outcomes_for_reporters", R"sql(
    SELECT triage_case.id, outcome_for_reporter, case_key.wrapped
      FROM triage_case
      JOIN case_key ON case_key.case_id = triage_case.id
     WHERE triage_case.tenant = $1 AND triage_case.id = ANY ($2::uuid[]) AND state = 4
       AND outcome_for_reporter IS NOT NULL)sql"};

absl::StatusOr<events::v1::Event> EventIn(const pg::Row& row) {
  events::v1::Event event;
  if (!event.ParseFromString(row.Bytes("event"))) {
    return absl::DataLossError("event " + row.Text("seq") + " of the log cannot be read");
  }
  return event;
}

}  // namespace

absl::Status PgCaseHistoryStore::ReadEvents(const std::string& tenant, int64_t after, int limit,
                                            CaseStoryPage* page) {
  // The log belongs to no tenant; the case, which was found as the caller's, does.
  const std::string& id = page->story.subject.id;
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows before,
                         pool_.Query(pg::Scope::Everything(), kEventBefore, {id, after}));
  for (const pg::Row row : before) {
    AVVIK_ASSIGN_OR_RETURN(events::v1::Event event, EventIn(row));
    page->story.before.push_back(std::move(event));
  }
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         pool_.Query(pg::Scope::Everything(), kEvents, {id, after, limit + 1}));
  page->more = rows.size() > static_cast<size_t>(limit);
  for (const pg::Row row : rows) {
    if (page->story.events.size() == static_cast<size_t>(limit)) break;
    AVVIK_ASSIGN_OR_RETURN(events::v1::Event event, EventIn(row));
    if (event.tenant() != tenant) return absl::DataLossError("the event is of another tenant");
    page->story.events.push_back(std::move(event));
    page->last = row.Int("seq");
  }
  return absl::OkStatus();
}

absl::StatusOr<CaseStoryPage> PgCaseHistoryStore::Story(const std::string& tenant,
                                                        const std::string& reference,
                                                        const Visibility& visibility,
                                                        int64_t after, int limit) {
  CaseStoryPage page;
  CaseStory& story = page.story;
  const auto in_tenant = [&](const auto& work) {
    return pg::RunInTransaction(pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience, work);
  };
  AVVIK_RETURN_IF_ERROR(in_tenant([&](pg::Transaction& transaction) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(story.subject,
                           FindCase(transaction, vault_, tenant, reference, visibility));
    AVVIK_ASSIGN_OR_RETURN(story.measures, MeasuresOf(transaction, vault_, story.subject));
    return absl::OkStatus();
  }));
  AVVIK_RETURN_IF_ERROR(ReadEvents(tenant, after, limit, &page));
  if (story.events.empty()) return page;

  std::vector<std::string> subjects = {"cases/" + story.subject.id};
  std::vector<std::string> others;
  std::vector<std::string> traces;
  for (const events::v1::Event& event : story.events) {
    traces.push_back(event.trace_parent());
    // Who groups cases does it to the one that speaks for the others.
    if (std::string other = OtherCaseIn(event); !other.empty()) {
      subjects.push_back("cases/" + other);
      others.push_back(std::move(other));
    }
  }
  const absl::Time from =
      absl::FromUnixSeconds(story.events.front().time().seconds()) - kAround;
  const absl::Time to = absl::FromUnixSeconds(story.events.back().time().seconds()) + kAround;
  const organisation::VisibleParams visible(visibility);
  AVVIK_RETURN_IF_ERROR(in_tenant([&](pg::Transaction& transaction) -> absl::Status {
    story.records.clear();
    story.readable.clear();
    AVVIK_ASSIGN_OR_RETURN(
        const pg::Rows deeds,
        transaction.Execute(kDeeds, {tenant, pg::TextArray(subjects), from, to,
                                     pg::TextArray(traces)}));
    for (const pg::Row row : deeds) story.records.push_back(audit::RecordFromRow(row));
    if (others.empty()) return absl::OkStatus();
    AVVIK_ASSIGN_OR_RETURN(
        const pg::Rows readable,
        transaction.Execute(kReadable, {tenant, pg::TextArray(others), visible.spheres,
                                        visible.places, visible.keys}));
    for (const pg::Row row : readable) story.readable.insert(row.Text("id"));
    return absl::OkStatus();
  }));
  return page;
}

absl::StatusOr<CaseReaderPage> PgCaseHistoryStore::Readers(
    const std::string& tenant, const std::string& reference, const Visibility& visibility,
    const std::optional<ReaderPlace>& after, int limit) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<CaseReaderPage> {
        AVVIK_ASSIGN_OR_RETURN(const Case subject,
                               FindCase(transaction, vault_, tenant, reference, visibility));
        // What was refused is on record as it was asked for.
        std::vector<std::string> subjects;
        for (const std::string& name : {subject.id, subject.number}) {
          for (const char* part : {"", "/reports", "/measures", "/timeline", "/readers"}) {
            subjects.push_back("cases/" + name + part);
          }
        }
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows measures,
                               transaction.Execute(kMeasureIds, {tenant, subject.id}));
        for (const pg::Row row : measures) subjects.push_back("measures/" + row.Text("id"));
        const pg::Param last =
            after.has_value() ? pg::Param(after->last) : pg::Param(std::nullopt);
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows rows,
            transaction.Execute(kReaders,
                                {tenant, pg::TextArray(subjects), last,
                                 after.has_value() ? after->actor : std::string(), limit + 1}));
        CaseReaderPage page{.case_id = subject.id,
                            .readers = {},
                            .more = rows.size() > static_cast<size_t>(limit)};
        for (const pg::Row row : rows) {
          if (page.readers.size() == static_cast<size_t>(limit)) break;
          page.readers.push_back({.actor = row.Text("actor"),
                                  .machine = row.Bool("machine"),
                                  .first = row.Time("first_at"),
                                  .last = row.Time("last_at"),
                                  .reads = row.Int("reads"),
                                  .refusals = row.Int("refusals")});
        }
        return page;
      });
}

absl::StatusOr<std::map<std::string, std::string>> PgCaseHistoryStore::OutcomesForReporters(
    const std::string& tenant, const std::vector<std::string>& case_ids) {
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      pool_.Query(pg::Scope::Tenant(tenant), kOutcomes, {tenant, pg::TextArray(case_ids)}));
  std::map<std::string, std::string> outcomes;
  for (const pg::Row row : rows) {
    const std::string id = row.Text("id");
    AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key, vault_.Unwrap(tenant, row.Bytes("wrapped")));
    AVVIK_ASSIGN_OR_RETURN(
        outcomes[id], OpenOutcomeForReporter(key, row.Bytes("outcome_for_reporter"), id));
  }
  return outcomes;
}

}  // namespace avvik::triage
