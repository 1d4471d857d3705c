#include "services/triage/pg_record_store.h"

#include <map>
#include <span>
#include <utility>

#include "absl/time/clock.h"
#include "common/events/outbox.h"
#include "common/organisation/visible.h"
#include "common/status/macros.h"
#include "services/triage/errors.h"
#include "services/triage/pg_case_store.h"

namespace avvik::triage {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);
constexpr char kBelowEveryId[] = "00000000-0000-0000-0000-000000000000";

constexpr pg::Statement kGet{"triage_get_record", "SELECT * FROM case_register WHERE case_id = $1"};

constexpr pg::Statement kMarkings{"triage_list_markings", R"sql(
    SELECT * FROM secrecy_marking
     WHERE tenant = $1 AND case_id = ANY ($2::uuid[])
     ORDER BY case_id, marked_at, id)sql"};

constexpr pg::Statement kAssessments{"triage_list_assessments", R"sql(
    SELECT secrecy_assessment.*, secrecy_marking.case_id
      FROM secrecy_assessment
      JOIN secrecy_marking ON secrecy_marking.id = marking_id
     WHERE secrecy_marking.tenant = $1 AND case_id = ANY ($2::uuid[])
     ORDER BY marking_id, assessed_at, secrecy_assessment.id)sql"};

constexpr pg::Statement kDossiers{"triage_count_dossiers", R"sql(
    SELECT count(*) AS told, max(submitted_at) AS last
      FROM case_duty
     WHERE tenant = $1 AND case_id = $2 AND submitted_at IS NOT NULL)sql"};

constexpr pg::Statement kNextNumber{"triage_next_register_number", R"sql(
    INSERT INTO register_counter (tenant, series, year, last)
    VALUES                       ($1,     $2,     $3,   1)
    ON CONFLICT (tenant, series, year) DO UPDATE SET last = register_counter.last + 1
    RETURNING last)sql"};

constexpr pg::Statement kFindNumber{
    "triage_find_registration_number",
    "SELECT 1 FROM case_register WHERE tenant = $1 AND registration_number = $2"};

// An empty number is none.
constexpr pg::Statement kWrite{"triage_write_record", R"sql(
    INSERT INTO case_register (case_id, tenant, registration_number, registered_at, registered_by, public_title,
                               correspondent, version)
    VALUES                    ($1,      $2,     nullif($3, ''),      $4,            $5,            $6,
                               $7,            $8)
    ON CONFLICT (case_id) DO UPDATE
       SET registration_number = excluded.registration_number,
           registered_at       = excluded.registered_at,
           registered_by       = excluded.registered_by,
           public_title        = excluded.public_title,
           correspondent       = excluded.correspondent,
           version             = excluded.version)sql"};

constexpr pg::Statement kInsertMarking{"triage_insert_marking", R"sql(
    INSERT INTO secrecy_marking (id, tenant, case_id, ground, marked_by, marked_at)
    VALUES                      ($1, $2,     $3,      $4,     $5,        $6))sql"};

constexpr pg::Statement kInsertAssessment{"triage_insert_assessment", R"sql(
    INSERT INTO secrecy_assessment (id, tenant, marking_id, assessed_at, assessed_by, outcome)
    VALUES                         ($1, $2,     $3,         $4,          $5,          $6))sql"};

// $2 to $4 what is visible, never security protection (4); $5 and $6 the period.
#define AVVIK_OF_PERIOD                                                            \
  " WHERE triage_case.tenant = $1"                                                 \
  "   AND avvik_visible(sphere, unit, parties, $2, $3, $4) AND sphere <> 4"        \
  "   AND ($5::timestamptz IS NULL OR reported_at >= $5::timestamptz)"             \
  "   AND ($6::timestamptz IS NULL OR reported_at < $6::timestamptz)"

// $7 and $8 the place behind which to go on.
constexpr pg::Statement kList{
    "triage_list_register",
    "SELECT case_register.*, reported_at, classification, sphere"
    "  FROM triage_case JOIN case_register ON case_register.case_id = triage_case.id" AVVIK_OF_PERIOD
    "   AND registration_number IS NOT NULL"
    "   AND ($7::timestamptz IS NULL OR (reported_at, triage_case.id) > ($7::timestamptz, $8::uuid))"
    " ORDER BY reported_at, triage_case.id"
    " LIMIT $9"};

constexpr pg::Statement kCountUnregistered{
    "triage_count_unregistered",
    "SELECT count(*) AS total"
    "  FROM triage_case LEFT JOIN case_register ON case_register.case_id = triage_case.id" AVVIK_OF_PERIOD
    "   AND registration_number IS NULL"};

#undef AVVIK_OF_PERIOD

