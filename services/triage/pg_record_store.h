// Public records in PostgreSQL.
#pragma once

#include <string>

#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/triage/record_store.h"

namespace avvik::triage {

class PgRecordStore final : public RecordStore {
 public:
  // All of them must outlive the store.
  PgRecordStore(pg::Pool& pool, IdSource& ids, secrecy::Vault& vault)
      : pool_(pool), ids_(ids), vault_(vault) {}

  absl::StatusOr<KnownRecord> Get(const std::string& tenant, const std::string& reference,
                                  const Visibility& visibility) override;
  absl::StatusOr<KnownRecord> Change(const std::string& tenant, const std::string& reference,
                                     const Visibility& visibility, const std::string& etag,
                                     const audit::Record& trace,
                                     const RecordDecision& decide) override;
  absl::StatusOr<RegisterPage> List(const std::string& tenant, const Visibility& visibility,
                                    const RegisterFilter& filter,
                                    const std::optional<RegisterPlace>& after, int limit) override;

 private:
  pg::Pool& pool_;
  IdSource& ids_;
  secrecy::Vault& vault_;
};

}  // namespace avvik::triage
