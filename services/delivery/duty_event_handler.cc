#include "services/delivery/duty_event_handler.h"

#include "avvik/escalation/v1/escalation_events.pb.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "services/delivery/errors.h"
#include "services/delivery/known_case_store.h"
#include "services/delivery/notice_rules.h"

namespace avvik::delivery {
namespace {

struct StageEvent {
  TemplateId template_id;
  std::string stage;
  escalation::v1::DutyFacts facts;
};

// The step an event tells of; nothing for other events.
std::optional<StageEvent> ReadStageEvent(const events::v1::Event& event) {
  escalation::v1::StageDueSoon due_soon;
  if (event.data().UnpackTo(&due_soon)) {
    return StageEvent{TemplateId::kStageDueSoon, due_soon.stage(), due_soon.facts()};
  }
  escalation::v1::StageOverdue overdue;
  if (event.data().UnpackTo(&overdue)) {
    return StageEvent{TemplateId::kStageOverdue, overdue.stage(), overdue.facts()};
  }
  return std::nullopt;
}

}  // namespace

absl::Status DutyEventHandler::Apply(pg::Transaction& transaction,
                                     const events::v1::StoredEvent& stored) {
  const std::string& tenant = stored.event().tenant();
  const auto event = ReadStageEvent(stored.event());
  if (!event.has_value()) return absl::OkStatus();
  const escalation::v1::DutyFacts& facts = event->facts;
  AVVIK_ASSIGN_OR_RETURN(const std::optional<KnownCase> known,
                         FindKnownCase(transaction, tenant, facts.case_id()));
  if (!known.has_value()) {
    AVVIK_ASSIGN_OR_RETURN(const bool parked, IsCaseParked(transaction, tenant, facts.case_id()));
    return parked ? error::CaseParked(facts.number()) : error::CaseNotHeardOf(facts.number());
  }
  const auto organisation = directory_.Find(tenant);
  if (organisation == nullptr) return error::NoOrganisation(tenant);
  const std::optional<Telling> telling =
      TellingOfStage(stored.event().id(), event->template_id, facts, event->stage, *known);
  if (!telling.has_value()) return absl::OkStatus();
  std::optional<NoticeDraft> draft = DraftForPerson(*organisation, telling->person_id);
  if (!draft.has_value()) {
    log::Warning("addressee_unknown",
                 {{"number", known->number}, {"person_id", telling->person_id}});
    return absl::OkStatus();
  }
  draft->cause = telling->cause;
  draft->template_id = telling->template_id;
  draft->number = known->number;
  draft->unit = known->unit;
  return writer_.Queue(transaction, *draft, *organisation);
}

}  // namespace avvik::delivery
