#include "services/triage/pg_erasure_store.h"

#include <span>
#include <utility>

#include "absl/time/clock.h"
#include "common/events/outbox.h"
#include "common/status/macros.h"
#include "services/triage/case_duty_rows.h"
#include "services/triage/case_link_rows.h"
#include "services/triage/case_word_rows.h"
#include "services/triage/pg_case_store.h"
#include "services/triage/pg_measure_store.h"
#include "services/triage/triage_events.h"

namespace avvik::triage {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);

constexpr pg::Statement kDeleteKey{"triage_delete_case_key",
                                   "DELETE FROM case_key WHERE case_id = $1"};

constexpr pg::Statement kDeleteNotes{"triage_delete_notes", "DELETE FROM note WHERE case_id = $1"};

// $2 a category, 0 for every one; $3 categories left out; $4 closed before.
constexpr pg::Statement kDue{"triage_list_cases_due_for_erasure", R"sql(
    SELECT id FROM triage_case
     WHERE tenant = $1 AND state = 4 AND erased_at IS NULL AND held_at IS NULL
       AND ($2::smallint = 0 OR category = $2)
       AND category <> ALL ($3::smallint[])
       AND closed_at < $4
     ORDER BY closed_at, id
     LIMIT $5)sql"};

}  // namespace

absl::StatusOr<secrecy::Certificate> PgErasureStore::Erase(const std::string& tenant,
                                                           const std::string& reference,
                                                           const Visibility& visibility,
                                                           const ErasureOrder& order,
                                                           const audit::Record& trace) {
  using Result = absl::StatusOr<secrecy::Certificate>;
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> Result {
        AVVIK_ASSIGN_OR_RETURN(const Case before,
                               LockCase(transaction, vault_, tenant, reference, visibility));
        AVVIK_RETURN_IF_ERROR(CheckEtag(before, order.etag));
        AVVIK_ASSIGN_OR_RETURN(const CaseChange change, triage::Erase(before, order.now));
        secrecy::Certificate certificate{.id = "",
                                         .tenant = tenant,
                                         .subject = "cases/" + before.id,
                                         .related = "reports/" + before.report_id,
                                         .number = before.number,
                                         .at = order.now,
                                         .actor = trace.actor,
                                         .ground = v1::ErasureGround_Name(order.ground),
                                         .reference = order.reference,
                                         .data_classes = DataClassesOf(before),
                                         .key_hash = ""};
        AVVIK_ASSIGN_OR_RETURN(certificate.key_hash,
                               vault_.Fingerprint(tenant, "key", before.wrapped_key));
        if (order.validate_only) return certificate;
        certificate.id = ids_.Next();
        AVVIK_RETURN_IF_ERROR(UpdateCase(transaction, vault_, change.changed));
        AVVIK_RETURN_IF_ERROR(transaction.Execute(kDeleteNotes, {before.id}).status());
        AVVIK_RETURN_IF_ERROR(DeleteMeasures(transaction, before.id));
        AVVIK_RETURN_IF_ERROR(transaction.Execute(kDeleteKey, {before.id}).status());
        AVVIK_RETURN_IF_ERROR(DeleteWords(transaction, before));
        AVVIK_RETURN_IF_ERROR(ForgetDuties(transaction, tenant, before.id));
        AVVIK_RETURN_IF_ERROR(RemoveJoinable(transaction, tenant, before.id));
        AVVIK_RETURN_IF_ERROR(secrecy::Append(transaction, certificate));
        audit::Record record = trace;
        record.subject = certificate.subject;
        record.reason = certificate.ground;
        AVVIK_RETURN_IF_ERROR(audit::Append(transaction, record));
        const events::v1::Event event =
            ErasedEvent(ids_, change, certificate.id, order.ground, trace.trace_parent);
        AVVIK_RETURN_IF_ERROR(events::Append(transaction, std::span(&event, 1)));
        return certificate;
      });
}

absl::StatusOr<std::vector<std::string>> PgErasureStore::Due(const std::string& tenant,
                                                             const RetentionClass& kept,
                                                             int limit) {
  const pg::Param but = pg::Array(std::vector<pg::Param>(kept.but.begin(), kept.but.end()));
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      pool_.Query(pg::Scope::Tenant(tenant), kDue,
                  {tenant, static_cast<int>(kept.category), but, kept.closed_before, limit}));
  std::vector<std::string> ids;
  for (const pg::Row row : rows) ids.push_back(row.Text("id"));
  return ids;
}

absl::StatusOr<std::vector<secrecy::Certificate>> PgErasureStore::List(const std::string& tenant,
                                                                       const std::string& after,
                                                                       int limit) {
  return secrecy::ListCertificates(pool_, tenant, after, limit);
}

}  // namespace avvik::triage
