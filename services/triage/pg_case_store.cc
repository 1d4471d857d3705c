#include "services/triage/pg_case_store.h"

#include <utility>

#include "absl/time/clock.h"
#include "common/events/outbox.h"
#include "common/organisation/visible.h"
#include "common/status/macros.h"
#include "services/triage/case_rows.h"
#include "services/triage/case_word_rows.h"
#include "services/triage/errors.h"
#include "services/triage/pg_measure_store.h"
#include "services/triage/read_statements.h"
#include "services/triage/triage_events.h"

namespace avvik::triage {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);
// Thousands of cases in one transaction.
constexpr absl::Duration kHandOverPatience = absl::Seconds(9);

// Parameters as of kGetCase.
constexpr pg::Statement kLockCase{"triage_lock_case", R"sql(
    SELECT triage_case.*, case_key.wrapped
      FROM triage_case
      LEFT JOIN case_key ON case_key.case_id = triage_case.id
     WHERE triage_case.tenant = $1
       AND (number = $2 OR id = CASE WHEN $2 LIKE '________-____-____-____-____________'
                                     THEN $2::uuid END)
       AND avvik_visible(sphere, unit, parties, $3, $4, $5)
       FOR UPDATE OF triage_case)sql"};

// A case has its report's number.
constexpr pg::Statement kLockVisibleCaseOfReport{"triage_lock_visible_case_of_report", R"sql(
    SELECT triage_case.*, case_key.wrapped
      FROM triage_case
      LEFT JOIN case_key ON case_key.case_id = triage_case.id
     WHERE triage_case.tenant = $1
       AND (number = $2 OR report_id = CASE WHEN $2 LIKE '________-____-____-____-____________'
                                            THEN $2::uuid END)
       AND avvik_visible(sphere, unit, parties, $3, $4, $5)
       FOR UPDATE OF triage_case)sql"};

constexpr pg::Statement kLockCaseOfReport{
    "triage_lock_case_of_report", R"sql(
    SELECT triage_case.*, case_key.wrapped
      FROM triage_case
      LEFT JOIN case_key ON case_key.case_id = triage_case.id
     WHERE triage_case.tenant = $1 AND report_id = $2
       FOR UPDATE OF triage_case)sql"};

constexpr pg::Statement kFindNote{
    "triage_find_note",
    "SELECT 1 FROM note WHERE case_id = $1 AND author_login = $2 AND request_id = $3"};

constexpr pg::Statement kInsertNote{"triage_insert_note", R"sql(
    INSERT INTO note (id, case_id, request_id, text, author_login, created_at)
    VALUES           ($1, $2,      $3,         $4,   $5,           $6))sql"};

// The columns in the order of CaseColumns, so that what changes is not listed twice.
#define AVVIK_CASE_COLUMNS                                                                        \
  "(id, tenant, number, report_id, title, state, unit, system, category, severity, "             \
  "classification, owner_login, owner_role, owner_unit, drawn_in_logins, drawn_in_roles, "       \
  "drawn_in_units, occurred_at, discovered_at, aware_at, reported_at, opened_at, "               \
  "acknowledged_at, closed_at, resolution, outcome, reopen_count, imported, withdrawn, "         \
  "updated_at, organisation_version, version, erased_at, held_at, hold_reference, sphere, "       \
  "restricted, named_logins, named_roles, named_units, parties, hit_properties, cause, "           \
  "outcome_for_reporter)"
#define AVVIK_CASE_VALUES                                                                         \
  "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, " \
  "$21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, "      \
  "$39, $40, $41, $42, $43, $44)"

// $45 the case's key.
constexpr pg::Statement kInsertCase{
    "triage_insert_case",
    "WITH opened AS (INSERT INTO triage_case " AVVIK_CASE_COLUMNS " VALUES " AVVIK_CASE_VALUES
    " ON CONFLICT (tenant, report_id) DO NOTHING RETURNING id, tenant)"
    " INSERT INTO case_key (case_id, tenant, wrapped) SELECT id, tenant, $45::bytea FROM opened"};

