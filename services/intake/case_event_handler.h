// Hears triage: who may see a report follows its case, and when a case is erased, its reports are; what
// else is told of cases is the campaigns'.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "avvik/triage/v1/triage_events.pb.h"
#include "common/clock/clock.h"
#include "common/events/consumer.h"
#include "common/ids/id_source.h"
#include "common/secrecy/vault.h"
#include "services/intake/campaign_event_handler.h"

namespace avvik::intake {

// Thread-safe: parked events may be replayed while the consumer works.
class CaseEventHandler final : public events::EventHandler {
 public:
  // All of them must outlive the handler.
  // `wake` is called when there is something to tell.
  CaseEventHandler(secrecy::Vault& vault, CampaignEventHandler& campaigns, IdSource& ids,
                   const Clock& clock, std::function<void()> wake)
      : vault_(vault), campaigns_(campaigns), ids_(ids), clock_(clock), wake_(std::move(wake)) {}

  // Writes who may see the reports of the case that the event tells of: that which opened it and
  // those linked to it. When the case was erased, destroys for each of them its key, empties what
  // it sealed, and leaves certificate and audit record; a report erased before is left alone. What
  // a campaign answered goes with its case. DATA_LOSS when the event cannot be read.
  absl::Status Apply(pg::Transaction& transaction, const events::v1::StoredEvent& stored) override;
  void Committed() override { wake_(); }

 private:
  absl::Status EraseReports(pg::Transaction& transaction, const events::v1::Event& event,
                            const triage::v1::CaseErased& told);
  // `with_it` says in the certificate what else was erased.
  absl::Status EraseReport(pg::Transaction& transaction, const events::v1::Event& event,
                           const triage::v1::CaseErased& told, const std::string& report_id,
                           const std::vector<std::string>& with_it);

  secrecy::Vault& vault_;
  CampaignEventHandler& campaigns_;
  IdSource& ids_;
  const Clock& clock_;
  const std::function<void()> wake_;
};

}  // namespace avvik::intake
