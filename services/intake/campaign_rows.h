// The tables of campaigns, within a transaction of the caller's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/pg/pool.h"
#include "services/intake/campaign.h"

namespace avvik::intake {

// A row of campaign with its report_count, and with the columns of its answer where there is one.
Campaign CampaignFromRow(const pg::Row& row);
CampaignAnswer AnswerFromRow(const pg::Row& row);

// The campaign with this id, locked, without report count and answer; nothing when there is none.
absl::StatusOr<std::optional<Campaign>> LockCampaign(pg::Transaction& transaction,
                                                     const std::string& tenant,
                                                     const std::string& id);
// Writes the campaign over the one before, or as a new one.
absl::Status PutCampaign(pg::Transaction& transaction, const Campaign& campaign);

// The report belongs to the campaign and to no other.
absl::Status PutCampaignReport(pg::Transaction& transaction, const std::string& tenant,
                               const CampaignReport& report);
// The report belongs to this campaign no more.
absl::Status RemoveCampaignReport(pg::Transaction& transaction, const std::string& tenant,
                                  const std::string& campaign_id, const std::string& report_id);

// The reports of a campaign, without those of campaigns grouped into it.
absl::StatusOr<std::vector<std::string>> OwnReports(pg::Transaction& transaction,
                                                    const std::string& tenant,
                                                    const std::string& campaign_id);
// The reports of a campaign and of those grouped into it.
absl::StatusOr<std::vector<std::string>> AllReports(pg::Transaction& transaction,
                                                    const std::string& tenant,
                                                    const std::string& campaign_id);

// The newest answer of a campaign; nothing when there is none.
absl::StatusOr<std::optional<CampaignAnswer>> FindAnswer(pg::Transaction& transaction,
                                                         const std::string& tenant,
                                                         const std::string& campaign_id);

// Forgets what a campaign answered.
absl::Status RemoveAnswers(pg::Transaction& transaction, const std::string& tenant,
                           const std::string& campaign_id);

}  // namespace avvik::intake
