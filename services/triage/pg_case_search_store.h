// Lists and searches in PostgreSQL.
//
// Every answer is made by one statement that holds the whole filter and the reader's sight. What makes it fast for all
// is where it starts. Who reaches few cases, or asks for a rare word, starts from those (a bounded number,
// found by keys that PostgreSQL looks up under row-level security); everybody else goes along the index of the order,
// where what is wanted is then common enough to be met soon. Starting somewhere never decides what is seen: the
// condition on sight and words is always applied.
#pragma once

#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/triage/case_search.h"
#include "services/triage/case_search_store.h"

namespace avvik::triage {

class PgCaseSearchStore final : public CaseSearchStore {
 public:
  using Limits = CaseSearch::Limits;

  // All of them must outlive the store. What is found does not depend on the limits.
  PgCaseSearchStore(pg::Pool& pool, secrecy::Vault& vault) : PgCaseSearchStore(pool, vault, {}) {}
  PgCaseSearchStore(pg::Pool& pool, secrecy::Vault& vault, Limits limits)
      : pool_(pool), vault_(vault), limits_(limits) {}

  absl::StatusOr<CasePage> List(const std::string& tenant, const Sight& sight,
                                const CaseFilter& filter, const CasePlace& place, int limit,
                                int bound) override;
  absl::StatusOr<std::vector<CaseTally>> Tally(const std::string& tenant, const Sight& sight,
                                               const CaseFilter& filter, const std::string& me,
                                               int bound) override;
  absl::StatusOr<std::vector<LikeCase>> Like(const Case& subject, const Sight& sight) override;

 private:
  pg::Pool& pool_;
  secrecy::Vault& vault_;
  const Limits limits_;
};

}  // namespace avvik::triage
