#include "services/intake/campaign_proto.h"

#include "common/rpc/time.h"

namespace avvik::intake {

using rpc::ToProtoTime;

v1::CampaignAnswer ToProto(const CampaignAnswer& answer) {
  v1::CampaignAnswer proto;
  proto.set_answer_id(answer.id);
  proto.set_campaign_id(answer.campaign_id);
  proto.set_number(answer.number);
  proto.set_text(answer.text);
  *proto.mutable_create_time() = ToProtoTime(answer.created);
  return proto;
}

v1::Campaign ToProto(const Campaign& campaign) {
  v1::Campaign proto;
  proto.set_campaign_id(campaign.id);
  proto.set_number(campaign.number);
  proto.set_category(campaign.category);
  proto.set_unit(campaign.matter.unit);
  proto.set_system(campaign.system);
  proto.set_state(StateOf(campaign));
  proto.set_report_count(campaign.report_count);
  proto.set_group_campaign_id(campaign.leader_id);
  if (campaign.answer.has_value()) *proto.mutable_answer() = ToProto(*campaign.answer);
  *proto.mutable_create_time() = ToProtoTime(campaign.created);
  proto.set_etag(EtagOf(campaign));
  return proto;
}

}  // namespace avvik::intake
