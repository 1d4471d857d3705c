// Campaigns as the API shows them.
#pragma once

#include "avvik/intake/v1/campaigns.pb.h"
#include "services/intake/campaign.h"

namespace avvik::intake {

v1::CampaignAnswer ToProto(const CampaignAnswer& answer);
v1::Campaign ToProto(const Campaign& campaign);

}  // namespace avvik::intake
