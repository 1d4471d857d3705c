#include "services/intake/report_statuses.h"

#include "avvik/triage/v1/case_outcomes.grpc.pb.h"
#include "common/log/log.h"
#include "common/rpc/status.h"
#include "common/status/macros.h"
#include "services/intake/case_progress.h"

namespace avvik::intake {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(2);

}  // namespace

absl::StatusOr<std::string> ReportStatuses::WordsFor(const std::string& tenant,
                                                     const std::string& case_id) {
  // No trace: of an anonymous reporter nothing goes on, and of others nothing needs to.
  AVVIK_ASSIGN_OR_RETURN(const auto context, triage_.NewContext(tenant, kPatience));
  triage::v1::BatchGetCaseOutcomesRequest request;
  request.set_tenant(tenant);
  request.add_case_ids(case_id);
  triage::v1::BatchGetCaseOutcomesResponse response;
  const auto stub = triage::v1::CaseOutcomes::NewStub(triage_.channel());
  AVVIK_RETURN_IF_ERROR(
      rpc::FromGrpc(stub->BatchGetCaseOutcomes(context.get(), request, &response)));
  return response.outcomes_size() == 0 ? std::string()
                                       : response.outcomes(0).outcome_for_reporter();
}

absl::StatusOr<v1::ReportStatus> ReportStatuses::Of(const Report& report) {
  AVVIK_ASSIGN_OR_RETURN(const auto found, FindProgress(pool_, report.tenant, {report.id}));
  const auto known = found.find(report.id);
  if (known == found.end()) return StatusOf(report, {}, clock_.Now());
  v1::ReportStatus status = StatusOf(report, known->second, clock_.Now());
  if (!status.has_outcome()) return status;
  const absl::StatusOr<std::string> words =
      WordsFor(report.tenant, known->second.own->case_id);
  if (words.ok()) {
    status.set_outcome(*words);
  } else {
    log::Warning("outcome_not_given", {{"error", words.status()}});
  }
  return status;
}

absl::StatusOr<std::vector<v1::ReportStatus>> ReportStatuses::OfAll(
    const std::string& tenant, const std::vector<Report>& reports) {
  std::vector<std::string> ids;
  for (const Report& report : reports) ids.push_back(report.id);
  AVVIK_ASSIGN_OR_RETURN(const auto found, FindProgress(pool_, tenant, ids));
  std::vector<v1::ReportStatus> statuses;
  for (const Report& report : reports) {
    const auto known = found.find(report.id);
    statuses.push_back(StatusOf(
        report, known == found.end() ? KnownProgress() : known->second, clock_.Now()));
  }
  return statuses;
}

}  // namespace avvik::intake
