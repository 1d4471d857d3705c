// Hears escalation: those whom a step of the ladder calls are told of the stage that comes due or is
// overdue.
#pragma once

#include <functional>

#include "common/events/consumer.h"
#include "common/organisation/directory.h"
#include "services/delivery/notice_writer.h"

namespace avvik::delivery {

class DutyEventHandler final : public events::EventHandler {
 public:
  // All of them must outlive the handler. `committed` is called after each batch.
  DutyEventHandler(NoticeWriter& writer, organisation::Directory& directory,
                   std::function<void()> committed)
      : writer_(writer), directory_(directory), committed_(std::move(committed)) {}

  // Waits (UNAVAILABLE) for the case's own events, which come by another way.
  absl::Status Apply(pg::Transaction& transaction, const events::v1::StoredEvent& event) override;
  void Committed() override { committed_(); }

 private:
  NoticeWriter& writer_;
  organisation::Directory& directory_;
  const std::function<void()> committed_;
};

}  // namespace avvik::delivery
