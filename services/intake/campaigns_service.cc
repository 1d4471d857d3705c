#include "services/intake/campaigns_service.h"

#include "common/paging/page_token.h"
#include "common/rpc/handle.h"
#include "common/rpc/time.h"
#include "common/status/macros.h"
#include "services/intake/campaign_proto.h"
#include "services/intake/errors.h"
#include "services/intake/visibility.h"

namespace avvik::intake {

grpc::Status CampaignsService::GetCampaign(grpc::ServerContext* context,
                                           const v1::GetCampaignRequest* request,
                                           v1::Campaign* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("campaigns/" + request->campaign_id());
    AVVIK_ASSIGN_OR_RETURN(
        const Campaign campaign,
        campaigns_.Get(call.tenant(), request->campaign_id(), call.visibility()));
    call.set_subject("campaigns/" + campaign.id);
    *response = ToProto(campaign);
    return absl::OkStatus();
  });
}

grpc::Status CampaignsService::ListCampaigns(grpc::ServerContext* context,
                                             const v1::ListCampaignsRequest* request,
                                             v1::ListCampaignsResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const std::string after, paging::KeyOf(*request));
    AVVIK_ASSIGN_OR_RETURN(const CampaignPage page,
                           campaigns_.List(call.tenant(), call.visibility(), request->state(),
                                           after, paging::SizeOf(request->page_size())));
    for (const Campaign& campaign : page.campaigns) {
      *response->add_campaigns() = ToProto(campaign);
    }
    if (page.more) {
      response->set_next_page_token(paging::MakeToken(*request, page.campaigns.back().id));
    }
    call.Shows(*response);
    return absl::OkStatus();
  });
}

grpc::Status CampaignsService::ListCampaignReports(grpc::ServerContext* context,
                                                   const v1::ListCampaignReportsRequest* request,
                                                   v1::ListCampaignReportsResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("campaigns/" + request->campaign_id());
    AVVIK_ASSIGN_OR_RETURN(const std::string after, paging::KeyOf(*request));
    AVVIK_ASSIGN_OR_RETURN(
        const CampaignReportPage page,
        campaigns_.ListReports(call.tenant(), request->campaign_id(), call.visibility(), after,
                               paging::SizeOf(request->page_size())));
    for (const CampaignReport& report : page.reports) {
      v1::CampaignReport* entry = response->add_reports();
      entry->set_report_id(report.report_id);
      entry->set_number(report.number);
      entry->set_case_id(report.campaign_id);
      *entry->mutable_join_time() = rpc::ToProtoTime(report.joined);
    }
    if (page.more) {
      response->set_next_page_token(paging::MakeToken(*request, page.reports.back().report_id));
    }
    call.Shows(*response);
    return absl::OkStatus();
  });
}

grpc::Status CampaignsService::AnswerCampaign(grpc::ServerContext* context,
                                              const v1::AnswerCampaignRequest* request,
                                              v1::Campaign* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("campaigns/" + request->campaign_id());
    AVVIK_ASSIGN_OR_RETURN(
        const Campaign campaign,
        campaigns_.Answer(call.tenant(), request->campaign_id(), call.visibility(),
                          request->request_id(),
                          {.id = ids_.Next(), .text = request->text(), .created = call.now()},
                          request->etag(), call.Trace("")));
    publisher_.Wake();
    *response = ToProto(campaign);
    return absl::OkStatus();
  });
}

grpc::Status CampaignsService::CloseCampaign(grpc::ServerContext* context,
                                             const v1::CloseCampaignRequest* request,
                                             v1::Campaign* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("campaigns/" + request->campaign_id());
    AVVIK_ASSIGN_OR_RETURN(const Campaign campaign,
                           campaigns_.End(call.tenant(), request->campaign_id(), call.visibility(),
                                          call.now(), request->etag(), call.Trace("")));
    publisher_.Wake();
    *response = ToProto(campaign);
    return absl::OkStatus();
  });
}

grpc::Status CampaignsService::GetReportAnswer(grpc::ServerContext* context,
                                               const v1::GetReportAnswerRequest* request,
                                               v1::CampaignAnswer* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("reports/" + request->report_id());
    AVVIK_ASSIGN_OR_RETURN(const Report report,
                           ReadReport(call, reports_, request->report_id(), VisibilityOf(call)));
    AVVIK_ASSIGN_OR_RETURN(const auto answer, campaigns_.AnswerOf(call.tenant(), report.id));
    if (!answer.has_value()) return error::NoAnswer(report.number);
    *response = ToProto(*answer);
    return absl::OkStatus();
  });
}

}  // namespace avvik::intake
