// Tries the regimes on a case inside a transaction, and brings its duties in line: what hearing of a
// case and answering about it share.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "common/regimes/regime_catalogue.h"
#include "common/secrecy/vault.h"
#include "services/escalation/case_tables.h"
#include "services/escalation/duty.h"

namespace avvik::escalation {

// Why a case is assessed, and when.
struct Occasion {
  v1::DecisionCause cause = v1::DECISION_CAUSE_FACTS;
  std::string person;  // Who answered, by pseudonym; empty for the rules.
  absl::Time now;
  std::string trace_parent;
  bool answered = false;  // Whether the answers in the record are not those that are kept.
};

// Thread-safe.
class CaseAssessor {
 public:
  // All of them must outlive the assessor.
  CaseAssessor(const regimes::RegimeCatalogue& regimes, secrecy::Vault& vault, IdSource& ids)
      : regimes_(regimes), vault_(vault), ids_(ids) {}

  // Assesses a case whose record and duties, all of them, the caller has locked: opens duties,
  // changes them, rules them out and brings them back; adds what was decided to the log; writes
  // results and answers, and sets both in `record`, when they differ. An erased case only takes its
  // duties along.
  absl::Status Assess(pg::Transaction& transaction, CaseRecord& record,
                      const std::vector<Duty>& duties,
                      const organisation::Organisation& organisation, const Occasion& occasion);

 private:
  const regimes::RegimeCatalogue& regimes_;
  secrecy::Vault& vault_;
  IdSource& ids_;
};

}  // namespace avvik::escalation
