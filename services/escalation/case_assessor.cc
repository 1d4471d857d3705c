#include "services/escalation/case_assessor.h"

#include <algorithm>
#include <utility>

#include "common/status/macros.h"
#include "services/escalation/answers.h"
#include "services/escalation/assessment.h"
#include "services/escalation/decision.h"
#include "services/escalation/decision_tables.h"
#include "services/escalation/duty_tables.h"
#include "services/escalation/pairing.h"

namespace avvik::escalation {

absl::Status CaseAssessor::Assess(pg::Transaction& transaction, CaseRecord& record,
                                  const std::vector<Duty>& duties,
                                  const organisation::Organisation& organisation,
                                  const Occasion& occasion) {
  const CaseFacts& facts = record.facts;
  const deadline::Calendar calendar = CalendarOf(organisation);
  const std::vector<Pairing> pairings =
      Pair(escalation::Assess(regimes_, facts, organisation), duties);
  std::vector<Decision> decisions = DecisionsOfRules(record.results, pairings, facts);
  for (const auto& [decision, known] : pairings) {
    const bool opens = decision.need == Need::kToAssess || decision.need == Need::kRequired;
    if (known == nullptr && (record.erase_time || !opens)) continue;
    DutyOutcome outcome = known == nullptr
                              ? OpenDuty(ids_.Next(), decision, facts, calendar, occasion.now)
                              : ReassessDuty(*known, decision, facts, calendar, occasion.now);
    if (known != nullptr && outcome.duty == *known) continue;
    AVVIK_RETURN_IF_ERROR(WriteOutcome(transaction, vault_, ids_, outcome, occasion.now,
                                       occasion.trace_parent));
    for (Decision& decided : decisions) {
      if (decided.regime == decision.regime->id && decided.entity == decision.entity) {
        decided.duty_id = outcome.duty.id;
      }
    }
  }
  if (record.erase_time) return absl::OkStatus();
  for (Decision& decided : decisions) {
    decided.id = ids_.Next();
    decided.time = occasion.now;
    decided.cause = occasion.cause;
    decided.person = occasion.person;
  }
  AVVIK_RETURN_IF_ERROR(AppendDecisions(transaction, vault_, decisions));
  v1::StoredResults results = ResultsOf(pairings);
  const bool same = results.SerializeAsString() == record.results.SerializeAsString();
  if (same && !occasion.answered) return absl::OkStatus();
  record.results = std::move(results);
  ++record.version;
  const bool documented =
      std::any_of(pairings.begin(), pairings.end(),
                  [](const Pairing& pairing) { return pairing.decision.documented; });
  return WriteAssessment(transaction, record, ToProto(facts.answers, regimes_.questions()),
                         documented);
}

}  // namespace avvik::escalation
