// Hears of triage what belongs together: it becomes a campaign here, the reports linked to a case
// are seen by whoever sees the case, and whoever joins a campaign that was answered is answered
// too.
#pragma once

#include <string>
#include <vector>

#include "avvik/events/v1/event.pb.h"
#include "avvik/triage/v1/triage_events.pb.h"
#include "common/clock/clock.h"
#include "common/ids/id_source.h"
#include "common/pg/pool.h"
#include "services/intake/campaign.h"

namespace avvik::intake {

// Thread-safe.
class CampaignEventHandler {
 public:
  // Both must outlive the handler.
  CampaignEventHandler(IdSource& ids, const Clock& clock) : ids_(ids), clock_(clock) {}

  // `facts` are those of the case that the event tells of.
  absl::Status Apply(pg::Transaction& transaction, const events::v1::Event& event,
                     const triage::v1::CaseFacts& facts);

 private:
  // The campaign of a case with the case's present facts, locked; made with the report that opened the
  // case when there is none.
  absl::StatusOr<Campaign> CampaignOf(pg::Transaction& transaction, const std::string& tenant,
                                      const triage::v1::CaseFacts& facts);
  absl::Status Join(pg::Transaction& transaction, const events::v1::Event& event,
                    const triage::v1::CaseReportLinked& linked);
  absl::Status Leave(pg::Transaction& transaction, const events::v1::Event& event,
                     const triage::v1::CaseReportUnlinked& unlinked);
  absl::Status Group(pg::Transaction& transaction, const events::v1::Event& event,
                     const triage::v1::CaseFacts& facts, const triage::v1::CaseFacts& leader);
  absl::Status Change(pg::Transaction& transaction, const events::v1::Event& event,
                      const triage::v1::CaseFacts& facts);
  // Tells that reports belong to a campaign that was answered, by itself or by its leader.
  absl::Status TellAnswer(pg::Transaction& transaction, const events::v1::Event& cause,
                          Campaign campaign, const std::vector<std::string>& reports);

  IdSource& ids_;
  const Clock& clock_;
};

}  // namespace avvik::intake