CaseRecord FromRow(const pg::Row& row) {
  return {.case_id = row.Text("case_id"),
          .registration_number = row.Text("registration_number"),
          .registered = row.OptionalTime("registered_at"),
          .registered_by = row.Text("registered_by"),
          .public_title = row.Text("public_title"),
          .correspondent = row.Text("correspondent"),
          .markings = {},
          .version = row.Int("version")};
}

// The markings of cases, by case.
absl::StatusOr<std::map<std::string, std::vector<SecrecyMarking>>> MarkingsOf(
    pg::Transaction& transaction, const std::string& tenant,
    const std::vector<std::string>& case_ids) {
  std::map<std::string, std::vector<SecrecyMarking>> found;
  if (case_ids.empty()) return found;
  const pg::Param ids = pg::TextArray(case_ids);
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows markings, transaction.Execute(kMarkings, {tenant, ids}));
  for (const pg::Row row : markings) {
    found[row.Text("case_id")].push_back({.id = row.Text("id"),
                                          .ground = row.Text("ground"),
                                          .marked_by = row.Text("marked_by"),
                                          .marked = row.Time("marked_at"),
                                          .assessments = {}});
  }
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows assessed, transaction.Execute(kAssessments, {tenant, ids}));
  for (const pg::Row row : assessed) {
    for (SecrecyMarking& marking : found[row.Text("case_id")]) {
      if (marking.id != row.Text("marking_id")) continue;
      marking.assessments.push_back({.id = row.Text("id"),
                                     .time = row.Time("assessed_at"),
                                     .assessed_by = row.Text("assessed_by"),
                                     .outcome = static_cast<v1::SecrecyOutcome>(row.Int("outcome"))});
    }
  }
  return found;
}

// The record of a case; a matter of security protection is as good as absent.
absl::StatusOr<KnownRecord> RecordOf(pg::Transaction& transaction, Case subject,
                                     const std::string& reference) {
  if (SphereOf(subject) == type::v1::SPHERE_SECURITY_PROTECTION) {
    return error::CaseNotFound(reference);
  }
  KnownRecord known;
  known.record.case_id = subject.id;
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kGet, {subject.id}));
  if (!rows.empty()) known.record = FromRow(rows[0]);
  AVVIK_ASSIGN_OR_RETURN(auto markings, MarkingsOf(transaction, subject.tenant, {subject.id}));
  known.record.markings = std::move(markings[subject.id]);
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows told,
                         transaction.Execute(kDossiers, {subject.tenant, subject.id}));
  known.dossiers = {.count = told[0].Int("told"), .last = told[0].OptionalTime("last")};
  known.subject = std::move(subject);
  return known;
}

absl::StatusOr<bool> IsTaken(pg::Transaction& transaction, const std::string& tenant,
                             const std::string& number) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kFindNumber, {tenant, number}));
  return !rows.empty();
}

// The next number of a series that nobody has given by hand. The counter's row is locked until the end, so
// that numbers have no gap and come once.
absl::StatusOr<std::string> NextNumber(pg::Transaction& transaction, const std::string& tenant,
                                       const SeriesNumber& series) {
  for (;;) {
    AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                           transaction.Execute(kNextNumber, {tenant, series.series, series.year}));
    std::string number = RegistrationNumber(series, rows[0].Int("last"));
    AVVIK_ASSIGN_OR_RETURN(const bool taken, IsTaken(transaction, tenant, number));
    if (!taken) return number;
  }
}

// Writes what is new in a record.
absl::Status Write(pg::Transaction& transaction, const std::string& tenant,
                   const CaseRecord& before, const CaseRecord& after) {
  AVVIK_RETURN_IF_ERROR(
      transaction
          .Execute(kWrite, {after.case_id, tenant, after.registration_number, after.registered,
                            after.registered_by, after.public_title, after.correspondent,
                            after.version})
          .status());
  for (size_t i = 0; i < after.markings.size(); ++i) {
    const SecrecyMarking& marking = after.markings[i];
    const bool is_new = i >= before.markings.size();
    if (is_new) {
      AVVIK_RETURN_IF_ERROR(transaction
                                .Execute(kInsertMarking, {marking.id, tenant, after.case_id,
                                                          marking.ground, marking.marked_by,
                                                          marking.marked})
                                .status());
    }
    const size_t known = is_new ? 0 : before.markings[i].assessments.size();
    for (size_t j = known; j < marking.assessments.size(); ++j) {
      const SecrecyAssessment& assessment = marking.assessments[j];
      AVVIK_RETURN_IF_ERROR(
          transaction
              .Execute(kInsertAssessment, {assessment.id, tenant, marking.id, assessment.time,
                                           assessment.assessed_by,
                                           static_cast<int>(assessment.outcome)})
              .status());
    }
  }
  return absl::OkStatus();
}

