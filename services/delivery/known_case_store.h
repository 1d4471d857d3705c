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

// The case that a report opened, or was linked to.
absl::StatusOr<std::optional<KnownCase>> FindCaseOfReport(pg::Transaction& transaction,
                                                          const std::string& tenant,
                                                          const std::string& report_id);

// Writes the case in place of what was known of it.
absl::Status PutKnownCase(pg::Transaction& transaction, const std::string& tenant,
                          const KnownCase& known);

// A report beside the one that opened a case.
struct LinkedReport {
  std::string report_id;
  std::string number;
  std::string case_number;
};

// The report belongs to the case, and to no other.
absl::Status PutLinkedReport(pg::Transaction& transaction, const std::string& tenant,
                             const LinkedReport& report);
// The report belongs to the case no more.
absl::Status RemoveLinkedReport(pg::Transaction& transaction, const std::string& tenant,
                                const LinkedReport& report);

// Whether events of the case wait for somebody to repair what hinders them.
absl::StatusOr<bool> IsCaseParked(pg::Transaction& transaction, const std::string& tenant,
                                  const std::string& case_id);

}  // namespace avvik::delivery