constexpr pg::Statement kUpdateCase{"triage_update_case",
                                    "UPDATE triage_case SET " AVVIK_CASE_COLUMNS
                                    " = " AVVIK_CASE_VALUES " WHERE id = $1"};

#undef AVVIK_CASE_COLUMNS
#undef AVVIK_CASE_VALUES

// $2 the login of whoever hands over.
constexpr pg::Statement kLockCasesOf{"triage_lock_cases_of", R"sql(
    SELECT triage_case.*, case_key.wrapped
      FROM triage_case
      LEFT JOIN case_key ON case_key.case_id = triage_case.id
     WHERE triage_case.tenant = $1
       AND (owner_login = $2 OR drawn_in_logins @> ARRAY[$2] OR named_logins @> ARRAY[$2])
     ORDER BY id
       FOR UPDATE OF triage_case)sql"};

absl::StatusOr<Case> Read(pg::Transaction& transaction, secrecy::Vault& vault,
                          const pg::Statement& statement, const std::string& tenant, const std::string& reference,
                          const Visibility& visibility) {
  const organisation::VisibleParams visible(visibility);
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         transaction.Execute(statement, {tenant, reference, visible.spheres,
                                                         visible.places, visible.keys}));
  if (rows.empty()) return error::CaseNotFound(reference);
  AVVIK_ASSIGN_OR_RETURN(Case found, CaseFromRow(rows[0], vault));
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows notes, transaction.Execute(kListNotes, {found.id}));
  AVVIK_RETURN_IF_ERROR(NotesFromRows(notes, vault, &found));
  return found;
}

}  // namespace

absl::StatusOr<bool> InsertCase(pg::Transaction& transaction, secrecy::Vault& vault, Case opened) {
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key, vault.NewKey(opened.tenant));
  opened.wrapped_key = key.wrapped();
  AVVIK_ASSIGN_OR_RETURN(std::vector<pg::Param> columns, CaseColumns(opened, vault));
  columns.push_back(pg::Bytes{opened.wrapped_key});
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.ExecuteWith(kInsertCase, columns));
  if (rows.affected() != 1) return false;
  AVVIK_RETURN_IF_ERROR(PutOwnWords(transaction, vault, nullptr, opened));
  return true;
}

absl::Status UpdateCase(pg::Transaction& transaction, secrecy::Vault& vault, const Case& changed) {
  AVVIK_ASSIGN_OR_RETURN(const std::vector<pg::Param> columns, CaseColumns(changed, vault));
  return transaction.ExecuteWith(kUpdateCase, columns).status();
}

absl::Status InsertNote(pg::Transaction& transaction, secrecy::Vault& vault, const Case& subject,
                        const Note& note, const std::string& request_id) {
  const pg::Param key = request_id.empty() ? pg::Param(std::nullopt) : pg::Param(request_id);
  AVVIK_ASSIGN_OR_RETURN(const std::string text, SealNote(subject, note, vault));
  return transaction
      .Execute(kInsertNote,
               {note.id, subject.id, key, pg::Bytes{text}, note.author.login, note.created})
      .status();
}

absl::StatusOr<Case> LockCase(pg::Transaction& transaction, secrecy::Vault& vault,
                              const std::string& tenant, const std::string& reference,
                              const Visibility& visibility) {
  return Read(transaction, vault, kLockCase, tenant, reference, visibility);
}

absl::StatusOr<Case> FindCase(pg::Transaction& transaction, secrecy::Vault& vault,
                              const std::string& tenant, const std::string& reference,
                              const Visibility& visibility) {
  return Read(transaction, vault, kGetCase, tenant, reference, visibility);
}

absl::StatusOr<Case> LockVisibleCaseOfReport(pg::Transaction& transaction, secrecy::Vault& vault,
                                             const std::string& tenant,
                                             const std::string& reference,
                                             const Visibility& visibility) {
  return Read(transaction, vault, kLockVisibleCaseOfReport, tenant, reference, visibility);
}

