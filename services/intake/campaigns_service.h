// The gRPC face of campaigns: each method validates, converts, acts and answers.
#pragma once

#include "avvik/intake/v1/campaigns.grpc.pb.h"
#include "common/events/publisher.h"
#include "common/ids/id_source.h"
#include "common/rpc/environment.h"
#include "services/intake/campaign_store.h"
#include "services/intake/report_store.h"

namespace avvik::intake {

// Thread-safe.
class CampaignsService final : public v1::Campaigns::Service {
 public:
  // All of them must outlive the service.
  CampaignsService(rpc::Environment& environment, CampaignStore& campaigns, ReportStore& reports,
                   events::Publisher& publisher, IdSource& ids)
      : environment_(environment),
        campaigns_(campaigns),
        reports_(reports),
        publisher_(publisher),
        ids_(ids) {}

  grpc::Status GetCampaign(grpc::ServerContext* context, const v1::GetCampaignRequest* request,
                           v1::Campaign* response) override;
  grpc::Status ListCampaigns(grpc::ServerContext* context, const v1::ListCampaignsRequest* request,
                             v1::ListCampaignsResponse* response) override;
  grpc::Status ListCampaignReports(grpc::ServerContext* context,
                                   const v1::ListCampaignReportsRequest* request,
                                   v1::ListCampaignReportsResponse* response) override;
  grpc::Status AnswerCampaign(grpc::ServerContext* context,
                              const v1::AnswerCampaignRequest* request,
                              v1::Campaign* response) override;
  grpc::Status CloseCampaign(grpc::ServerContext* context, const v1::CloseCampaignRequest* request,
                             v1::Campaign* response) override;
  grpc::Status GetReportAnswer(grpc::ServerContext* context,
                               const v1::GetReportAnswerRequest* request,
                               v1::CampaignAnswer* response) override;

 private:
  rpc::Environment& environment_;
  CampaignStore& campaigns_;
  ReportStore& reports_;
  events::Publisher& publisher_;
  IdSource& ids_;
};

}  // namespace avvik::intake
