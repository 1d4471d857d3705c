#include "tests/fuzz/upload_targets.h"

#include <optional>
#include <string>
#include <vector>

#include "services/intake/attachment_pipeline.h"
#include "services/intake/upload_ticket.h"
#include "tests/fuzz/targets.h"

namespace avvik::fuzz {
namespace {

struct Kept {
  intake::Attachment attachment;
  std::string content;
};

// What is kept of a file; nothing when it is refused.
std::optional<Kept> Keep(std::string_view file, size_t piece_bytes, bool hide_reporter) {
  Kept kept;
  bool ended = false;
  intake::AttachmentPipeline pipeline(
      "fil", hide_reporter, [&](int index, bool last, std::string_view chunk) {
        Must(!ended && static_cast<size_t>(index) * intake::kChunkBytes == kept.content.size(),
             "chunks come one after the other");
        ended = last;
        kept.content.append(chunk);
        return absl::OkStatus();
      });
  absl::Status status;
  for (size_t at = 0; status.ok() && at < file.size(); at += piece_bytes) {
    status = pipeline.Add(file.substr(at, piece_bytes));
  }
  if (status.ok()) status = pipeline.Finish(&kept.attachment);
  Must(status.ok() || absl::IsInvalidArgument(status), "it is the file's fault");
  if (!status.ok()) return std::nullopt;
  Must(ended && kept.attachment.size == static_cast<int64_t>(kept.content.size()),
       "what is kept is whole");
  return kept;
}

}  // namespace

void Upload(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto first = static_cast<unsigned char>(bytes[0]);
  bytes.remove_prefix(1);
  const bool hide_reporter = first % 2 != 0;
  const auto kept = Keep(bytes, first / 2 + 1, hide_reporter);
  const auto at_once = Keep(bytes, bytes.size() + 1, hide_reporter);
  Must(kept.has_value() == at_once.has_value(), "how a file is cut decides nothing");
  if (!kept) return;
  Must(kept->content == at_once->content, "and changes nothing");
  Must(kept->attachment.sha256 == at_once->attachment.sha256, "nor its digest");
  if (!kept->attachment.metadata_removed) {
    Must(kept->content == bytes, "what needs no cleaning is kept as it is");
    return;
  }
  Must(hide_reporter, "only the images of those who are hidden are changed");
  const auto again = Keep(kept->content, bytes.size() + 1, true);
  Must(again && again->content == kept->content, "of what is clean nothing more is removed");
}

void UploadTicket(std::string_view bytes) {
  static const intake::UploadTickets tickets(std::vector<intake::UploadTickets::Key>{{7}});
  const absl::Time now = absl::FromUnixSeconds(1'795'000'000);
  if (bytes.empty() || bytes[0] % 2 == 0) {
    const auto opened = tickets.Open("kalix", bytes.substr(bytes.empty() ? 0 : 1), now);
    Must(absl::IsFailedPrecondition(opened.status()), "nobody else makes a ticket");
    return;
  }
  const intake::UploadTicket ticket = {.attachment_id = std::string(36, 'a'),
                                       .report_id = std::string(36, 'r'),
                                       .filename = std::string(bytes),
                                       .expires = now + intake::kUploadTicketLife};
  const auto opened = tickets.Open("kalix", tickets.Seal("kalix", ticket), now);
  Must(opened.ok() && opened->filename == ticket.filename, "a ticket says what was sealed");
}

}  // namespace avvik::fuzz
