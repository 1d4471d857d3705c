// Between the domain's report and the API's.
#pragma once

#include "avvik/intake/v1/intake.pb.h"
#include "common/rpc/environment.h"
#include "services/intake/report.h"

namespace avvik::intake {

// The draft in a request that common/validate has passed. The reporter is the caller.
Draft DraftFromProto(const v1::SubmitReportRequest& request, const identity::Caller& caller);

// Who looks at a report.
enum class View {
  kReporter,  // The reporter: everything.
  kHandler,   // A handler: no name on confidential reports.
  kService,   // A service of the suite: the reporter, but neither description nor supplements.
};

v1::Report ToProto(const Report& report, View view);

// The words by which a report is found. It must have its supplements.
v1::ReportWords WordsOf(const Report& report);

}  // namespace avvik::intake
