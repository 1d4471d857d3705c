// Campaigns in PostgreSQL, their answers sealed.
#pragma once

#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/intake/campaign_store.h"

namespace avvik::intake {

class PgCampaignStore final : public CampaignStore {
 public:
  // All of them must outlive the store.
  PgCampaignStore(pg::Pool& pool, IdSource& ids, secrecy::Vault& vault)
      : pool_(pool), ids_(ids), vault_(vault) {}

  absl::StatusOr<Campaign> Get(const std::string& tenant, const std::string& reference,
                               const organisation::Visibility& visibility) override;
  absl::StatusOr<CampaignPage> List(const std::string& tenant,
                                    const organisation::Visibility& visibility,
                                    v1::CampaignState state, const std::string& after,
                                    int limit) override;
  absl::StatusOr<CampaignReportPage> ListReports(const std::string& tenant,
                                                 const std::string& reference,
                                                 const organisation::Visibility& visibility,
                                                 const std::string& after, int limit) override;
  absl::StatusOr<Campaign> Answer(const std::string& tenant, const std::string& reference,
                                  const organisation::Visibility& visibility,
                                  const std::string& request_id, CampaignAnswer answer,
                                  const std::string& etag, const audit::Record& trace) override;
  absl::StatusOr<Campaign> End(const std::string& tenant, const std::string& reference,
                               const organisation::Visibility& visibility, absl::Time now,
                               const std::string& etag, const audit::Record& trace) override;
  absl::StatusOr<std::optional<CampaignAnswer>> AnswerOf(const std::string& tenant,
                                                         const std::string& report_id) override;

 private:
  pg::Pool& pool_;
  IdSource& ids_;
  secrecy::Vault& vault_;
};

}  // namespace avvik::intake
