#include "services/triage/report_titles.h"

#include "avvik/intake/v1/intake.grpc.pb.h"
#include "common/rpc/status.h"
#include "common/status/macros.h"

namespace avvik::triage {

absl::StatusOr<std::map<std::string, std::string>> RemoteReportTitles::Fetch(
    const std::string& tenant, const std::vector<std::string>& report_ids) {
  AVVIK_ASSIGN_OR_RETURN(const auto context, intake_.NewContext(tenant, absl::Seconds(5)));
  intake::v1::BatchGetReportsRequest request;
  request.set_tenant(tenant);
  for (const std::string& id : report_ids) request.add_report_ids(id);
  intake::v1::BatchGetReportsResponse response;
  const auto stub = intake::v1::Intake::NewStub(intake_.channel());
  AVVIK_RETURN_IF_ERROR(
      rpc::FromGrpc(stub->BatchGetReports(context.get(), request, &response)));
  std::map<std::string, std::string> titles;
  for (const intake::v1::Report& report : response.reports()) {
    titles[report.report_id()] = report.title();
  }
  return titles;
}

}  // namespace avvik::triage
