// Hears triage: every event of a case carries its facts, by which the duties of the case are found,
// changed or ruled out.
#pragma once

#include <functional>

#include "common/clock/clock.h"
#include "common/events/consumer.h"
#include "common/ids/id_source.h"
#include "common/organisation/directory.h"
#include "services/escalation/regime_catalogue.h"

namespace avvik::escalation {

// Thread-safe.
class CaseEventHandler final : public events::EventHandler {
 public:
  // `committed` is called after each batch. All of them must outlive the handler.
  CaseEventHandler(organisation::Directory& directory, const RegimeCatalogue& regimes,
                   IdSource& ids, const Clock& clock, std::function<void()> committed);

  // Gets the organisations that the events were told under. UNAVAILABLE until they can be had.
  absl::Status Prepare(std::span<const events::v1::StoredEvent> batch) override;
  // Other events than those of a case are none of its business. INVALID_ARGUMENT (INVALID_EVENT)
  // for a case without id or time of awareness.
  absl::Status Apply(pg::Transaction& transaction, const events::v1::StoredEvent& stored) override;
  void Committed() override { committed_(); }

 private:
  organisation::Directory& directory_;
  const RegimeCatalogue& regimes_;
  IdSource& ids_;
  const Clock& clock_;
  const std::function<void()> committed_;
};

}  // namespace avvik::escalation
