// Cases as the rules see them, in PostgreSQL.
#pragma once

#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/escalation/assessment_store.h"
#include "services/escalation/case_assessor.h"

namespace avvik::escalation {

class PgAssessmentStore final : public AssessmentStore {
 public:
  // All of them must outlive the store.
  PgAssessmentStore(pg::Pool& pool, const regimes::RegimeCatalogue& regimes, secrecy::Vault& vault,
                    IdSource& ids)
      : pool_(pool), vault_(vault), assessor_(regimes, vault, ids) {}

  absl::StatusOr<AssessedCase> Get(const std::string& tenant, const std::string& reference,
                                   const Visibility& visibility) override;
  absl::StatusOr<Answered> Answer(const std::string& tenant, const std::string& reference,
                                  const Visibility& visibility, const std::string& etag,
                                  const Decide& decide, const std::string& person,
                                  const organisation::Organisation& organisation,
                                  const audit::Record& trace) override;
  absl::StatusOr<DecisionPage> ListDecisions(const std::string& tenant,
                                             const std::string& reference,
                                             const Visibility& visibility, const std::string& key,
                                             int limit) override;
  absl::StatusOr<BreachPage> ListBreaches(const std::string& tenant, const Visibility& visibility,
                                          const BreachFilter& filter, const std::string& key,
                                          int limit) override;

 private:
  pg::Pool& pool_;
  secrecy::Vault& vault_;
  CaseAssessor assessor_;
};

}  // namespace avvik::escalation
