#include "services/triage/organisation_store.h"

#include <span>
#include <utility>

#include "absl/time/clock.h"
#include "common/events/outbox.h"
#include "common/status/macros.h"
#include "services/triage/errors.h"
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
    INSERT INTO organisation (tenant, version, organisation, applied_at, applied_by)
    VALUES                   ($1,     $2,      $3,           $4,         $5))sql"};

constexpr pg::Statement kVersion{"triage_organisation_version", R"sql(
    SELECT version, organisation
      FROM organisation
     WHERE tenant = $1 AND version = $2)sql"};

// Newest first, from below `$2` or from the newest.
constexpr pg::Statement kVersions{"triage_organisation_versions", R"sql(
    SELECT version, organisation, applied_at, applied_by
      FROM organisation
     WHERE tenant = $1 AND ($2::bigint = 0 OR version < $2)
     ORDER BY version DESC
     LIMIT $3)sql"};

constexpr pg::Statement kCountVersions{"triage_count_organisation_versions",
                                       "SELECT count(*) FROM organisation WHERE tenant = $1"};

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

absl::StatusOr<KeptVersion> KeptOf(const pg::Row& row) {
  KeptVersion kept = {.version = row.Int("version"),
                      .applied = row.Time("applied_at"),
                      .applied_by = row.Text("applied_by"),
                      .organisation = {},
                      .changes = {}};
  if (!kept.organisation.ParseFromString(row.Bytes("organisation"))) {
    return absl::DataLossError("a stored organisation cannot be read");
  }
  return kept;
}

// What has changed since the version that somebody decided on.
absl::Status ChangedSince(pg::Transaction& transaction, const std::string& tenant,
                          int64_t decided_on, const InForce& current) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kVersion, {tenant, decided_on}));
  AVVIK_ASSIGN_OR_RETURN(const InForce then, FromRows(rows));
  return error::OrganisationChanged(
      current.version,
      organisation::Diff(then.organisation.value_or(organisation::v1::Organisation()),
                         current.organisation.value_or(organisation::v1::Organisation())));
}

}  // namespace

absl::StatusOr<Applied> OrganisationStore::Apply(const organisation::v1::Organisation& wanted,
                                                 bool validate_only, absl::Time now,
                                                 const audit::Record& trace,
                                                 std::optional<int64_t> decided_on) {
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
        // A repeat after a lost answer finds its own version.
        if (applied.changes.empty()) return applied;
        if (decided_on.has_value() && *decided_on != current.version) {
          return ChangedSince(transaction, wanted.tenant(), *decided_on, current);
        }
        if (validate_only) return applied;
        ++applied.version;
        AVVIK_RETURN_IF_ERROR(transaction
                                  .Execute(kInsert, {wanted.tenant(), applied.version,
                                                     pg::Bytes{wanted.SerializeAsString()}, now,
                                                     trace.actor})
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

absl::StatusOr<VersionPage> OrganisationStore::List(const std::string& tenant, int64_t before,
                                                    int most) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows counted,
                         pool_.Query(pg::Scope::Tenant(tenant), kCountVersions, {tenant}));
  // One more, which the last is compared with.
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, pool_.Query(pg::Scope::Tenant(tenant), kVersions,
                                                          {tenant, before, int64_t{most} + 1}));
  VersionPage page;
  page.total = counted[0].Int("count");
  for (const pg::Row row : rows) {
    AVVIK_ASSIGN_OR_RETURN(KeptVersion kept, KeptOf(row));
    if (!page.versions.empty()) {
      KeptVersion& after = page.versions.back();
      after.changes = organisation::Diff(kept.organisation, after.organisation);
    }
    page.versions.push_back(std::move(kept));
  }
  page.more = page.versions.size() > static_cast<size_t>(most);
  if (page.more) {
    page.versions.pop_back();
  } else if (!page.versions.empty()) {
    KeptVersion& first = page.versions.back();
    first.changes = organisation::Diff({}, first.organisation);
  }
  return page;
}

absl::StatusOr<KeptVersion> OrganisationStore::Get(const std::string& tenant, int64_t version) {
  AVVIK_ASSIGN_OR_RETURN(VersionPage page, List(tenant, version + 1, 1));
  if (page.versions.empty() || page.versions[0].version != version) {
    return error::VersionNotFound(version);
  }
  return std::move(page.versions[0]);
}

absl::StatusOr<std::vector<std::string>> OrganisationStore::Tenants() {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, pool_.Query(pg::Scope::Everything(), kTenants));
  std::vector<std::string> tenants;
  for (const pg::Row row : rows) tenants.push_back(row.Text("tenant"));
  return tenants;
}

}  // namespace avvik::triage
