// Everything that can go wrong with attachments, each once.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace avvik::intake::error {

// FAILED_PRECONDITION: this installation has no scanner, so it takes no files.
absl::Status AttachmentsOff();
// NOT_FOUND: the report has no such attachment.
absl::Status AttachmentNotFound(const std::string& id);
// FAILED_PRECONDITION: the search for malware is not done yet.
absl::Status AttachmentQuarantined();
// FAILED_PRECONDITION: it was refused; its content is gone.
absl::Status AttachmentRefused();
// RESOURCE_EXHAUSTED: the report has as many files as it may.
absl::Status TooManyAttachments(int most);
// RESOURCE_EXHAUSTED: the report's files are as large as they may be together.
absl::Status AttachmentsTooLarge(int64_t most);
// RESOURCE_EXHAUSTED: one person's reports have as many files as they may have together, or as large ones.
absl::Status TooManyFilesOfPerson(int64_t most);
absl::Status FilesOfPersonTooLarge(int64_t most);
// RESOURCE_EXHAUSTED: those without an account sent as much within a day as they may together.
absl::Status NoRoomWithoutAccount();
// RESOURCE_EXHAUSTED: this installation keeps as many bytes of files as it may.
absl::Status NoRoomForFiles();
// RESOURCE_EXHAUSTED: too many files come in or go out at once.
absl::Status TooManyTransfers();
// INVALID_ARGUMENT: the name is not one.
absl::Status BadFilename(const std::string& why);
// INVALID_ARGUMENT: the file is larger than one may be.
absl::Status AttachmentTooLarge(int64_t most);
// INVALID_ARGUMENT: the file is empty.
absl::Status AttachmentEmpty();
// INVALID_ARGUMENT: a program, a script or a page that can run one.
absl::Status ActiveContent();
// INVALID_ARGUMENT: not one of the types that are taken.
absl::Status TypeNotTaken(const std::string& taken);
// INVALID_ARGUMENT: an image of a kind that Avvik cannot clean of what tells of its reporter.
absl::Status CannotRemoveMetadata(const std::string& media_type);
// INVALID_ARGUMENT: not the image it says to be.
absl::Status DamagedImage(const std::string& media_type, const std::string& why);
// INVALID_ARGUMENT: a transfer needs a deadline of at most that many minutes.
absl::Status NeedsDeadline(int64_t minutes);
// FAILED_PRECONDITION: the leave to send a file is none, has expired, or a file has come by it already.
absl::Status BadUploadTicket();
// ABORTED: the file ended before its end.
absl::Status UploadBrokenOff();

}  // namespace avvik::intake::error
