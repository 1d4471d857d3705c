// The domain of attachments: which files a report takes, and what becomes of them. Values in, decision
// out; no clock, no store.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "avvik/intake/v1/attachments.pb.h"
#include "services/intake/report.h"

namespace avvik::intake {

// Largest file, in bytes. The proto declares the same for HTTP.
inline constexpr int64_t kMaxAttachmentBytes = 25 << 20;
// Most files of a report, and most bytes of them together.
inline constexpr int kMaxAttachments = 20;
inline constexpr int64_t kMaxAttachmentBytesOfReport = 100 << 20;
// How long a file may take to come in or to go out.
inline constexpr absl::Duration kLongestTransfer = absl::Minutes(15);

struct Attachment {
  std::string id;
  std::string tenant;
  std::string report_id;
  std::string filename;  // As it is given back.
  std::string media_type;
  int64_t size = 0;
  int chunks = 0;      // How many pieces it is kept in.
  std::string sha256;  // Of the bytes as kept; hexadecimal.
  bool metadata_removed = false;
  v1::AttachmentState state = v1::ATTACHMENT_STATE_QUARANTINED;
  v1::AttachmentRefusal refusal = v1::ATTACHMENT_REFUSAL_UNSPECIFIED;
  absl::Time created;
};

// What is there already: of a report, or of all reports of one person.
struct AttachmentTotals {
  int64_t count = 0;
  int64_t bytes = 0;
};

// How much is kept altogether. Whatever is refused by it is a file: the report itself is taken.
struct StorageLimits {
  // Of one person, over all their reports.
  int64_t files_of_person = 2000;
  int64_t bytes_of_person = int64_t{2} << 30;
  // Of all without an account together, in one municipality within a day.
  int64_t bytes_without_account = int64_t{2} << 30;
  // Of everybody.
  int64_t bytes_in_all = int64_t{100} << 30;
};
// Within which files without an account are counted.
inline constexpr absl::Duration kDayWithoutAccount = absl::Hours(24);

// Whether a report takes files at all: FAILED_PRECONDITION when it was taken back or erased, and
// for a matter of national security, with the word who handles that.
absl::Status TakesAttachments(const Report& report);

// Whether another file of `bytes` has room beside those that are there; RESOURCE_EXHAUSTED otherwise.
absl::Status HasRoom(const AttachmentTotals& there, int64_t bytes);
// The same beside all files of the person who reports, or who wants no account: what came of all such within
// kDayWithoutAccount; or beside everybody's.
absl::Status HasRoomOfPerson(const AttachmentTotals& there, int64_t bytes, const StorageLimits& limits);
absl::Status HasRoomWithoutAccount(int64_t there, int64_t bytes, const StorageLimits& limits);
absl::Status HasRoomInAll(int64_t there, int64_t bytes, const StorageLimits& limits);

// INVALID_ARGUMENT for a name with a path in it or with characters that make it look like another.
// common/validate has seen to length, control characters and UTF-8.
absl::Status CheckFilename(const std::string& filename);

// Whether everything but the picture must be removed from images of this report: its reporter is not
// named to those who handle it, and a photograph tells who took it, and where.
bool HidesItsReporter(const Report& report);

// FAILED_PRECONDITION unless the file was found clean.
absl::Status MayBeDownloaded(const Attachment& attachment);

// What the state means and what to do, for the reporter, in `language` (`sv`, `da`, otherwise English).
std::string ExplanationOf(const Attachment& attachment, const std::string& language);

}  // namespace avvik::intake
