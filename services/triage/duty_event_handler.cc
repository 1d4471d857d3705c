#include "services/triage/duty_event_handler.h"

#include "common/status/macros.h"
#include "services/triage/case_duty_rows.h"

namespace avvik::triage {
namespace {

namespace told = escalation::v1;

// The duty in an event of this type; nothing in another.
template <typename Message>
absl::StatusOr<std::optional<told::DutyFacts>> FactsIn(const events::v1::Event& event) {
  if (!event.data().Is<Message>()) return std::nullopt;
  Message message;
  if (!event.data().UnpackTo(&message)) {
    return absl::DataLossError("the event's data cannot be read as " + event.type());
  }
  return std::optional<told::DutyFacts>(message.facts());
}

}  // namespace

absl::Status DutyEventHandler::Apply(pg::Transaction& transaction,
                                     const events::v1::StoredEvent& stored) {
  const events::v1::Event& event = stored.event();
  for (const auto facts_in :
       {&FactsIn<told::DutyFound>, &FactsIn<told::DutyChanged>, &FactsIn<told::DutyRuledOut>,
        &FactsIn<told::StageDueSoon>, &FactsIn<told::StageOverdue>,
        &FactsIn<told::StageSubmitted>}) {
    AVVIK_ASSIGN_OR_RETURN(const auto facts, facts_in(event));
    if (facts.has_value()) return PutDuty(transaction, event.tenant(), *facts);
  }
  return absl::OkStatus();
}

}  // namespace avvik::triage
