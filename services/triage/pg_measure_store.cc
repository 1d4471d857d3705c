#include "services/triage/pg_measure_store.h"

#include <utility>

#include "absl/time/clock.h"
#include "common/events/outbox.h"
#include "common/organisation/visible.h"
#include "common/status/macros.h"
#include "services/triage/case_rows.h"
#include "services/triage/errors.h"
#include "services/triage/pg_case_store.h"
#include "services/triage/triage_events.h"

namespace avvik::triage {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);
constexpr char kBelowEveryId[] = "00000000-0000-0000-0000-000000000000";

// With what is shown of the case, and its key.
#define AVVIK_SELECT_MEASURE                                                                     \
  "SELECT measure.*, triage_case.number AS case_number, triage_case.title AS case_title,"        \
  "       triage_case.unit AS case_unit, case_key.wrapped"                                       \
  "  FROM measure"                                                                               \
  "  JOIN triage_case ON triage_case.id = measure.case_id"                                       \
  "  JOIN case_key ON case_key.case_id = measure.case_id "

constexpr pg::Statement kGet{
    "triage_get_measure", AVVIK_SELECT_MEASURE
    " WHERE measure.tenant = $1 AND measure.id = $2"
    "   AND avvik_visible(triage_case.sphere, triage_case.unit, triage_case.parties, $3, $4, $5)"};

constexpr pg::Statement kFindRepeat{
    "triage_find_measure_decided", AVVIK_SELECT_MEASURE
    " WHERE measure.case_id = $1 AND measure.decided_by = $2 AND measure.request_id = $3"};

constexpr pg::Statement kListOfCase{"triage_list_measures_of_case", AVVIK_SELECT_MEASURE
                                    " WHERE measure.tenant = $1 AND measure.case_id = $2"
                                    "   AND measure.id > $3"
                                    " ORDER BY measure.id"
                                    " LIMIT $4"};

constexpr pg::Statement kAllOfCase{"triage_all_measures_of_case", AVVIK_SELECT_MEASURE
                                   " WHERE measure.tenant = $1 AND measure.case_id = $2"};

constexpr pg::Statement kOpenOfOwner{"triage_open_measures_of_owner", AVVIK_SELECT_MEASURE
                                     " WHERE measure.tenant = $1 AND measure.owner_login = $2"
                                     "   AND measure.state = 1"
                                     " ORDER BY measure.case_id, measure.id"};

// $2 to $4 as avvik_visible takes them, $5 states, $6 units, $7 keys of owners or NULL, $8 due before or NULL.
#define AVVIK_NARROWED                                                                               \
  " WHERE measure.tenant = $1"                                                                       \
  "   AND avvik_visible(triage_case.sphere, triage_case.unit, triage_case.parties, $2, $3, $4)"      \
  "   AND ($5::integer[] = '{}' OR measure.state = ANY ($5))"                                        \
  "   AND ($6::text[] = '{}' OR triage_case.unit = ANY ($6))"                                        \
  "   AND ($7::text[] IS NULL OR measure.owner_key = ANY ($7))"                                      \
  "   AND ($8::timestamptz IS NULL OR measure.due_at < $8)"

// $9 and $10 the place behind which to go on.
constexpr pg::Statement kList{"triage_list_measures", AVVIK_SELECT_MEASURE AVVIK_NARROWED
                              "   AND (measure.due_order, measure.id) >"
                              "       ($9::text::timestamptz, $10::uuid)"
                              " ORDER BY measure.due_order, measure.id"
                              " LIMIT $11"};

constexpr pg::Statement kCount{"triage_count_measures",
                               "SELECT count(*) AS total FROM measure"
                               "  JOIN triage_case ON triage_case.id = measure.case_id"
                               AVVIK_NARROWED};

#undef AVVIK_NARROWED
#undef AVVIK_SELECT_MEASURE

constexpr pg::Statement kCaseOf{"triage_case_of_measure",
                                "SELECT case_id FROM measure WHERE tenant = $1 AND id = $2"};

constexpr pg::Statement kInsert{"triage_insert_measure", R"sql(
    INSERT INTO measure
           (id, tenant, case_id, request_id, title, kind, state, owner_login, owner_role, owner_unit,
            owner_key, due_at, note, decided_by, decided_at, ended_by, ended_at, reopen_count, updated_at,
            version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20))sql"};

constexpr pg::Statement kUpdate{"triage_update_measure", R"sql(
    UPDATE measure
       SET title = $2, kind = $3, state = $4, owner_login = $5, owner_role = $6, owner_unit = $7,
           owner_key = $8, due_at = $9, note = $10, ended_by = $11, ended_at = $12, reopen_count = $13,
           updated_at = $14, version = $15
     WHERE id = $1)sql"};

