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
    SELECT version, CASE WHEN version > $2 THEN organisation END AS organisation
      FROM organisation
     WHERE tenant = $1
     ORDER BY version DESC
     LIMIT 1)sql"};

// Two who apply at once come one after the other.
constexpr pg::Statement kLockTenant{"triage_lock_organisation",
                                    "SELECT pg_advisory_xact_lock(4703, hashtext($1))"};

constexpr pg::Statement kInsert{"triage_insert_organisation", R"sql(
    INSERT INTO organisation (tenant, version, organisation, applied_at)
    VALUES                   ($1,     $2,      $3,           $4))sql"};

constexpr pg::Statement kTenants{"triage_list_tenants",
                                 "SELECT DISTINCT tenant FROM organisation ORDER BY tenant"};

absl::StatusOr<InForce> FromRows(const pg::Rows& rows) {
  InForce in_force;
  if (rows.empty()) return in_force;
  in_force.version = rows[0].Int("version");
  if (rows[0].IsNull("organisation")) return in_force;
  if (!in_force.organisation.emplace().ParseFromString(rows[0].Bytes("organisation"))) {
    return absl::DataLossError("a stored organisation cannot be read");
  }
  return in_force;
}

}  // namespace

absl::StatusOr<Applied> OrganisationStore::Apply(const organisation::v1::Organisation& wanted,
                                                 bool validate_only, absl::Time now,
                                                 const audit::Record& trace) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(wanted.tenant()), absl::Now() + absl::Seconds(5),
      [&](pg::Transaction& transaction) -> absl::StatusOr<Applied> {
        AVVIK_RETURN_IF_ERROR(transaction.Execute(kLockTenant, {wanted.tenant()}).status());
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                               transaction.Execute(kNewest, {wanted.tenant(), 0}));
        AVVIK_ASSIGN_OR_RETURN(const InForce current, FromRows(rows));
        Applied applied;
        applied.version = current.version;
        applied.changes = organisation::Diff(
            current.organisation.value_or(organisation::v1::Organisation()), wanted);
        if (applied.changes.empty() || validate_only) return applied;
        ++applied.version;
        AVVIK_RETURN_IF_ERROR(transaction
                                  .Execute(kInsert, {wanted.tenant(), applied.version,
                                                     pg::Bytes{wanted.SerializeAsString()}, now})
                                  .status());
        AVVIK_RETURN_IF_ERROR(audit::Append(transaction, trace));
        const events::v1::Event event =
            OrganisationEvent(ids_, wanted.tenant(), applied.version, now, trace.trace_parent);
        AVVIK_RETURN_IF_ERROR(events::Append(transaction, std::span(&event, 1)));
        return applied;
      });
}

absl::StatusOr<InForce> OrganisationStore::Fetch(const std::string& tenant, int64_t known_version) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         pool_.Query(pg::Scope::Tenant(tenant), kNewest, {tenant, known_version}));
  return FromRows(rows);
}

absl::StatusOr<std::vector<std::string>> OrganisationStore::Tenants() {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, pool_.Query(pg::Scope::Everything(), kTenants));
  std::vector<std::string> tenants;
  for (const pg::Row row : rows) tenants.push_back(row.Text("tenant"));
  return tenants;
}

}  // namespace avvik::triage
