#include "services/intake/visibility.h"

#include "common/status/macros.h"
#include "services/intake/sealed_report.h"

namespace avvik::intake {

Visibility VisibilityOf(const rpc::Call& call) {
  return {.cases = call.visibility(), .login = call.caller().login};
}

Visibility ReportersOwn(const rpc::Call& call) {
  Visibility visibility = VisibilityOf(call);
  visibility.cases.keys.clear();
  return visibility;
}

Visibility OwnReportsOnly(const rpc::Call& call) {
  return {.cases = {}, .login = call.caller().login};
}

Visibility ByReceipt() { return {.cases = organisation::EverythingVisible(), .login = ""}; }

View ViewOf(const rpc::Call& call, const Report& report) {
  const std::string& login = call.caller().login;
  return !login.empty() && report.reporter.login == login ? View::kReporter : View::kHandler;
}

void SetSubject(rpc::Call& call, const Report& report) {
  call.set_subject("reports/" + report.id);
  call.set_actor(ActorOn(report, call.caller().login));
}

absl::StatusOr<Report> ReadReport(rpc::Call& call, ReportStore& reports, const std::string& reference,
                                  const Visibility& visibility) {
  AVVIK_ASSIGN_OR_RETURN(Report report, reports.Get(call.tenant(), reference, visibility));
  SetSubject(call, report);
  return report;
}

}  // namespace avvik::intake
