// Hears intake: a report becomes a case, classified and routed by rule, or joins one of the same thing.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <utility>

#include "avvik/intake/v1/intake_events.pb.h"
#include "common/campaigns/campaign_rules.h"
#include "common/clock/clock.h"
#include "common/events/consumer.h"
#include "common/ids/id_source.h"
#include "common/organisation/directory.h"
#include "common/secrecy/vault.h"
#include "services/triage/case.h"
#include "services/triage/report_titles.h"

namespace avvik::triage {

// Thread-safe: parked events may be replayed while the consumer works.
class ReportEventHandler final : public events::EventHandler {
 public:
  // All of them must outlive the handler. `wake` is called when there is something to tell.
  ReportEventHandler(ReportTitles& titles, secrecy::Vault& vault,
                     organisation::Directory& directory, const ClassificationRules& rules,
                     const campaigns::CampaignRules& campaigns, IdSource& ids, const Clock& clock,
                     std::function<void()> wake)
      : titles_(titles),
        vault_(vault),
        directory_(directory),
        rules_(rules),
        campaigns_(campaigns),
        ids_(ids),
        clock_(clock),
        wake_(std::move(wake)) {}

  // Fetches the texts of new and supplemented reports. UNAVAILABLE when intake is away.
  absl::Status Prepare(std::span<const events::v1::StoredEvent> batch) override;
  // UNAVAILABLE when the tenant's organisation is not known yet: the event is not at fault. A
  // report that has a case already opens no second.
  absl::Status Apply(pg::Transaction& transaction, const events::v1::StoredEvent& stored) override;
  void Committed() override {
    titles_.Clear();
    wake_();
  }

 private:
  absl::Status TakeReport(pg::Transaction& transaction, const events::v1::Event& event);
  absl::Status OpenCase(pg::Transaction& transaction, const events::v1::Event& event,
                        const ReportTold& report, const std::vector<std::string>& words,
                        const organisation::Organisation& organisation);
  // Links the report to the case it is of the same thing as. False when there is none.
  absl::StatusOr<bool> JoinCase(pg::Transaction& transaction, const events::v1::Event& event,
                                const intake::v1::ReportSubmitted& submitted,
                                const ReportTold& report, const std::vector<std::string>& words);
  absl::Status NoteReportChange(pg::Transaction& transaction, const events::v1::Event& event,
                                const std::string& report_id, bool withdrawn);
  absl::Status Tell(pg::Transaction& transaction, const events::v1::Event& cause,
                    std::span<const CaseChange> changes);

  PreparedTitles titles_;
  secrecy::Vault& vault_;
  organisation::Directory& directory_;
  const ClassificationRules& rules_;
  const campaigns::CampaignRules& campaigns_;
  IdSource& ids_;
  const Clock& clock_;
  const std::function<void()> wake_;
};

}  // namespace avvik::triage
