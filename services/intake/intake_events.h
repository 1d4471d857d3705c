// What intake tells the other services.
#pragma once

#include "avvik/events/v1/event.pb.h"
#include "common/ids/id_source.h"
#include "services/intake/receipt.h"
#include "services/intake/report.h"

namespace avvik::intake {

events::v1::Event SubmittedEvent(IdSource& ids, const Report& report,
                                 const std::string& trace_parent);
events::v1::Event SupplementedEvent(IdSource& ids, const Report& report, absl::Time now,
                                    const std::string& trace_parent);
events::v1::Event WithdrawnEvent(IdSource& ids, const Report& report, absl::Time now,
                                 const std::string& trace_parent);
// `version` is the report's after the change.
events::v1::Event MessageAddedEvent(IdSource& ids, const std::string& tenant,
                                    const std::string& report_id, int64_t version,
                                    const Message& message, const std::string& trace_parent);

}  // namespace avvik::intake
