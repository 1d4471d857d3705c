// Cases in PostgreSQL.
#pragma once

#include <span>

#include "avvik/events/v1/event.pb.h"
#include "common/ids/id_source.h"
#include "common/pg/migrations.h"
#include "common/pg/pool.h"
#include "services/triage/case_store.h"

namespace avvik::triage {

class PgCaseStore final : public CaseStore {
 public:
  PgCaseStore(pg::Pool& pool, IdSource& ids) : pool_(pool), ids_(ids) {}

  absl::StatusOr<Case> Get(const std::string& tenant, const std::string& reference,
                           const Visibility& visibility) override;
  absl::StatusOr<CasePage> List(const std::string& tenant, const Visibility& visibility,
                                const CaseFilter& filter, const std::string& after,
                                int limit) override;
  absl::StatusOr<Case> Change(const std::string& tenant, const std::string& reference,
                              const Visibility& visibility, const std::string& request_id,
                              const audit::Record& trace, const Decision& decide) override;

 private:
  pg::Pool& pool_;
  IdSource& ids_;
};

// For the event path, which works in the consumer's transaction: writes a new case. False, and
// nothing is written, when its report has one already.
absl::StatusOr<bool> InsertCase(pg::Transaction& transaction, const Case& opened);

// The case of a report without its notes, locked; nothing when there is none.
absl::StatusOr<std::optional<Case>> LockCaseOfReport(pg::Transaction& transaction,
                                                     const std::string& tenant,
                                                     const std::string& report_id);

// Writes a changed case over the one before.
absl::Status UpdateCase(pg::Transaction& transaction, const Case& changed);

// The tables of triage.
std::span<const pg::Migration> Migrations();

}  // namespace avvik::triage
