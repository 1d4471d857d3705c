// Hears escalation: lists of cases are ordered by when something is due.
#pragma once

#include "common/events/consumer.h"

namespace avvik::triage {

// Thread-safe.
class DutyEventHandler final : public events::EventHandler {
 public:
  // DATA_LOSS when the event is not what its type says.
  absl::Status Apply(pg::Transaction& transaction, const events::v1::StoredEvent& stored) override;
};

}  // namespace avvik::triage
