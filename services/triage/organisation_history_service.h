// What the organisation does with a case, and its versions: each method validates, converts, acts and
// answers. Changes nothing.
#pragma once

#include "avvik/triage/v1/organisation_history.grpc.pb.h"
#include "common/rpc/environment.h"
#include "services/triage/classification.h"
#include "services/triage/organisation_store.h"

namespace avvik::triage {

// Thread-safe.
class OrganisationHistoryService final : public v1::OrganisationHistory::Service {
 public:
  // All of them must outlive the service.
  OrganisationHistoryService(rpc::Environment& environment, OrganisationStore& organisations,
                             const ClassificationRules& rules)
      : environment_(environment), organisations_(organisations), rules_(rules) {}

  grpc::Status ExplainOrganisation(grpc::ServerContext* context,
                                   const v1::ExplainOrganisationRequest* request,
                                   v1::ExplainOrganisationResponse* response) override;
  grpc::Status ListOrganisationVersions(grpc::ServerContext* context,
                                        const v1::ListOrganisationVersionsRequest* request,
                                        v1::ListOrganisationVersionsResponse* response) override;
  grpc::Status GetOrganisationVersion(grpc::ServerContext* context,
                                      const v1::GetOrganisationVersionRequest* request,
                                      v1::OrganisationVersion* response) override;

 private:
  rpc::Environment& environment_;
  OrganisationStore& organisations_;
  const ClassificationRules& rules_;
};

}  // namespace avvik::triage
