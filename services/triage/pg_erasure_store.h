// Erasing cases in PostgreSQL.
#pragma once

#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/triage/erasure_store.h"

namespace avvik::triage {

class PgErasureStore final : public ErasureStore {
 public:
  // All of them must outlive the store.
  PgErasureStore(pg::Pool& pool, IdSource& ids, secrecy::Vault& vault)
      : pool_(pool), ids_(ids), vault_(vault) {}

  absl::StatusOr<secrecy::Certificate> Erase(const std::string& tenant,
                                             const std::string& reference,
                                             const Visibility& visibility,
                                             const ErasureOrder& order,
                                             const audit::Record& trace) override;
  absl::StatusOr<std::vector<std::string>> Due(const std::string& tenant,
                                               const RetentionClass& kept, int limit) override;
  absl::StatusOr<std::vector<secrecy::Certificate>> List(const std::string& tenant,
                                                         const std::string& after,
                                                         int limit) override;

 private:
  pg::Pool& pool_;
  IdSource& ids_;
  secrecy::Vault& vault_;
};

}  // namespace avvik::triage
