#include "services/escalation/case_facts_proto.h"

#include <utility>

#include "common/ids/id_source.h"
#include "common/organisation/matter.h"
#include "common/rpc/time.h"
#include "services/escalation/errors.h"

namespace avvik::escalation {
namespace {

void TakeClassification(const triage::v1::Classification& proto, CaseFacts& facts) {
  facts.kind = proto.kind();
  for (const type::v1::Impact& impact : proto.impacts()) {
    const int property = impact.property();
    if (property < 1 || property >= static_cast<int>(facts.impacts.size())) continue;
    facts.impacts[static_cast<std::size_t>(property)] = impact.level();
  }
  facts.severity = proto.severity();
  facts.personal_data = proto.personal_data();
  facts.national_security = proto.national_security();
  facts.ongoing = proto.ongoing();
  facts.information_system = proto.information_system();
  facts.risk_unlikely = proto.risk_unlikely();
  if (proto.has_affected_persons()) facts.affected_persons = proto.affected_persons();
}

}  // namespace

absl::StatusOr<CaseFacts> FactsFromProto(const std::string& tenant,
                                         const triage::v1::CaseFacts& proto, absl::Time as_of) {
  if (!IsUuid(proto.case_id())) return error::InvalidEvent("has no UUID in facts.case_id");
  if (!proto.has_aware_time()) return error::InvalidEvent("has no facts.aware_time");
  CaseFacts facts;
  facts.tenant = tenant;
  facts.case_id = proto.case_id();
  facts.number = proto.number();
  facts.unit = proto.unit();
  organisation::Matter matter = organisation::MatterOf(proto);
  facts.sphere = matter.sphere;
  facts.parties = std::move(matter.parties);
  facts.category = proto.category();
  TakeClassification(proto.classification(), facts);
  facts.aware_time = rpc::FromProtoTime(proto.aware_time());
  if (proto.has_occurred_time()) facts.occur_time = rpc::FromProtoTime(proto.occurred_time());
  if (proto.has_reported_time()) facts.report_time = rpc::FromProtoTime(proto.reported_time());
  if (proto.state() == triage::v1::CASE_STATE_CLOSED) {
    facts.close_time = proto.has_close_time() ? rpc::FromProtoTime(proto.close_time()) : as_of;
    facts.no_deviation = proto.resolution() == triage::v1::RESOLUTION_NO_DEVIATION;
  }
  facts.imported = proto.imported();
  facts.as_of = as_of;
  return facts;
}

}  // namespace avvik::escalation
