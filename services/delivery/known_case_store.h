// Keeps what delivery remembers of cases, within the transactions of their events.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/pg/pool.h"
#include "services/delivery/known_case.h"

namespace avvik::delivery {

absl::StatusOr<std::optional<KnownCase>> FindKnownCase(pg::Transaction& transaction,
                                                       const std::string& tenant,
                                                       const std::string& case_id);

// The case that a report opened.
absl::StatusOr<std::optional<KnownCase>> FindCaseOfReport(pg::Transaction& transaction,
                                                          const std::string& tenant,
                                                          const std::string& report_id);

// Writes the case in place of what was known of it.
absl::Status PutKnownCase(pg::Transaction& transaction, const std::string& tenant,
                          const KnownCase& known);

// Whether events of the case wait for somebody to repair what hinders them.
absl::StatusOr<bool> IsCaseParked(pg::Transaction& transaction, const std::string& tenant,
                                  const std::string& case_id);

}  // namespace avvik::delivery
