#include "services/triage/report_titles.h"

#include "avvik/intake/v1/intake.grpc.pb.h"
#include "common/rpc/status.h"
#include "common/status/macros.h"
#include "services/triage/errors.h"

namespace avvik::triage {

absl::StatusOr<std::map<std::string, ReportText>> RemoteReportTitles::Fetch(
    const std::string& tenant, const std::vector<std::string>& report_ids) {
  AVVIK_ASSIGN_OR_RETURN(const auto context, intake_.NewContext(tenant, absl::Seconds(5)));
  intake::v1::BatchGetReportsRequest request;
  request.set_tenant(tenant);
  for (const std::string& id : report_ids) request.add_report_ids(id);
  request.set_words(true);
  intake::v1::BatchGetReportsResponse response;
  const auto stub = intake::v1::Intake::NewStub(intake_.channel());
  const absl::Status status =
      rpc::FromGrpc(stub->BatchGetReports(context.get(), request, &response));
  // Anything but a malformed id is not the events' fault.
  if (absl::IsInvalidArgument(status)) return status;
  if (!status.ok()) return error::TitlesUnavailable(status);
  std::map<std::string, ReportText> texts;
  for (const intake::v1::Report& report : response.reports()) {
    texts[report.report_id()].title = report.title();
  }
  for (const intake::v1::ReportWords& told : response.words()) {
    const auto found = texts.find(told.report_id());
    if (found == texts.end()) continue;
    found->second.words.assign(told.words().begin(), told.words().end());
  }
  return texts;
}

absl::Status PreparedTitles::Prepare(
    const std::map<std::string, std::vector<std::string>>& reports_by_tenant) {
  for (const auto& [tenant, report_ids] : reports_by_tenant) {
    AVVIK_ASSIGN_OR_RETURN(auto titles, source_.Fetch(tenant, report_ids));
    std::lock_guard lock(mutex_);
    for (const std::string& report_id : report_ids) {
      const auto found = titles.find(report_id);
      titles_[{tenant, report_id}] = found == titles.end()
                                         ? std::nullopt
                                         : std::optional<ReportText>(std::move(found->second));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<ReportText> PreparedTitles::Find(const std::string& tenant,
                                                const std::string& report_id) const {
  std::lock_guard lock(mutex_);
  const auto found = titles_.find({tenant, report_id});
  if (found == titles_.end()) return error::TitleNotAsked(report_id);
  if (!found->second.has_value()) return error::ReportUnknown(report_id);
  return *found->second;
}

void PreparedTitles::Clear() {
  std::lock_guard lock(mutex_);
  titles_.clear();
}

}  // namespace avvik::triage
