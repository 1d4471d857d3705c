#include "services/triage/organisation_store.h"

#include <span>
#include <utility>

#include "absl/time/clock.h"
#include "common/events/outbox.h"
#include "common/status/macros.h"
#include "services/triage/triage_events.h"

namespace avvik::triage {
namespace {

constexpr pg::Statement kNewest{"triage_newest_organisation", R"sql(
    SELECT version, organisation FROM organisation
     WHERE tenant = $1 AND version > $2
     ORDER BY version DESC
     LIMIT 1)sql"};

// Two who apply at once come one after the other.
constexpr pg::Statement kLockTenant{
    "triage_lock_organisation", "SELECT pg_advisory_xact_lock(4703, hashtext($1))"};

constexpr pg::Statement kInsert{"triage_insert_organisation", R"sql(
    INSERT INTO organisation (tenant, version, organisation, applied_at)
    VALUES                   ($1,     $2,      $3,           $4))sql"};

constexpr pg::Statement kTenants{"triage_list_tenants",
                                 "SELECT DISTINCT tenant FROM organisation ORDER BY tenant"};

absl::StatusOr<std::optional<organisation::Snapshot>> FromRows(const pg::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  organisation::Snapshot snapshot;
  snapshot.version = rows[0].Int("version");
  if (!snapshot.organisation.ParseFromString(rows[0].Bytes("organisation"))) {
    return absl::DataLossError("a stored organisation cannot be read");
  }
  return std::optional(std::move(snapshot));
}

}  // namespace

absl::StatusOr<Applied> OrganisationStore::Apply(const organisation::v1::Organisation& wanted,
                                                 bool validate_only, absl::Time now,
                                                 const audit::Record& trace) {
  return pg::InTransaction(
      pool_, absl::Now() + absl::Seconds(5),
      [&](pg::Transaction& transaction) -> absl::StatusOr<Applied> {
        AVVIK_RETURN_IF_ERROR(transaction.Execute(kLockTenant, {wanted.tenant()}).status());
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                               transaction.Execute(kNewest, {wanted.tenant(), 0}));
        AVVIK_ASSIGN_OR_RETURN(const auto current, FromRows(rows));
        Applied applied;
        applied.version = current.has_value() ? current->version : 0;
        applied.changes = organisation::Diff(
            current.has_value() ? current->organisation : organisation::v1::Organisation(), wanted);
        if (applied.changes.empty() || validate_only) return applied;
        ++applied.version;
        AVVIK_RETURN_IF_ERROR(transaction
                                  .Execute(kInsert, {wanted.tenant(), applied.version,
                                                     pg::Bytes{wanted.SerializeAsString()}, now})
                                  .status());
        AVVIK_RETURN_IF_ERROR(audit::Append(transaction, trace));
        const events::v1::Event event = OrganisationEvent(ids_, wanted.tenant(), applied.version,
                                                          now, trace.trace_parent);
        AVVIK_RETURN_IF_ERROR(events::Append(transaction, std::span(&event, 1)));
        return applied;
      });
}

absl::StatusOr<std::optional<organisation::Snapshot>> OrganisationStore::Fetch(
    const std::string& tenant, int64_t known_version) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, pool_.Query(kNewest, {tenant, known_version}));
  return FromRows(rows);
}

absl::StatusOr<std::vector<std::string>> OrganisationStore::Tenants() {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, pool_.Query(kTenants));
  std::vector<std::string> tenants;
  for (const pg::Row row : rows) tenants.push_back(row.Text("tenant"));
  return tenants;
}

}  // namespace avvik::triage
