// Where organisations are kept: every version each municipality has had.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/ids/id_source.h"
#include "common/organisation/diff.h"
#include "common/pg/pool.h"

namespace avvik::triage {

// What applying an organisation did.
struct Applied {
  std::vector<organisation::Change> changes;  // Empty when nothing differs.
  int64_t version = 0;                        // The version in force afterwards.
};

// A version the organisation has had.
struct KeptVersion {
  int64_t version = 0;
  absl::Time applied;
  std::string applied_by;  // Login; empty when it is not known.
  organisation::v1::Organisation organisation;
  std::vector<organisation::Change> changes;  // Of the version before.
};

struct VersionPage {
  std::vector<KeptVersion> versions;  // Newest first.
  bool more = false;
  int64_t total = 0;
};

// What is in force.
struct InForce {
  int64_t version = 0;  // 0 when the tenant has none.
  std::optional<organisation::v1::Organisation> organisation;
};

// Thread-safe. UNAVAILABLE when the database cannot be reached.
class OrganisationStore {
 public:
  OrganisationStore(pg::Pool& pool, IdSource& ids) : pool_(pool), ids_(ids) {}

  // Makes the organisation (which has passed organisation::Check) the one in force of its tenant,
  // with the audit record and the event, unless it means the same as the one that is. With
  // `validate_only` nothing is written. With `decided_on`, only while that version is in force: otherwise
  // error::OrganisationChanged.
  absl::StatusOr<Applied> Apply(const organisation::v1::Organisation& wanted, bool validate_only,
                                absl::Time now, const audit::Record& trace,
                                std::optional<int64_t> decided_on = std::nullopt);

  // Versions below `before` (all, when that is 0), with what each changed.
  absl::StatusOr<VersionPage> List(const std::string& tenant, int64_t before, int most);
  // error::VersionNotFound when there is no such version.
  absl::StatusOr<KeptVersion> Get(const std::string& tenant, int64_t version);

  // The version in force, and the organisation when that is above `known_version`.
  absl::StatusOr<InForce> Fetch(const std::string& tenant, int64_t known_version);
  absl::StatusOr<std::vector<std::string>> Tenants();

 private:
  pg::Pool& pool_;
  IdSource& ids_;
};

}  // namespace avvik::triage
