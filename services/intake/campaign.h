// The domain of campaigns: many reports of one thing, and one answer to all. Values in, decision out; no
// clock, no store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/intake/v1/campaigns.pb.h"
#include "avvik/type/v1/classification.pb.h"
#include "common/organisation/rights.h"

namespace avvik::intake {

struct CampaignAnswer {
  std::string id;
  std::string campaign_id;
  std::string number;  // Of the campaign.
  std::string text;
  absl::Time created;
};

struct Campaign {
  std::string id;  // Also that of its case.
  std::string tenant;
  std::string number;
  type::v1::Category category = type::v1::CATEGORY_UNSPECIFIED;
  organisation::Matter matter;  // That of its case: who may see it.
  std::string system;
  bool case_closed = false;
  bool erased = false;  // Its case was: what it answered is gone, and it answers no more.
  std::optional<absl::Time> ended;
  std::string leader_id;     // The campaign whose case this one's is grouped into; empty when none.
  int64_t report_count = 0;  // With those of campaigns grouped into it.
  std::optional<CampaignAnswer> answer;  // The one in force.
  absl::Time created;
  int64_t version = 1;
};

// A report's place in a campaign.
struct CampaignReport {
  std::string report_id;
  std::string number;
  std::string campaign_id;
  absl::Time joined;
};

v1::CampaignState StateOf(const Campaign& campaign);

// What becomes of a campaign counts its version up when it is told (campaign_events.h).

// The campaign with an answer, also when it is closed. FAILED_PRECONDITION (CAMPAIGN_GROUPED) when
// another one speaks for it, (CAMPAIGN_ERASED) when its case was erased; ABORTED (CAMPAIGN_CHANGED)
// when `etag` is given and not of this version.
absl::StatusOr<Campaign> Answered(Campaign campaign, CampaignAnswer answer,
                                  const std::string& etag);

// The campaign closed; the same one when it was. Errors as Answered.
absl::StatusOr<Campaign> Ended(Campaign campaign, absl::Time now, const std::string& etag);

// The version as the API shows it.
std::string EtagOf(const Campaign& campaign);

}  // namespace avvik::intake
