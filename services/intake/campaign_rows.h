// The tables of campaigns, within a transaction of the caller's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/intake/campaign.h"

namespace avvik::intake {

// An answer as it is kept.
struct SealedAnswer {
  std::string wrapped_key;
  std::string text;
};
// Seals an answer with a key of its own. UNAVAILABLE when the tenant's key cannot be had.
absl::StatusOr<SealedAnswer> SealAnswer(secrecy::Vault& vault, const std::string& tenant,
                                        const CampaignAnswer& answer);

// A row of campaign with its report_count, and with the columns of its answer where there is one:
// those of campaign_answer as answer_id, answer_wrapped, answer_text and answered_at. DATA_LOSS
// when the answer was altered.
absl::StatusOr<Campaign> CampaignFromRow(const pg::Row& row, secrecy::Vault& vault);
// The answer of a row that also has the campaign's tenant, id (as campaign_id) and number.
absl::StatusOr<CampaignAnswer> AnswerFromRow(const pg::Row& row, secrecy::Vault& vault);

// The campaign with this id, locked, without report count and answer; nothing when there is none.
absl::StatusOr<std::optional<Campaign>> LockCampaign(pg::Transaction& transaction,
                                                     const std::string& tenant,
                                                     const std::string& id);
// Writes the campaign over the one before, or as a new one; an erased one stays erased.
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

// The id of the newest answer of a campaign; nothing when there is none.
absl::StatusOr<std::optional<std::string>> FindAnswerId(pg::Transaction& transaction,
                                                        const std::string& tenant,
                                                        const std::string& campaign_id);

// Destroys what the campaign of an erased case answered, for good. The number of answers; none also
// when the case was no campaign.
absl::StatusOr<int64_t> EraseCampaign(pg::Transaction& transaction, const std::string& tenant,
                                      const std::string& campaign_id);

}  // namespace avvik::intake
