#include "services/delivery/duty_event_handler.h"

#include "avvik/escalation/v1/escalation_events.pb.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "services/delivery/errors.h"
#include "services/delivery/known_case_store.h"
#include "services/delivery/notice_rules.h"

namespace avvik::delivery {

absl::Status DutyEventHandler::Apply(pg::Transaction& transaction,
                                     const events::v1::StoredEvent& stored) {
  const std::string& tenant = stored.event().tenant();
  escalation::v1::LadderStepTaken taken;
  if (!stored.event().data().UnpackTo(&taken)) return absl::OkStatus();
  const escalation::v1::DutyFacts& facts = taken.facts();
  AVVIK_ASSIGN_OR_RETURN(const std::optional<KnownCase> known,
                         FindKnownCase(transaction, tenant, facts.case_id()));
  if (!known.has_value()) {
    AVVIK_ASSIGN_OR_RETURN(const bool parked, IsCaseParked(transaction, tenant, facts.case_id()));
    return parked ? error::CaseParked(facts.number()) : error::CaseNotHeardOf(facts.number());
  }
  const auto organisation = directory_.Find(tenant);
  if (organisation == nullptr) return error::NoOrganisation(tenant);
  for (const Telling& telling : TellingsOfStep(stored.event().id(), taken)) {
    std::optional<NoticeDraft> draft = DraftForPerson(*organisation, telling.person_id);
    if (!draft.has_value()) {
      log::Warning("addressee_unknown",
                   {{"number", known->number}, {"person_id", telling.person_id}});
      continue;
    }
    draft->cause = telling.cause;
    draft->template_id = telling.template_id;
    draft->number = known->number;
    draft->unit = known->unit;
    AVVIK_RETURN_IF_ERROR(writer_.Queue(transaction, *draft, *organisation));
  }
  return absl::OkStatus();
}

}  // namespace avvik::delivery