constexpr pg::Statement kUpdateCase{"triage_update_case_of_measure", R"sql(
    UPDATE triage_case
       SET measure_count = $2, open_measure_count = $3, updated_at = $4, version = $5, work_due_at = $6
     WHERE id = $1)sql"};

constexpr pg::Statement kWorkDue{"triage_work_due", R"sql(
    SELECT CASE WHEN bool_and(due_at IS NOT NULL) THEN max(due_at) END AS due
      FROM measure WHERE case_id = $1 AND state = 1)sql"};

constexpr pg::Statement kDelete{"triage_delete_measures", "DELETE FROM measure WHERE case_id = $1"};

std::string TitleContext(const std::string& id) { return "measure.title/" + id; }
std::string NoteContext(const std::string& id) { return "measure.note/" + id; }

absl::StatusOr<Measure> FromRow(const pg::Row& row, secrecy::Vault& vault) {
  Measure measure;
  measure.id = row.Text("id");
  measure.case_id = row.Text("case_id");
  measure.case_number = row.Text("case_number");
  measure.unit = row.Text("case_unit");
  measure.kind = static_cast<v1::MeasureKind>(row.Int("kind"));
  measure.state = static_cast<v1::MeasureState>(row.Int("state"));
  measure.owner = {.login = row.Text("owner_login"),
                   .role = static_cast<organisation::v1::Role>(row.Int("owner_role")),
                   .unit = row.Text("owner_unit")};
  measure.due = row.OptionalTime("due_at");
  measure.decided_by = row.Text("decided_by");
  measure.decided = row.Time("decided_at");
  measure.ended_by = row.Text("ended_by");
  measure.ended = row.OptionalTime("ended_at");
  measure.reopen_count = static_cast<int>(row.Int("reopen_count"));
  measure.updated = row.Time("updated_at");
  measure.version = row.Int("version");
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key,
                         vault.Unwrap(row.Text("tenant"), row.Bytes("wrapped")));
  AVVIK_ASSIGN_OR_RETURN(measure.title, key.Open(row.Bytes("title"), TitleContext(measure.id)));
  AVVIK_ASSIGN_OR_RETURN(measure.note, key.Open(row.Bytes("note"), NoteContext(measure.id)));
  AVVIK_ASSIGN_OR_RETURN(measure.case_title,
                         OpenTitle(key, row.Bytes("case_title"), measure.case_id));
  return measure;
}

absl::StatusOr<std::vector<Measure>> FromRows(const pg::Rows& rows, int limit,
                                              secrecy::Vault& vault) {
  std::vector<Measure> measures;
  for (const pg::Row row : rows) {
    if (measures.size() == static_cast<size_t>(limit)) break;
    AVVIK_ASSIGN_OR_RETURN(Measure measure, FromRow(row, vault));
    measures.push_back(std::move(measure));
  }
  return measures;
}

// Writes the case after the change of a measure that is written, with its note and audit record. What is to be told.
absl::StatusOr<events::v1::Event> WriteCase(pg::Transaction& transaction, secrecy::Vault& vault,
                                            IdSource& ids, const Case& before, CaseChange change,
                                            audit::Record record) {
  Case& after = change.changed;
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows due, transaction.Execute(kWorkDue, {after.id}));
  after.work_due = due[0].OptionalTime("due");
  AVVIK_RETURN_IF_ERROR(transaction
                            .Execute(kUpdateCase, {after.id, after.measure_count,
                                                   after.open_measure_count, after.updated,
                                                   after.version, after.work_due})
                            .status());
  for (size_t i = before.notes.size(); i < after.notes.size(); ++i) {
    AVVIK_RETURN_IF_ERROR(InsertNote(transaction, vault, after, after.notes[i], ""));
  }
  record.subject = "cases/" + after.id;
  AVVIK_RETURN_IF_ERROR(audit::Append(transaction, record));
  return EventOf(ids, change, record.trace_parent);
}

// Writes a measure over the one before, and its case.
absl::StatusOr<events::v1::Event> WriteChange(pg::Transaction& transaction, secrecy::Vault& vault,
                                              IdSource& ids, const Case& subject,
                                              const Measure& before, const MeasureChange& change,
                                              const audit::Record& trace) {
  const Measure& measure = change.changed;
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key,
                         vault.Unwrap(subject.tenant, subject.wrapped_key));
  const std::string title = key.Seal(measure.title, TitleContext(measure.id));
  const std::string note = key.Seal(measure.note, NoteContext(measure.id));
  AVVIK_RETURN_IF_ERROR(
      transaction
          .Execute(kUpdate, {measure.id, pg::Bytes{title}, static_cast<int>(measure.kind),
                             static_cast<int>(measure.state), measure.owner.login,
                             static_cast<int>(measure.owner.role), measure.owner.unit,
                             OwnerKey(subject.tenant, measure.owner), measure.due,
                             pg::Bytes{note}, measure.ended_by, measure.ended,
                             measure.reopen_count, measure.updated, measure.version})
          .status());
  return WriteCase(transaction, vault, ids, subject, WithMeasure(subject, &before, change), trace);
}

