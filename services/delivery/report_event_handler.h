// Hears intake: whoever submits a report is told that it has arrived, of messages about it, and of what a
// campaign has for all who reported the same thing; the owner of the case is told that the reporter has
// written.
#pragma once

#include <functional>

#include "common/events/consumer.h"
#include "common/organisation/directory.h"
#include "services/delivery/notice_writer.h"
#include "services/delivery/reporter_source.h"

namespace avvik::delivery {

// The notice that answers a reporter; nothing when the report has nobody to answer or was brought
// from an older register.
std::optional<NoticeDraft> DraftForReporter(const organisation::Organisation& organisation,
                                            const std::optional<Reporter>& reporter,
                                            TemplateId template_id, const std::string& cause);

class ReportEventHandler final : public events::EventHandler {
 public:
  // All of them must outlive the handler. `committed` is called after each batch.
  ReportEventHandler(NoticeWriter& writer, ReporterSource& reporters,
                     organisation::Directory& directory, std::function<void()> committed)
      : writer_(writer),
        reporters_(reporters),
        directory_(directory),
        committed_(std::move(committed)) {}

  absl::Status Prepare(std::span<const events::v1::StoredEvent> batch) override;
  absl::Status Apply(pg::Transaction& transaction, const events::v1::StoredEvent& event) override;
  void Committed() override { committed_(); }

 private:
  // The notice to the owner of the report's case; nothing when nobody owns one.
  absl::StatusOr<std::optional<NoticeDraft>> DraftForOwner(
      pg::Transaction& transaction, const organisation::Organisation& organisation,
      const std::string& report_id) const;

  NoticeWriter& writer_;
  PreparedReporters reporters_;
  organisation::Directory& directory_;
  const std::function<void()> committed_;
};

}  // namespace avvik::delivery
