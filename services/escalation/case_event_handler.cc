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
#include "services/escalation/case_facts_proto.h"
#include "services/escalation/case_tables.h"
#include "services/escalation/duty_erasure.h"
#include "services/escalation/duty_tables.h"
#include "services/escalation/errors.h"

namespace avvik::escalation {
namespace {

absl::StatusOr<std::optional<triage::v1::CaseFacts>> FactsIn(const events::v1::Event& event) {
  auto facts = organisation::CaseFactsIn(event);
  if (!facts.ok()) return error::InvalidEvent("cannot be read as " + event.type());
  return facts;
}

}  // namespace

CaseEventHandler::CaseEventHandler(organisation::Directory& directory,
                                   const regimes::RegimeCatalogue& regimes, secrecy::Vault& vault,
                                   IdSource& ids, const Clock& clock,
                                   std::function<void()> committed)
    : directory_(directory),
      vault_(vault),
      ids_(ids),
      clock_(clock),
      committed_(std::move(committed)),
      assessor_(regimes, vault, ids) {}

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
  AVVIK_ASSIGN_OR_RETURN(CaseRecord record,
                         KeepCase(transaction, facts, told->SerializeAsString()));
  AVVIK_ASSIGN_OR_RETURN(const std::vector<Duty> duties,
                         LockDuties(transaction, vault_, facts.tenant, facts.case_id));
  if (triage::v1::CaseErased erased; event.data().UnpackTo(&erased)) {
    return EraseDuties(transaction, vault_, ids_, facts, duties, event, erased, clock_.Now());
  }
  return assessor_.Assess(transaction, record, duties, *organisation,
                          {.now = clock_.Now(), .trace_parent = event.trace_parent()});
}

}  // namespace avvik::escalation
