// Hears triage: every event of a case carries its facts, by which the duties of the case are found,
// changed or ruled out; when a case is erased, what people wrote of its duties is.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/clock/clock.h"
#include "common/events/consumer.h"
#include "common/ids/id_source.h"
#include "common/organisation/directory.h"
#include "common/secrecy/vault.h"
#include "common/regimes/regime_catalogue.h"
#include "services/escalation/case_assessor.h"

namespace avvik::escalation {

// Thread-safe.
class CaseEventHandler final : public events::EventHandler {
 public:
  // `committed` is called after each batch. All of them must outlive the handler.
  CaseEventHandler(organisation::Directory& directory, const regimes::RegimeCatalogue& regimes,
                   secrecy::Vault& vault, IdSource& ids, const Clock& clock,
                   std::function<void()> committed);

  // Gets the organisations that the events were told under. UNAVAILABLE until they can be had.
  absl::Status Prepare(std::span<const events::v1::StoredEvent> batch) override;
  // Other events than those of a case are none of its business. INVALID_ARGUMENT (INVALID_EVENT)
  // for a case without id or time of awareness. A case that was erased gets no duty any more.
  absl::Status Apply(pg::Transaction& transaction, const events::v1::StoredEvent& stored) override;
  void Committed() override { committed_(); }

 private:
  organisation::Directory& directory_;
  secrecy::Vault& vault_;
  IdSource& ids_;
  const Clock& clock_;
  const std::function<void()> committed_;
  CaseAssessor assessor_;
};

}  // namespace avvik::escalation