// A changed measure with what is shown of its case.
Measure Shown(Measure measure, const Case& subject) {
  measure.case_number = subject.number;
  measure.case_title = subject.title;
  measure.unit = subject.unit;
  return measure;
}

// A case that cannot be found is, to whoever asks for one of its measures, a measure that cannot.
absl::Status AsMeasure(const absl::Status& status, const std::string& id) {
  return absl::IsNotFound(status) ? error::MeasureNotFound(id) : status;
}

}  // namespace

absl::StatusOr<std::map<std::string, Measure>> MeasuresOf(pg::Transaction& transaction,
                                                          secrecy::Vault& vault,
                                                          const Case& subject) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         transaction.Execute(kAllOfCase, {subject.tenant, subject.id}));
  std::map<std::string, Measure> measures;
  for (const pg::Row row : rows) {
    AVVIK_ASSIGN_OR_RETURN(Measure measure, FromRow(row, vault));
    measures.emplace(measure.id, std::move(measure));
  }
  return measures;
}

absl::StatusOr<int64_t> HandOverMeasures(pg::Transaction& transaction, secrecy::Vault& vault,
                                         IdSource& ids, const std::string& tenant,
                                         const std::string& from, bool validate_only,
                                         const audit::Record& trace,
                                         const MeasureFurtherDecision& decide,
                                         std::vector<events::v1::Event>* told) {
  const Visibility everything = organisation::EverythingVisible();
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         transaction.Execute(kOpenOfOwner, {tenant, from}));
  // Whether they can be done by another is known when the cases are that one's.
  if (validate_only) return static_cast<int64_t>(rows.size());
  for (const pg::Row row : rows) {
    AVVIK_ASSIGN_OR_RETURN(const Measure before, FromRow(row, vault));
    AVVIK_ASSIGN_OR_RETURN(
        const Case subject,
        LockCase(transaction, vault, tenant, before.case_id, everything));
    AVVIK_ASSIGN_OR_RETURN(const MeasureChange change, decide(subject, before));
    audit::Record record = trace;
    record.id = ids.Next();
    AVVIK_ASSIGN_OR_RETURN(
        events::v1::Event event,
        WriteChange(transaction, vault, ids, subject, before, change, record));
    told->push_back(std::move(event));
  }
  return static_cast<int64_t>(rows.size());
}

absl::Status DeleteMeasures(pg::Transaction& transaction, const std::string& case_id) {
  return transaction.Execute(kDelete, {case_id}).status();
}

absl::StatusOr<Measure> PgMeasureStore::Get(const std::string& tenant, const std::string& id,
                                            const Visibility& visibility) {
  const organisation::VisibleParams visible(visibility);
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      pool_.Query(pg::Scope::Tenant(tenant), kGet,
                  {tenant, id, visible.spheres, visible.places, visible.keys}));
  if (rows.empty()) return error::MeasureNotFound(id);
  return FromRow(rows[0], vault_);
}

absl::StatusOr<MeasureStore::OfCase> PgMeasureStore::ListOfCase(const std::string& tenant,
                                                                const std::string& reference,
                                                                const Visibility& visibility,
                                                                const std::string& after,
                                                                int limit) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<OfCase> {
        AVVIK_ASSIGN_OR_RETURN(const Case subject,
                               FindCase(transaction, vault_, tenant, reference, visibility));
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows rows,
            transaction.Execute(kListOfCase, {tenant, subject.id,
                                              after.empty() ? kBelowEveryId : after.c_str(),
                                              limit + 1}));
        OfCase found{.case_id = subject.id, .page = {}};
        AVVIK_ASSIGN_OR_RETURN(found.page.measures, FromRows(rows, limit, vault_));
        found.page.more = rows.size() > static_cast<size_t>(limit);
        return found;
      });
}

