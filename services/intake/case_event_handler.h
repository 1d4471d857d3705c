// Hears triage: when a case is erased, its report is.
#pragma once

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

  // Destroys the report's key, empties what it sealed, and leaves certificate and audit record. A report
  // erased before is left alone.
  absl::Status Apply(pg::Transaction& transaction, const events::v1::StoredEvent& stored) override;

 private:
  secrecy::Vault& vault_;
  IdSource& ids_;
  const Clock& clock_;
};

}  // namespace avvik::intake
