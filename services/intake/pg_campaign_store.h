// Campaigns in PostgreSQL.
#pragma once

#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "services/intake/campaign_store.h"

namespace avvik::intake {

class PgCampaignStore final : public CampaignStore {
 public:
  PgCampaignStore(pg::Pool& pool, IdSource& ids) : pool_(pool), ids_(ids) {}

  absl::StatusOr<Campaign> Get(const std::string& tenant, const std::string& reference,
                               const CampaignVisibility& visibility) override;
  absl::StatusOr<CampaignPage> List(const std::string& tenant,
                                    const CampaignVisibility& visibility, v1::CampaignState state,
                                    const std::string& after, int limit) override;
  absl::StatusOr<CampaignReportPage> ListReports(const std::string& tenant,
                                                 const std::string& reference,
                                                 const CampaignVisibility& visibility,
                                                 const std::string& after, int limit) override;
  absl::StatusOr<Campaign> Answer(const std::string& tenant, const std::string& reference,
                                  const CampaignVisibility& visibility,
                                  const std::string& request_id, CampaignAnswer answer,
                                  const std::string& etag, const audit::Record& trace) override;
  absl::StatusOr<Campaign> End(const std::string& tenant, const std::string& reference,
                               const CampaignVisibility& visibility, absl::Time now,
                               const std::string& etag, const audit::Record& trace) override;
  absl::StatusOr<std::optional<CampaignAnswer>> AnswerOf(const std::string& tenant,
                                                         const std::string& report_id) override;

 private:
  pg::Pool& pool_;
  IdSource& ids_;
};

}  // namespace avvik::intake
