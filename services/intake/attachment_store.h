// Where attachments are kept: sealed, in chunks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/secrecy/data_key.h"
#include "services/intake/attachment.h"

namespace avvik::intake {

// What the search for malware said.
struct Verdict {
  v1::AttachmentRefusal refusal = v1::ATTACHMENT_REFUSAL_UNSPECIFIED;  // Unspecified: clean.
  std::string signature;                                              // What was found.
};

// A file taken from quarantine to be scanned; its name and digest stay sealed.
struct ClaimedAttachment {
  Attachment attachment;
  int scans = 0;  // How often it was taken, this time included.
};

// Thread-safe. All methods: UNAVAILABLE when the database cannot be reached.
class AttachmentStore {
 public:
  virtual ~AttachmentStore() = default;

  // The key of a report; NOT_FOUND when it was erased.
  virtual absl::StatusOr<secrecy::DataKey> KeyOf(const std::string& tenant,
                                                 const std::string& report_id) = 0;

  // Begins a file: it belongs to nobody's view until Finish, and is given up after `until`.
  // RESOURCE_EXHAUSTED when the report has as many as it may; FAILED_PRECONDITION (UPLOAD_TICKET) when a file
  // with this id is there already.
  virtual absl::Status Begin(const Attachment& attachment, absl::Time until) = 0;
  // Keeps a chunk of a file that comes in. NOT_FOUND when it was given up.
  virtual absl::Status AddChunk(const Attachment& attachment, const secrecy::DataKey& key, int index,
                                bool last, std::string_view chunk) = 0;
  // Ends a file: it is in quarantine from then on, and due to be scanned. NOT_FOUND when it was given up;
  // RESOURCE_EXHAUSTED and FAILED_PRECONDITION when the report takes it no longer.
  virtual absl::Status Finish(const Attachment& attachment, const secrecy::DataKey& key,
                              const audit::Record& trace) = 0;
  // Removes a file that did not come in whole.
  virtual absl::Status Discard(const Attachment& attachment) = 0;

  // All of a report's files, oldest first.
  virtual absl::StatusOr<std::vector<Attachment>> List(const std::string& tenant,
                                                       const std::string& report_id) = 0;
  // One of them. NOT_FOUND.
  virtual absl::StatusOr<Attachment> Get(const std::string& tenant, const std::string& report_id,
                                         const std::string& attachment_id) = 0;
  // A chunk, by its place from 0. NOT_FOUND when it is gone, DATA_LOSS when it is not what was kept there.
  virtual absl::StatusOr<std::string> Chunk(const Attachment& attachment,
                                            const secrecy::DataKey& key, int index) = 0;
  // Removes a file of a report that takes files. NOT_FOUND, FAILED_PRECONDITION.
  virtual absl::Status Delete(const Attachment& attachment, const audit::Record& trace) = 0;

  // Takes the file in quarantine that is due longest, and makes it due again at `retry`, in case this process
  // ends without a word. Nothing when none is due.
  virtual absl::StatusOr<std::optional<ClaimedAttachment>> ClaimForScan(absl::Time now,
                                                                        absl::Time retry) = 0;
  // Makes it due at another time.
  virtual absl::Status Postpone(const Attachment& attachment, absl::Time until) = 0;
  // Ends the quarantine: with a clean verdict the file can be read, otherwise its content is removed. Told
  // to the other services. Nothing happens when it is no longer in quarantine.
  virtual absl::Status Settle(const Attachment& attachment, const Verdict& verdict, absl::Time now) = 0;
  // Removes the files that were given up; answers how many.
  virtual absl::StatusOr<int64_t> Sweep(absl::Time now) = 0;
  // How many files wait in quarantine.
  virtual absl::StatusOr<int64_t> Waiting() = 0;
};

}  // namespace avvik::intake
