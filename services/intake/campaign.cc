#include "services/intake/campaign.h"

#include <utility>

#include "common/status/macros.h"
#include "services/intake/errors.h"

namespace avvik::intake {
namespace {

absl::Status CheckSpeaks(const Campaign& campaign, const std::string& etag) {
  if (!etag.empty() && etag != EtagOf(campaign)) return error::CampaignChanged(EtagOf(campaign));
  if (campaign.erased) return error::CampaignErased(campaign.number);
  if (!campaign.leader_id.empty()) return error::CampaignGrouped(campaign.number);
  return absl::OkStatus();
}

}  // namespace

v1::CampaignState StateOf(const Campaign& campaign) {
  return campaign.case_closed || campaign.ended.has_value() ? v1::CAMPAIGN_STATE_CLOSED
                                                            : v1::CAMPAIGN_STATE_OPEN;
}

absl::StatusOr<Campaign> Answered(Campaign campaign, CampaignAnswer answer,
                                  const std::string& etag) {
  AVVIK_RETURN_IF_ERROR(CheckSpeaks(campaign, etag));
  answer.campaign_id = campaign.id;
  answer.number = campaign.number;
  campaign.answer = std::move(answer);
  return campaign;
}

absl::StatusOr<Campaign> Ended(Campaign campaign, absl::Time now, const std::string& etag) {
  AVVIK_RETURN_IF_ERROR(CheckSpeaks(campaign, etag));
  if (campaign.ended.has_value()) return campaign;
  campaign.ended = now;
  return campaign;
}

std::string EtagOf(const Campaign& campaign) { return std::to_string(campaign.version); }

}  // namespace avvik::intake
