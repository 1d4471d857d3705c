#include "services/escalation/case_event_handler.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "avvik/triage/v1/triage_events.pb.h"
#include "common/organisation/matter.h"
#include "common/rpc/time.h"
#include "common/status/macros.h"
#include "services/escalation/assessment.h"
#include "services/escalation/case_facts_proto.h"
#include "services/escalation/duty.h"
#include "services/escalation/duty_erasure.h"
#include "services/escalation/duty_tables.h"
#include "services/escalation/errors.h"
#include "services/escalation/pairing.h"

namespace avvik::escalation {
namespace {

absl::StatusOr<std::optional<triage::v1::CaseFacts>> FactsIn(const events::v1::Event& event) {
  auto facts = organisation::CaseFactsIn(event);
  if (!facts.ok()) return error::InvalidEvent("cannot be read as " + event.type());
  return facts;
}

}  // namespace

CaseEventHandler::CaseEventHandler(organisation::Directory& directory,
                                   const RegimeCatalogue& regimes, secrecy::Vault& vault,
                                   IdSource& ids, const Clock& clock,
                                   std::function<void()> committed)
    : directory_(directory),
      regimes_(regimes),
      vault_(vault),
      ids_(ids),
      clock_(clock),
      committed_(std::move(committed)) {}

absl::Status CaseEventHandler::Prepare(std::span<const events::v1::StoredEvent> batch) {
  std::map<std::string, int64_t> versions;
  for (const events::v1::StoredEvent& stored : batch) {
    AVVIK_ASSIGN_OR_RETURN(const auto facts, FactsIn(stored.event()));
    if (!facts) continue;
    int64_t& version = versions[stored.event().tenant()];
    version = std::max({version, facts->organisation_version(), int64_t{1}});
  }
  for (const auto& [tenant, version] : versions) {
    AVVIK_RETURN_IF_ERROR(directory_.AtLeast(tenant, version).status());
  }
  return absl::OkStatus();
}

absl::Status CaseEventHandler::Apply(pg::Transaction& transaction,
                                     const events::v1::StoredEvent& stored) {
  const events::v1::Event& event = stored.event();
  AVVIK_ASSIGN_OR_RETURN(const auto told, FactsIn(event));
  if (!told) return absl::OkStatus();
  const auto organisation = directory_.Find(event.tenant());
  if (organisation == nullptr) return error::NoOrganisation(event.tenant());
  AVVIK_ASSIGN_OR_RETURN(const CaseFacts facts,
                         FactsFromProto(event.tenant(), *told, rpc::FromProtoTime(event.time())));
  AVVIK_ASSIGN_OR_RETURN(const std::vector<Duty> duties,
                         KeepCase(transaction, vault_, facts, told->SerializeAsString()));
  if (triage::v1::CaseErased erased; event.data().UnpackTo(&erased)) {
    return EraseDuties(transaction, vault_, ids_, facts, duties, event, erased, clock_.Now());
  }
  return Assess(transaction, facts, duties, *organisation, event.trace_parent());
}

absl::Status CaseEventHandler::Assess(pg::Transaction& transaction, const CaseFacts& facts,
                                      const std::vector<Duty>& duties,
                                      const organisation::Organisation& organisation,
                                      const std::string& trace_parent) {
  // Only a closed case is erased, and it is not opened again.
  bool erased = false;
  if (facts.close_time) {
    AVVIK_ASSIGN_OR_RETURN(erased, IsErased(transaction, facts));
  }
  const deadline::Calendar calendar = CalendarOf(organisation);
  const absl::Time now = clock_.Now();
  for (const auto& [decision, known] :
       Pair(escalation::Assess(regimes_, facts, organisation), duties)) {
    const bool opens = decision.need == Need::kToAssess || decision.need == Need::kRequired;
    if (known == nullptr && (erased || !opens)) continue;
    DutyOutcome outcome = known == nullptr
                              ? OpenDuty(ids_.Next(), decision, facts, calendar, now)
                              : ReassessDuty(*known, decision, facts, calendar, now);
    if (known != nullptr && outcome.duty == *known) continue;
    AVVIK_RETURN_IF_ERROR(WriteOutcome(transaction, vault_, ids_, outcome, now, trace_parent));
  }
  return absl::OkStatus();
}

}  // namespace avvik::escalation
