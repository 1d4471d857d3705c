// What becomes of the duties of a case that was erased.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "avvik/events/v1/event.pb.h"
#include "avvik/triage/v1/triage_events.pb.h"
#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/escalation/case_facts.h"
#include "services/escalation/duty.h"

namespace avvik::escalation {

// Destroys the keys of `duties`, which are all of the case and locked, empties what they sealed and
// stops their timers; takes what was answered, and what decisions were made on, away; leaves an audit
// record for each duty, and a certificate for each that held something. Those erased before are left
// alone. The case gets no duty any more.
absl::Status EraseDuties(pg::Transaction& transaction, secrecy::Vault& vault, IdSource& ids,
                         const CaseFacts& facts, const std::vector<Duty>& duties,
                         const events::v1::Event& event, const triage::v1::CaseErased& told,
                         absl::Time now);

}  // namespace avvik::escalation
