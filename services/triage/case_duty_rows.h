// What triage keeps of the duties of cases, which escalation owns: when the next step is due, and when an
// authority was last told.
#pragma once

#include <optional>
#include <string>

#include "avvik/escalation/v1/escalation_events.pb.h"
#include "common/pg/pool.h"

namespace avvik::triage {

// When the next open step of the duty is due; nothing when none is, or the duty does not arise.
std::optional<absl::Time> NextDue(const escalation::v1::DutyFacts& duty);

// Writes what was told of a duty, and with it when the case is due. An erased case is not due.
absl::Status PutDuty(pg::Transaction& transaction, const std::string& tenant,
                     const escalation::v1::DutyFacts& duty);

// Forgets the duties of a case: it is not due any more.
absl::Status ForgetDuties(pg::Transaction& transaction, const std::string& tenant,
                          const std::string& case_id);

}  // namespace avvik::triage
