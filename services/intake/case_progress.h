// How far cases have come, kept beside the reports so that saying so asks nobody.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "avvik/triage/v1/triage_events.pb.h"
#include "common/pg/pool.h"
#include "services/intake/report_status.h"

namespace avvik::intake {

// What a case's facts are in its reporters' words.
v1::ReportProgress ProgressOf(const triage::v1::CaseFacts& facts);

// Keeps what triage told of a case at `now`.
absl::Status PutProgress(pg::Transaction& transaction, const std::string& tenant,
                         const triage::v1::CaseFacts& facts, absl::Time now);

// What is known of the cases of these reports, by report. UNAVAILABLE when the database cannot be reached.
absl::StatusOr<std::map<std::string, KnownProgress>> FindProgress(
    pg::Pool& pool, const std::string& tenant, const std::vector<std::string>& report_ids);

}  // namespace avvik::intake
