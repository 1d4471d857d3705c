// What is kept of cases, inside a transaction: what triage last told, what people answered, what the
// rules last made of it.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "avvik/escalation/v1/assessment.pb.h"
#include "common/pg/pool.h"
#include "services/escalation/case_facts.h"

namespace avvik::escalation {

struct CaseRecord {
  CaseFacts facts;            // With what was answered.
  v1::StoredResults results;  // Of the last assessment.
  // Counts up with answers and results.
  std::int64_t version = 0;
  std::optional<absl::Time> erase_time;  // Unset while the case is kept.
};

// A row of case_record. DATA_LOSS when the facts cannot be read.
absl::StatusOr<CaseRecord> CaseFromRow(const pg::Row& row);

// Keeps what triage told of a case, and gives what is kept of it, locked; its facts are those told,
// with what was answered. `bytes` is the CaseFacts as told.
absl::StatusOr<CaseRecord> KeepCase(pg::Transaction& transaction, const CaseFacts& facts,
                                    const std::string& bytes);

// What is kept of a case. DATA_LOSS when there is none, or it cannot be read.
absl::StatusOr<CaseRecord> ReadCase(pg::Transaction& transaction, const std::string& tenant,
                                    const std::string& case_id);

// Writes answers, results and version, and whether the case is documented.
absl::Status WriteAssessment(pg::Transaction& transaction, const CaseRecord& record,
                             const std::vector<v1::Answered>& answers, bool documented);

// Remembers that a case that was kept is erased; what was answered goes.
absl::Status MarkErased(pg::Transaction& transaction, const CaseFacts& facts, absl::Time now);

}  // namespace avvik::escalation
