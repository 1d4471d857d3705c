// The log of decisions inside a transaction.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/escalation/decision.h"
#include "services/escalation/page_place.h"

namespace avvik::escalation {

// Adds decisions of one tenant. That of a person which says something is sealed with the key of its
// duty, `wrapped_key`.
absl::Status AppendDecisions(pg::Transaction& transaction, secrecy::Vault& vault,
                             const std::vector<Decision>& decisions,
                             const std::string& wrapped_key = "");

// At most `limit` decisions about a case, newest first, opened.
absl::StatusOr<std::vector<Decision>> ListDecisions(pg::Transaction& transaction,
                                                    secrecy::Vault& vault,
                                                    const std::string& tenant,
                                                    const std::string& case_id,
                                                    const PagePlace& after, int limit);

// Takes what people said, and what decisions were made on, out of the log of a case.
absl::Status EraseDecisions(pg::Transaction& transaction, const std::string& tenant,
                            const std::string& case_id);

}  // namespace avvik::escalation
