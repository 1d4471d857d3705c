#include "services/intake/intake_service.h"

#include <memory>
#include <utility>

#include "common/paging/page_token.h"
#include "common/rpc/handle.h"
#include "common/status/macros.h"
#include "common/validate/validate.h"
#include "services/intake/errors.h"
#include "services/intake/report_proto.h"
#include "services/intake/visibility.h"

namespace avvik::intake {
namespace {

constexpr char kImport[] = "reports.import";
constexpr char kMe[] = "me";

}  // namespace

absl::StatusOr<Draft> IntakeService::AdmitNow(const rpc::Call& call, const Draft& draft) {
  const auto organisation = directory_.Find(call.tenant());
  if (organisation == nullptr) return error::NoOrganisation(call.tenant());
  if (draft.origin.has_value() && !environment_.GrantFor(call, kImport).allowed()) {
    return error::ImportNotAllowed();
  }
  return Admit(draft, *organisation, call.now());
}

grpc::ServerUnaryReactor* IntakeService::SubmitReport(grpc::CallbackServerContext* context,
                                                      const v1::SubmitReportRequest* request,
                                                      v1::Report* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  v1::SubmitReportRequest content = *request;
  validate::ClearOutputOnly(&content);
  absl::StatusOr<rpc::Call> begun =
      environment_.Begin(*context, content, rpc::Environment::Place::kNone);
  if (!begun.ok()) {
    reactor->Finish(environment_.Refuse(content, begun.status()));
    return reactor;
  }
  const auto call = std::make_shared<const rpc::Call>(*std::move(begun));
  auto finish = [this, reactor, call](const absl::Status& status) {
    reactor->Finish(environment_.End(*call, status));
  };
  auto submit = [this, call, response, finish](Draft admitted) {
    const auto organisation = directory_.Find(call->tenant());
    Submission submission;
    submission.report = Submit(std::move(admitted), call->tenant(), ids_.Next(), call->now());
    submission.report.fingerprints = fingerprints_.Of(submission.report);
    submission.year = organisation->LocalYear(call->now());
    submission.trace_parent = call->trace_parent();
    submission.trace = call->Trace("reports/" + submission.report.id);
    committer_.Submit(std::move(submission), [response, finish](absl::StatusOr<Report> stored) {
      if (stored.ok()) *response = ToProto(*stored, View::kReporter);
      finish(stored.status());
    });
  };
  Draft draft = DraftFromProto(content, call->caller());
  absl::StatusOr<Draft> admitted = AdmitNow(*call, draft);
  if (admitted.ok()) {
    submit(*std::move(admitted));
  } else if (MayBeNews(admitted.status())) {
    second_look_.Later(call->tenant(), [this, call, draft = std::move(draft), submit, finish] {
      absl::StatusOr<Draft> again = AdmitNow(*call, draft);
      if (again.ok()) {
        submit(*std::move(again));
      } else {
        finish(again.status());
      }
    });
  } else {
    finish(admitted.status());
  }
  return reactor;
}

grpc::Status IntakeService::GetReport(grpc::ServerContext* context,
                                      const v1::GetReportRequest* request, v1::Report* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("reports/" + request->report_id());
    AVVIK_ASSIGN_OR_RETURN(const Report report,
                           ReadReport(call, store_, request->report_id(), VisibilityOf(call)));
    *response = ToProto(report, ViewOf(call, report));
    return absl::OkStatus();
  });
}

grpc::Status IntakeService::GetReportStatus(grpc::ServerContext* context,
                                            const v1::GetReportStatusRequest* request,
                                            v1::ReportStatus* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("reports/" + request->report_id());
    AVVIK_ASSIGN_OR_RETURN(const Report report,
                           ReadReport(call, store_, request->report_id(), VisibilityOf(call)));
    AVVIK_ASSIGN_OR_RETURN(*response, statuses_.Of(report));
    return absl::OkStatus();
  });
}

grpc::Status IntakeService::ListReports(grpc::ServerContext* context,
                                        const v1::ListReportsRequest* request,
                                        v1::ListReportsResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const std::string after, paging::KeyOf(*request));
    ReportFilter filter;
    filter.register_name = request->register_();
    if (!request->unit().empty()) {
      if (call.organisation() == nullptr) return error::NoOrganisation(call.tenant());
      // A unit that is gone may still have reports.
      filter.units = call.organisation()->Subtree(request->unit());
      if (filter.units.empty()) filter.units = {request->unit()};
    }
    if (!request->reporter().empty() && request->reporter() != kMe) return error::OnlyOwnReporter();
    const bool own = request->reporter() == kMe;
    AVVIK_ASSIGN_OR_RETURN(
        const ReportPage page,
        store_.List(call.tenant(), own ? OwnReportsOnly(call) : VisibilityOf(call), filter, after,
                    paging::SizeOf(request->page_size())));
    for (const Report& report : page.reports) {
      *response->add_reports() = ToProto(report, ViewOf(call, report));
    }
    if (own) {
      AVVIK_ASSIGN_OR_RETURN(std::vector<v1::ReportStatus> statuses,
                             statuses_.OfAll(call.tenant(), page.reports));
      for (size_t i = 0; i < statuses.size(); ++i) {
        *response->mutable_reports(static_cast<int>(i))->mutable_status() = std::move(statuses[i]);
      }
    }
    if (page.more) {
      response->set_next_page_token(paging::MakeToken(*request, page.reports.back().id));
    }
    response->set_total_size(page.total);
    call.Shows(*response);
    return absl::OkStatus();
  });
}

grpc::Status IntakeService::SupplementReport(grpc::ServerContext* context,
                                             const v1::SupplementReportRequest* request,
                                             v1::Report* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(
        const Report report,
        store_.AddSupplement(
            call.tenant(), request->report_id(), ReportersOwn(call), request->request_id(),
            {.id = ids_.Next(), .text = request->text(), .created = call.now()}, call.Trace("")));
    publisher_.Wake();
    *response = ToProto(report, ViewOf(call, report));
    return absl::OkStatus();
  });
}

grpc::Status IntakeService::WithdrawReport(grpc::ServerContext* context,
                                           const v1::WithdrawReportRequest* request,
                                           v1::Report* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(
        const Report report,
        store_.Withdraw(call.tenant(), request->report_id(), ReportersOwn(call), request->reason(),
                        request->etag(), call.now(), call.Trace("")));
    publisher_.Wake();
    *response = ToProto(report, ViewOf(call, report));
    return absl::OkStatus();
  });
}

grpc::Status IntakeService::BatchGetReports(grpc::ServerContext* context,
                                            const v1::BatchGetReportsRequest* request,
                                            v1::BatchGetReportsResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call&) -> absl::Status {
    const std::vector<std::string> ids(request->report_ids().begin(), request->report_ids().end());
    AVVIK_ASSIGN_OR_RETURN(const std::vector<Report> reports,
                           store_.GetMany(request->tenant(), ids));
    for (const Report& report : reports) {
      *response->add_reports() = ToProto(report, View::kService);
      if (request->words() && !report.erased.has_value()) {
        *response->add_words() = WordsOf(report);
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace avvik::intake
