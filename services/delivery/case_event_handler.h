// Hears triage: owners, those drawn in, and reporters are told; and what stands in a case is
// remembered for the events of its duties.
#pragma once

#include <functional>

#include "common/events/consumer.h"
#include "common/organisation/directory.h"
#include "services/delivery/notice_rules.h"
#include "services/delivery/notice_writer.h"
#include "services/delivery/reporter_source.h"

namespace avvik::delivery {

class CaseEventHandler final : public events::EventHandler {
 public:
  // All of them must outlive the handler. `committed` is called after each batch.
  CaseEventHandler(NoticeWriter& writer, ReporterSource& reporters,
                   organisation::Directory& directory, std::function<void()> committed)
      : writer_(writer),
        reporters_(reporters),
        directory_(directory),
        committed_(std::move(committed)) {}

  absl::Status Prepare(std::span<const events::v1::StoredEvent> batch) override;
  absl::Status Apply(pg::Transaction& transaction, const events::v1::StoredEvent& event) override;
  void Committed() override { committed_(); }

 private:
  // The notice for one telling; nothing when there is nobody to send it to.
  absl::StatusOr<std::optional<NoticeDraft>> Draft(const organisation::Organisation& organisation,
                                                   const Telling& telling,
                                                   const triage::v1::CaseFacts& facts) const;

  NoticeWriter& writer_;
  PreparedReporters reporters_;
  organisation::Directory& directory_;
  const std::function<void()> committed_;
};

}  // namespace avvik::delivery
