// The gRPC face of what belongs together: each method validates, converts, acts and answers.
#pragma once

#include "avvik/triage/v1/case_links.grpc.pb.h"
#include "common/events/publisher.h"
#include "common/ids/id_source.h"
#include "common/rpc/environment.h"
#include "services/triage/case_link_store.h"
#include "services/triage/report_titles.h"

namespace avvik::triage {

// Thread-safe.
class CaseLinksService final : public v1::CaseLinks::Service {
 public:
  // All of them must outlive the service.
  CaseLinksService(rpc::Environment& environment, CaseLinkStore& links, CaseStore& cases,
                   ReportTitles& titles, const ClassificationRules& rules,
                   events::Publisher& publisher, IdSource& ids)
      : environment_(environment),
        links_(links),
        cases_(cases),
        titles_(titles),
        rules_(rules),
        publisher_(publisher),
        ids_(ids) {}

  grpc::Status LinkReport(grpc::ServerContext* context, const v1::LinkReportRequest* request,
                          v1::Case* response) override;
  grpc::Status UnlinkReport(grpc::ServerContext* context, const v1::UnlinkReportRequest* request,
                            v1::Case* response) override;
  grpc::Status ListLinkedReports(grpc::ServerContext* context,
                                 const v1::ListLinkedReportsRequest* request,
                                 v1::ListLinkedReportsResponse* response) override;
  grpc::Status GroupCases(grpc::ServerContext* context, const v1::GroupCasesRequest* request,
                          v1::Case* response) override;
  grpc::Status UngroupCases(grpc::ServerContext* context, const v1::UngroupCasesRequest* request,
                            v1::Case* response) override;

 private:
  // Answers with a changed case. When none was found, `references` are looked at for one that the caller
  // may read but not handle.
  absl::Status Answer(rpc::Call& call, const absl::StatusOr<Case>& changed,
                      const std::vector<std::string>& references, v1::Case* response);
  absl::StatusOr<Case> Unlink(rpc::Call& call, const v1::UnlinkReportRequest& request);

  rpc::Environment& environment_;
  CaseLinkStore& links_;
  CaseStore& cases_;
  ReportTitles& titles_;
  const ClassificationRules& rules_;
  events::Publisher& publisher_;
  IdSource& ids_;
};

}  // namespace avvik::triage
