// Who may see reports: whoever may see their cases. Kept beside the reports, so that reading one
// asks nobody.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "avvik/triage/v1/triage_events.pb.h"
#include "common/pg/pool.h"

namespace avvik::intake {

// The report that opened the case is seen as the case is now, and so are those linked to it.
absl::Status PutAccess(pg::Transaction& transaction, const std::string& tenant,
                       const triage::v1::CaseFacts& facts);

// From now on the report is seen as the case is; nothing changes for one that has a case of its
// own.
absl::Status LinkAccess(pg::Transaction& transaction, const std::string& tenant,
                        const std::string& case_id, const std::string& report_id);

// The report is seen by itself again, until it has a case of its own.
absl::Status UnlinkAccess(pg::Transaction& transaction, const std::string& tenant,
                          const std::string& case_id, const std::string& report_id);

}  // namespace avvik::intake
