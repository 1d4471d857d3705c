// What a caller may see, from how far their permission reaches, and as whom.
#pragma once

#include "common/rpc/environment.h"
#include "services/intake/report_proto.h"
#include "services/intake/report_store.h"

namespace avvik::intake {

// Which reports the caller's grant reaches.
Visibility VisibilityOf(const rpc::Call& call);

// For what only the reporter may do: having a part in a report's case does not make it one's own.
Visibility ReportersOwn(const rpc::Call& call);

// What the caller reported and nothing else, whatever they may read besides.
Visibility OwnReportsOnly(const rpc::Call& call);

// For whoever has shown the receipt of a report, which alone says which one.
Visibility ByReceipt();

// As whom the caller looks at a report: as its reporter, or as a handler. An anonymous report has no
// reporter who could be signed in.
View ViewOf(const rpc::Call& call, const Report& report);

// Says what a call was about, for its trace, and not who a confidential reporter is.
void SetSubject(rpc::Call& call, const Report& report);

// The report of a call, with what SetSubject says of it already said. NOT_FOUND when it does not exist or is
// not visible. `reference` is a UUID or a number.
absl::StatusOr<Report> ReadReport(rpc::Call& call, ReportStore& reports, const std::string& reference,
                                  const Visibility& visibility);

}  // namespace avvik::intake
