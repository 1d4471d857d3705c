// What became of reports: how far their cases have come, which is known here, and what came of them in words, which
// triage keeps.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/pg/pool.h"
#include "common/rpc/peer.h"
#include "services/intake/report_status.h"

namespace avvik::intake {

// Thread-safe.
class ReportStatuses {
 public:
  // All of them must outlive it.
  ReportStatuses(pg::Pool& pool, rpc::Peer& triage, const Clock& clock)
      : pool_(pool), triage_(triage), clock_(clock) {}

  // With the words, if there are any and triage gives them; it says in any case that there are.
  absl::StatusOr<v1::ReportStatus> Of(const Report& report);

  // Each in its place, without the words.
  absl::StatusOr<std::vector<v1::ReportStatus>> OfAll(const std::string& tenant,
                                                      const std::vector<Report>& reports);

 private:
  // What was written for the reporters of a case. Empty when nothing was; UNAVAILABLE when triage does not say.
  absl::StatusOr<std::string> WordsFor(const std::string& tenant, const std::string& case_id);

  pg::Pool& pool_;
  rpc::Peer& triage_;
  const Clock& clock_;
};

}  // namespace avvik::intake
