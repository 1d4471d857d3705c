// The same in PostgreSQL.
#pragma once

#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/triage/case_history_store.h"

namespace avvik::triage {

class PgCaseHistoryStore final : public CaseHistoryStore {
 public:
  // All of them must outlive the store.
  PgCaseHistoryStore(pg::Pool& pool, secrecy::Vault& vault) : pool_(pool), vault_(vault) {}

  absl::StatusOr<CaseStoryPage> Story(const std::string& tenant, const std::string& reference,
                                      const Visibility& visibility, int64_t after,
                                      int limit) override;
  absl::StatusOr<CaseReaderPage> Readers(const std::string& tenant, const std::string& reference,
                                         const Visibility& visibility,
                                         const std::optional<ReaderPlace>& after,
                                         int limit) override;
  absl::StatusOr<std::map<std::string, std::string>> OutcomesForReporters(
      const std::string& tenant, const std::vector<std::string>& case_ids) override;

 private:
  absl::Status ReadEvents(const std::string& tenant, int64_t after, int limit,
                          CaseStoryPage* page);

  pg::Pool& pool_;
  secrecy::Vault& vault_;
};

}  // namespace avvik::triage
