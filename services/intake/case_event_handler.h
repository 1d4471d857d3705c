// Hears triage: who may see a report follows its case, and when a case is erased, its report is.
#pragma once

#include "avvik/triage/v1/triage_events.pb.h"
#include "common/clock/clock.h"
#include "common/events/consumer.h"
#include "common/ids/id_source.h"
#include "common/secrecy/vault.h"

namespace avvik::intake {

// Thread-safe: parked events may be replayed while the consumer works.
class CaseEventHandler final : public events::EventHandler {
 public:
  // All of them must outlive the handler.
  CaseEventHandler(secrecy::Vault& vault, IdSource& ids, const Clock& clock)
      : vault_(vault), ids_(ids), clock_(clock) {}

  // Writes who may see the report of the case that the event tells of. Of a case that is erased:
  // destroys the report's key, empties what it sealed, and leaves certificate and audit record; a
  // report erased before is left alone. DATA_LOSS when the event cannot be read.
  absl::Status Apply(pg::Transaction& transaction, const events::v1::StoredEvent& stored) override;

 private:
  absl::Status EraseReport(pg::Transaction& transaction, const events::v1::Event& event,
                           const triage::v1::CaseErased& told);

  secrecy::Vault& vault_;
  IdSource& ids_;
  const Clock& clock_;
};

}  // namespace avvik::intake