events::v1::Event EventOf(IdSource& ids, const std::string& tenant, const CaseRecord& record,
                          const audit::Record& trace) {
  v1::CaseRecordChanged changed;
  changed.set_case_id(record.case_id);
  changed.set_registered(!record.registration_number.empty());
  for (const SecrecyMarking& marking : record.markings) {
    if (marking.Stands()) changed.set_marking_count(changed.marking_count() + 1);
  }
  return events::MakeEvent(ids, "triage",
                           {.tenant = tenant,
                            .subject = "case-records/" + record.case_id,
                            .subject_version = record.version,
                            .time = trace.at,
                            .trace_parent = trace.trace_parent},
                           changed);
}

}  // namespace

absl::StatusOr<KnownRecord> PgRecordStore::Get(const std::string& tenant,
                                               const std::string& reference,
                                               const Visibility& visibility) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<KnownRecord> {
        AVVIK_ASSIGN_OR_RETURN(Case subject,
                               FindCase(transaction, vault_, tenant, reference, visibility));
        return RecordOf(transaction, std::move(subject), reference);
      });
}

absl::StatusOr<KnownRecord> PgRecordStore::Change(const std::string& tenant,
                                                  const std::string& reference,
                                                  const Visibility& visibility,
                                                  const std::string& etag,
                                                  const audit::Record& trace,
                                                  const RecordDecision& decide) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<KnownRecord> {
        AVVIK_ASSIGN_OR_RETURN(Case subject,
                               LockCase(transaction, vault_, tenant, reference, visibility));
        AVVIK_ASSIGN_OR_RETURN(KnownRecord known,
                               RecordOf(transaction, std::move(subject), reference));
        if (!etag.empty() && etag != EtagOf(known.record)) {
          return error::RecordChanged(EtagOf(known.record));
        }
        AVVIK_ASSIGN_OR_RETURN(RecordChange change, decide(known.record, known.subject));
        CaseRecord& after = change.changed;
        if (change.next) {
          AVVIK_ASSIGN_OR_RETURN(after.registration_number,
                                 NextNumber(transaction, tenant, *change.next));
        }
        if (after == known.record) return known;
        if (after.registration_number != known.record.registration_number && !change.next) {
          AVVIK_ASSIGN_OR_RETURN(const bool taken,
                                 IsTaken(transaction, tenant, after.registration_number));
          if (taken) return error::RegistrationNumberTaken(after.registration_number);
        }
        ++after.version;
        AVVIK_RETURN_IF_ERROR(Write(transaction, tenant, known.record, after));
        audit::Record record = trace;
        record.subject = "cases/" + after.case_id;
        AVVIK_RETURN_IF_ERROR(audit::Append(transaction, record));
        const events::v1::Event event = EventOf(ids_, tenant, after, trace);
        AVVIK_RETURN_IF_ERROR(events::Append(transaction, std::span(&event, 1)));
        known.record = std::move(after);
        return known;
      });
}

absl::StatusOr<RegisterPage> PgRecordStore::List(const std::string& tenant,
                                                 const Visibility& visibility,
                                                 const RegisterFilter& filter,
                                                 const std::optional<RegisterPlace>& after,
                                                 int limit) {
  const organisation::VisibleParams visible(visibility);
  std::optional<absl::Time> received;
  std::string case_id = kBelowEveryId;
  if (after) {
    received = after->received;
    case_id = after->case_id;
  }
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<RegisterPage> {
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows rows,
            transaction.Execute(kList, {tenant, visible.spheres, visible.places, visible.keys,
                                        filter.from, filter.until, received, case_id, limit + 1}));
        RegisterPage page;
        page.more = rows.size() > static_cast<size_t>(limit);
        std::vector<std::string> ids;
        for (const pg::Row row : rows) {
          if (page.cases.size() == static_cast<size_t>(limit)) break;
          v1::Classification classification;
          if (!classification.ParseFromString(row.Bytes("classification"))) {
            return absl::DataLossError("the classification of case " + row.Text("case_id") +
                                       " cannot be read");
          }
          page.cases.push_back({.record = FromRow(row),
                                .received = row.Time("reported_at"),
                                .kind = classification.kind(),
                                .sphere = static_cast<type::v1::Sphere>(row.Int("sphere"))});
          ids.push_back(row.Text("case_id"));
        }
        AVVIK_ASSIGN_OR_RETURN(auto markings, MarkingsOf(transaction, tenant, ids));
        for (RegisteredCase& one : page.cases) {
          one.record.markings = std::move(markings[one.record.case_id]);
        }
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows count,
            transaction.Execute(kCountUnregistered, {tenant, visible.spheres, visible.places,
                                                     visible.keys, filter.from, filter.until}));
        page.unregistered = count[0].Int("total");
        return page;
      });
}

}  // namespace avvik::triage
