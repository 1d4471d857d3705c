#include "services/intake/attachment_receiver.h"

#include <utility>

#include "common/log/log.h"
#include "common/status/macros.h"
#include "services/intake/attachment_pipeline.h"

namespace avvik::intake {

absl::StatusOr<Attachment> AttachmentReceiver::Receive(const Report& report,
                                                       const Announced& announced,
                                                       audit::Record trace, const Next& next) {
  AVVIK_RETURN_IF_ERROR(TakesAttachments(report));
  AVVIK_RETURN_IF_ERROR(CheckFilename(announced.filename));
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key, store_.KeyOf(report.tenant, report.id));
  Attachment attachment;
  attachment.id = announced.id;
  attachment.tenant = report.tenant;
  attachment.report_id = report.id;
  attachment.created = announced.at;
  AVVIK_RETURN_IF_ERROR(store_.Begin(attachment, announced.at + kLongestTransfer));
  absl::Status status = TakeIn(report, announced.filename, next, key, &attachment);
  if (status.ok()) {
    trace.subject = "reports/" + report.id;
    status = store_.Finish(attachment, key, trace);
  }
  if (!status.ok()) {
    // When this fails as well, the file is given up when its time is over.
    if (const absl::Status discarded = store_.Discard(attachment); !discarded.ok()) {
      log::Warning("upload_not_discarded", {{"attachment", attachment.id}, {"error", discarded}});
    }
    return status;
  }
  arrived_();
  return attachment;
}

absl::Status AttachmentReceiver::TakeIn(const Report& report, const std::string& filename,
                                        const Next& next, const secrecy::DataKey& key,
                                        Attachment* attachment) {
  AttachmentPipeline pipeline(filename, HidesItsReporter(report),
                              [&](int index, bool last, std::string_view chunk) {
                                return store_.AddChunk(*attachment, key, index, last, chunk);
                              });
  while (true) {
    AVVIK_ASSIGN_OR_RETURN(const std::optional<std::string> piece, next());
    if (!piece.has_value()) return pipeline.Finish(attachment);
    AVVIK_RETURN_IF_ERROR(pipeline.Add(*piece));
  }
}

}  // namespace avvik::intake