absl::StatusOr<MeasurePage> PgMeasureStore::List(const std::string& tenant,
                                                 const Visibility& visibility,
                                                 const MeasureFilter& filter,
                                                 const std::optional<MeasurePlace>& after,
                                                 int limit) {
  const organisation::VisibleParams visible(visibility);
  const pg::Param states =
      pg::Array(std::vector<pg::Param>(filter.states.begin(), filter.states.end()));
  const pg::Param units = pg::TextArray(filter.units);
  const pg::Param keys =
      filter.owner_keys.has_value() ? pg::TextArray(*filter.owner_keys) : pg::Param(std::nullopt);
  const pg::Param due_before = filter.due_before;
  pg::Param behind = "-infinity";
  if (after.has_value()) behind = after->due.has_value() ? pg::Param(*after->due) : "infinity";
  const std::string behind_id = after.has_value() ? after->id : kBelowEveryId;
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows total,
      pool_.Query(pg::Scope::Tenant(tenant), kCount,
                  {tenant, visible.spheres, visible.places, visible.keys, states, units, keys,
                   due_before}));
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      pool_.Query(pg::Scope::Tenant(tenant), kList,
                  {tenant, visible.spheres, visible.places, visible.keys, states, units, keys,
                   due_before, behind, behind_id, limit + 1}));
  MeasurePage page;
  page.total = total[0].Int("total");
  page.more = rows.size() > static_cast<size_t>(limit);
  AVVIK_ASSIGN_OR_RETURN(page.measures, FromRows(rows, limit, vault_));
  return page;
}

absl::StatusOr<Measure> PgMeasureStore::Decide(const std::string& tenant,
                                               const std::string& reference,
                                               const Visibility& visibility,
                                               const std::string& request_id,
                                               const audit::Record& trace,
                                               const MeasureDecision& decide) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Measure> {
        AVVIK_ASSIGN_OR_RETURN(const Case before,
                               LockCase(transaction, vault_, tenant, reference, visibility));
        if (before.erased.has_value()) return error::CaseErased(before.number);
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows repeat,
            transaction.Execute(kFindRepeat, {before.id, trace.actor, request_id}));
        if (!repeat.empty()) return FromRow(repeat[0], vault_);
        AVVIK_ASSIGN_OR_RETURN(const MeasureChange change, decide(before));
        const Measure& measure = change.changed;
        AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key,
                               vault_.Unwrap(tenant, before.wrapped_key));
        const std::string title = key.Seal(measure.title, TitleContext(measure.id));
        const std::string note = key.Seal(measure.note, NoteContext(measure.id));
        AVVIK_RETURN_IF_ERROR(
            transaction
                .Execute(kInsert,
                         {measure.id, tenant, measure.case_id, request_id, pg::Bytes{title},
                          static_cast<int>(measure.kind), static_cast<int>(measure.state),
                          measure.owner.login, static_cast<int>(measure.owner.role),
                          measure.owner.unit, OwnerKey(tenant, measure.owner), measure.due,
                          pg::Bytes{note}, measure.decided_by, measure.decided, measure.ended_by,
                          measure.ended, measure.reopen_count, measure.updated, measure.version})
                .status());
        AVVIK_ASSIGN_OR_RETURN(const events::v1::Event event,
                               WriteCase(transaction, vault_, ids_, before,
                                         WithMeasure(before, nullptr, change), trace));
        AVVIK_RETURN_IF_ERROR(events::Append(transaction, std::span(&event, 1)));
        return Shown(measure, before);
      });
}

absl::StatusOr<Measure> PgMeasureStore::Change(const std::string& tenant, const std::string& id,
                                               const Visibility& visibility,
                                               const audit::Record& trace,
                                               const MeasureFurtherDecision& decide) {
  const organisation::VisibleParams visible(visibility);
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Measure> {
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows found, transaction.Execute(kCaseOf, {tenant, id}));
        if (found.empty()) return error::MeasureNotFound(id);
        // The case is what is locked: its measures change one at a time.
        const absl::StatusOr<Case> subject = LockCase(
            transaction, vault_, tenant, found[0].Text("case_id"), visibility);
        if (!subject.ok()) return AsMeasure(subject.status(), id);
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows rows,
            transaction.Execute(kGet, {tenant, id, visible.spheres, visible.places, visible.keys}));
        if (rows.empty()) return error::MeasureNotFound(id);
        AVVIK_ASSIGN_OR_RETURN(const Measure before, FromRow(rows[0], vault_));
        AVVIK_ASSIGN_OR_RETURN(const MeasureChange change, decide(*subject, before));
        AVVIK_ASSIGN_OR_RETURN(
            const events::v1::Event event,
            WriteChange(transaction, vault_, ids_, *subject, before, change, trace));
        AVVIK_RETURN_IF_ERROR(events::Append(transaction, std::span(&event, 1)));
        return change.changed;
      });
}

}  // namespace avvik::triage