absl::StatusOr<std::optional<Case>> LockCaseOfReport(pg::Transaction& transaction,
                                                     secrecy::Vault& vault,
                                                     const std::string& tenant,
                                                     const std::string& report_id) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         transaction.Execute(kLockCaseOfReport, {tenant, report_id}));
  if (rows.empty()) return std::nullopt;
  AVVIK_ASSIGN_OR_RETURN(Case found, CaseFromRow(rows[0], vault));
  return std::optional<Case>(std::move(found));
}

absl::StatusOr<Case> PgCaseStore::Get(const std::string& tenant, const std::string& reference,
                                      const Visibility& visibility) {
  return pg::Reading(reads_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
                     [&](pg::Transaction& statements) {
                       return Read(statements, vault_, kGetCase, tenant, reference, visibility);
                     });
}

absl::StatusOr<Case> PgCaseStore::Change(const std::string& tenant, const std::string& reference,
                                         const Visibility& visibility,
                                         const std::string& request_id, const audit::Record& trace,
                                         const Decision& decide) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Case> {
        AVVIK_ASSIGN_OR_RETURN(const Case before,
                               LockCase(transaction, vault_, tenant, reference, visibility));
        if (before.erased.has_value()) return error::CaseErased(before.number);
        if (!request_id.empty()) {
          AVVIK_ASSIGN_OR_RETURN(
              const pg::Rows repeat,
              transaction.Execute(kFindNote, {before.id, trace.actor, request_id}));
          if (!repeat.empty()) return before;
        }
        AVVIK_ASSIGN_OR_RETURN(const CaseChange change, decide(before));
        const Case& after = change.changed;
        AVVIK_RETURN_IF_ERROR(UpdateCase(transaction, vault_, after));
        if (after.notes.size() != before.notes.size() || after.outcome != before.outcome) {
          AVVIK_RETURN_IF_ERROR(PutOwnWords(transaction, vault_, &before, after));
        }
        for (size_t i = before.notes.size(); i < after.notes.size(); ++i) {
          AVVIK_RETURN_IF_ERROR(
              InsertNote(transaction, vault_, after, after.notes[i], request_id));
        }
        audit::Record record = trace;
        record.subject = "cases/" + after.id;
        AVVIK_RETURN_IF_ERROR(audit::Append(transaction, record));
        const events::v1::Event event = EventOf(ids_, change, trace.trace_parent);
        AVVIK_RETURN_IF_ERROR(events::Append(transaction, std::span(&event, 1)));
        return after;
      });
}

absl::StatusOr<HandedOver> PgCaseStore::HandOver(const std::string& tenant,
                                                 const std::string& from, bool validate_only,
                                                 const audit::Record& trace,
                                                 const Decision& decide,
                                                 const MeasureFurtherDecision& decide_measure) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kHandOverPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<HandedOver> {
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                               transaction.Execute(kLockCasesOf, {tenant, from}));
        HandedOver handed_over;
        std::vector<events::v1::Event> told;
        for (const pg::Row row : rows) {
          AVVIK_ASSIGN_OR_RETURN(const Case before, CaseFromRow(row, vault_));
          const bool owned = before.owner.login == from;
          ++handed_over.cases;
          handed_over.owned += owned ? 1 : 0;
          handed_over.owned_open += owned && before.state != v1::CASE_STATE_CLOSED ? 1 : 0;
          AVVIK_ASSIGN_OR_RETURN(const CaseChange change, decide(before));
          if (validate_only) continue;
          AVVIK_RETURN_IF_ERROR(UpdateCase(transaction, vault_, change.changed));
          audit::Record record = trace;
          record.id = ids_.Next();
          record.subject = "cases/" + change.changed.id;
          AVVIK_RETURN_IF_ERROR(audit::Append(transaction, record));
          told.push_back(EventOf(ids_, change, trace.trace_parent));
        }
        AVVIK_ASSIGN_OR_RETURN(handed_over.measures,
                               HandOverMeasures(transaction, vault_, ids_, tenant, from,
                                                validate_only, trace, decide_measure, &told));
        // That it was done, even when there was nothing to do.
        if (!validate_only) AVVIK_RETURN_IF_ERROR(audit::Append(transaction, trace));
        AVVIK_RETURN_IF_ERROR(events::Append(transaction, told));
        return handed_over;
      });
}

}  // namespace avvik::triage
