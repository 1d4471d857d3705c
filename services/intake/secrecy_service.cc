#include "services/intake/secrecy_service.h"

#include "common/rpc/handle.h"
#include "common/status/macros.h"
#include "services/intake/visibility.h"

namespace avvik::intake {

grpc::Status SecrecyService::RevealReporter(grpc::ServerContext* context,
                                            const v1::RevealReporterRequest* request,
                                            v1::RevealReporterResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("reports/" + request->report_id());
    audit::Record trace = call.Trace("");
    trace.reason = v1::RevealReason_Name(request->reason());
    AVVIK_ASSIGN_OR_RETURN(
        const Report report,
        store_.Reveal(call.tenant(), request->report_id(), VisibilityOf(call), trace));
    v1::Reporter& reporter = *response->mutable_reporter();
    reporter.set_login(report.reporter.login);
    reporter.set_name(report.reporter.name);
    reporter.set_email(report.reporter.email);
    return absl::OkStatus();
  });
}

}  // namespace avvik::intake
