#include "services/triage/case_links_service.h"

#include <utility>

#include "common/paging/page_token.h"
#include "common/rpc/handle.h"
#include "common/rpc/time.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/triage/case_proto.h"
#include "services/triage/errors.h"
#include "services/triage/out_of_reach.h"

namespace avvik::triage {
namespace {

std::vector<std::string> Members(const google::protobuf::RepeatedPtrField<std::string>& ids) {
  return {ids.begin(), ids.end()};
}

std::vector<std::string> With(std::string first, std::vector<std::string> others) {
  others.insert(others.begin(), std::move(first));
  return others;
}

}  // namespace

absl::Status CaseLinksService::Answer(rpc::Call& call, const absl::StatusOr<Case>& changed,
                                      const std::vector<std::string>& references,
                                      v1::Case* response) {
  if (status::ReasonOf(changed.status()) == status::ReasonOf(error::CaseNotFound(""))) {
    for (const std::string& reference : references) {
      const absl::Status told =
          OutOfReachOr(environment_, call, cases_, reference, changed.status());
      if (absl::IsPermissionDenied(told) &&
          !cases_.Get(call.tenant(), reference, call.visibility()).ok()) {
        return told;
      }
    }
    return changed.status();
  }
  AVVIK_RETURN_IF_ERROR(changed.status());
  publisher_.Wake();
  *response = triage::ToProto(*changed, call.organisation().get());
  return absl::OkStatus();
}

grpc::Status CaseLinksService::LinkReport(grpc::ServerContext* context,
                                          const v1::LinkReportRequest* request,
                                          v1::Case* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("cases/" + request->case_id());
    const auto changed =
        links_.Link(call.tenant(), request->case_id(), request->report_id(), call.visibility(),
                    call.Trace("cases/" + request->case_id()), call.now());
    return Answer(call, changed, {request->case_id()}, response);
  });
}

absl::StatusOr<Case> CaseLinksService::Unlink(rpc::Call& call,
                                              const v1::UnlinkReportRequest& request) {
  const auto organisation = call.organisation();
  if (organisation == nullptr) return error::NoOrganisation(call.tenant());
  const Visibility& visibility = call.visibility();
  const audit::Record trace = call.Trace("cases/" + request.case_id());
  AVVIK_ASSIGN_OR_RETURN(
      const std::optional<std::string> linked,
      links_.FindLinked(call.tenant(), request.case_id(), request.report_id(), visibility));
  if (!linked.has_value()) {
    // A report's case has its number.
    return links_.UngroupReport(call.tenant(), request.case_id(), request.report_id(), visibility,
                                trace, call.now());
  }
  // Intake is asked before the transaction begins.
  AVVIK_ASSIGN_OR_RETURN(const auto titles, titles_.Fetch(call.tenant(), {*linked}));
  const auto title = titles.find(*linked);
  if (title == titles.end()) return error::ReportUnknown(*linked);
  return links_.Unlink(call.tenant(), request.case_id(), *linked, visibility, trace, call.now(),
                       [&](const intake::v1::ReportSubmitted& submitted) {
                         return OpenRouted(FromProto(submitted, title->second.title), call.tenant(),
                                           ids_.Next(), rules_, *organisation, call.now());
                       });
}

grpc::Status CaseLinksService::UnlinkReport(grpc::ServerContext* context,
                                            const v1::UnlinkReportRequest* request,
                                            v1::Case* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("cases/" + request->case_id());
    return Answer(call, Unlink(call, *request), {request->case_id()}, response);
  });
}

grpc::Status CaseLinksService::ListLinkedReports(grpc::ServerContext* context,
                                                 const v1::ListLinkedReportsRequest* request,
                                                 v1::ListLinkedReportsResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("cases/" + request->case_id());
    AVVIK_ASSIGN_OR_RETURN(const std::string after, paging::KeyOf(*request));
    AVVIK_ASSIGN_OR_RETURN(const LinkedReportPage page,
                           links_.List(call.tenant(), request->case_id(), call.visibility(), after,
                                       paging::SizeOf(request->page_size())));
    for (const LinkedReport& report : page.reports) {
      v1::LinkedReport* entry = response->add_reports();
      entry->set_report_id(report.report_id);
      entry->set_number(report.number);
      *entry->mutable_link_time() = rpc::ToProtoTime(report.linked);
      entry->set_similarity(report.similarity);
      entry->set_withdrawn(report.withdrawn);
    }
    if (page.more) {
      response->set_next_page_token(paging::MakeToken(*request, page.reports.back().report_id));
    }
    call.Shows(*response);
    return absl::OkStatus();
  });
}

grpc::Status CaseLinksService::GroupCases(grpc::ServerContext* context,
                                          const v1::GroupCasesRequest* request,
                                          v1::Case* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("cases/" + request->case_id());
    const std::vector<std::string> members = Members(request->member_case_ids());
    const auto changed =
        links_.Group(call.tenant(), request->case_id(), members, call.visibility(),
                     call.Trace("cases/" + request->case_id()), call.now());
    return Answer(call, changed, With(request->case_id(), members), response);
  });
}

grpc::Status CaseLinksService::UngroupCases(grpc::ServerContext* context,
                                            const v1::UngroupCasesRequest* request,
                                            v1::Case* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("cases/" + request->case_id());
    const std::vector<std::string> members = Members(request->member_case_ids());
    const auto changed =
        links_.Ungroup(call.tenant(), request->case_id(), members, call.visibility(),
                       call.Trace("cases/" + request->case_id()), call.now());
    return Answer(call, changed, With(request->case_id(), members), response);
  });
}

}  // namespace avvik::triage
