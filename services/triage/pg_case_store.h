// Cases in PostgreSQL, their texts sealed.
#pragma once

#include <span>

#include "avvik/events/v1/event.pb.h"
#include "common/ids/id_source.h"
#include "common/pg/migrations.h"
#include "common/pg/plans.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/triage/case_store.h"

namespace avvik::triage {

class PgCaseStore final : public CaseStore {
 public:
  // All of them must outlive the store.
  PgCaseStore(pg::Pool& pool, IdSource& ids, secrecy::Vault& vault)
      : pool_(pool), reads_(pg::PlannedOnce(pool.settings()), kReads), ids_(ids), vault_(vault) {}

  absl::StatusOr<Case> Get(const std::string& tenant, const std::string& reference,
                           const Visibility& visibility) override;
  absl::StatusOr<Case> Change(const std::string& tenant, const std::string& reference,
                              const Visibility& visibility, const std::string& request_id,
                              const audit::Record& trace, const Decision& decide) override;
  absl::StatusOr<HandedOver> HandOver(const std::string& tenant, const std::string& from,
                                      bool validate_only, const audit::Record& trace,
                                      const Decision& decide,
                                      const MeasureFurtherDecision& decide_measure) override;

 private:
  // Most single cases that are read at the same moment.
  static constexpr int kReads = 8;

  pg::Pool& pool_;
  pg::Pool reads_;  // The connections of Get.
  IdSource& ids_;
  secrecy::Vault& vault_;
};

// For the event path, which works in the consumer's transaction: writes a new case with a key of its
// own. False, and nothing is written, when its report has one already.
absl::StatusOr<bool> InsertCase(pg::Transaction& transaction, secrecy::Vault& vault, Case opened);

// A case with its notes. NOT_FOUND as CaseStore::Get.
absl::StatusOr<Case> FindCase(pg::Transaction& transaction, secrecy::Vault& vault,
                              const std::string& tenant, const std::string& reference,
                              const Visibility& visibility);

// The same, locked.
absl::StatusOr<Case> LockCase(pg::Transaction& transaction, secrecy::Vault& vault,
                              const std::string& tenant, const std::string& reference,
                              const Visibility& visibility);

// The case that a report, by UUID or number, has opened, as LockCase gives it.
absl::StatusOr<Case> LockVisibleCaseOfReport(pg::Transaction& transaction, secrecy::Vault& vault,
                                             const std::string& tenant,
                                             const std::string& reference,
                                             const Visibility& visibility);

// The case of a report without its notes, locked; nothing when there is none.
absl::StatusOr<std::optional<Case>> LockCaseOfReport(pg::Transaction& transaction,
                                                     secrecy::Vault& vault,
                                                     const std::string& tenant,
                                                     const std::string& report_id);

// Writes a changed case over the one before.
absl::Status UpdateCase(pg::Transaction& transaction, secrecy::Vault& vault, const Case& changed);

// Writes a note of a case; without a `request_id` for what a command wrote.
absl::Status InsertNote(pg::Transaction& transaction, secrecy::Vault& vault, const Case& subject,
                        const Note& note, const std::string& request_id);

// The tables of triage.
std::span<const pg::Migration> Migrations();

}  // namespace avvik::triage
