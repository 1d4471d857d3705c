// What this installation is set up with: roles, and the rules by which reports are classified and joined.
#pragma once

#include "avvik/triage/v1/catalogues.grpc.pb.h"
#include "common/campaigns/campaign_rules.h"
#include "common/organisation/rights.h"
#include "common/rpc/environment.h"
#include "services/triage/classification.h"

namespace avvik::triage {

// Thread-safe.
class CataloguesService final : public v1::Catalogues::Service {
 public:
  // All of them must outlive the service. `roles` is what the environment decides by.
  CataloguesService(rpc::Environment& environment, const organisation::RoleCatalogue& roles,
                    const ClassificationRules& rules, const campaigns::CampaignRules& campaigns)
      : environment_(environment), roles_(roles), rules_(rules), campaigns_(campaigns) {}

  grpc::Status ListRoles(grpc::ServerContext* context, const v1::ListRolesRequest* request,
                         v1::ListRolesResponse* response) override;
  grpc::Status GetClassificationRules(grpc::ServerContext* context,
                                      const v1::GetClassificationRulesRequest* request,
                                      v1::GetClassificationRulesResponse* response) override;

 private:
  rpc::Environment& environment_;
  const organisation::RoleCatalogue& roles_;
  const ClassificationRules& rules_;
  const campaigns::CampaignRules& campaigns_;
};

}  // namespace avvik::triage
