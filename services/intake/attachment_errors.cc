#include "services/intake/attachment_errors.h"

#include "common/status/error.h"

namespace avvik::intake::error {

using status::Error;

absl::Status AttachmentsOff() {
  return Error(absl::StatusCode::kFailedPrecondition,
               "files are not taken here, because no malware scanner is set up", "ATTACHMENTS_OFF");
}

absl::Status AttachmentNotFound(const std::string& id) {
  return Error(absl::StatusCode::kNotFound, "the report has no attachment " + id,
               "ATTACHMENT_NOT_FOUND", {{"attachment", id}});
}

absl::Status AttachmentQuarantined() {
  return Error(absl::StatusCode::kFailedPrecondition,
               "the file is being checked for malware; try again in a moment",
               "ATTACHMENT_QUARANTINED");
}

absl::Status AttachmentRefused() {
  return Error(absl::StatusCode::kFailedPrecondition, "the file was refused and is gone",
               "ATTACHMENT_REFUSED");
}

absl::Status TooManyAttachments(int most) {
  return Error(absl::StatusCode::kResourceExhausted,
               "a report takes at most " + std::to_string(most) + " files", "TOO_MANY_ATTACHMENTS",
               {{"most", std::to_string(most)}});
}

absl::Status AttachmentsTooLarge(int64_t most) {
  return Error(absl::StatusCode::kResourceExhausted,
               "the files of a report may have at most " + std::to_string(most) + " bytes together",
               "ATTACHMENTS_TOO_LARGE", {{"most", std::to_string(most)}});
}

absl::Status TooManyFilesOfPerson(int64_t most) {
  return Error(absl::StatusCode::kResourceExhausted,
               "your reports may have at most " + std::to_string(most) +
                   " files together; the report is kept. Take files away that are no longer needed, describe the "
                   "file in the report, or ask the information security function how to hand it over",
               "TOO_MANY_FILES_OF_PERSON", {{"most", std::to_string(most)}});
}

absl::Status FilesOfPersonTooLarge(int64_t most) {
  return Error(absl::StatusCode::kResourceExhausted,
               "the files of your reports may have at most " + std::to_string(most) +
                   " bytes together; the report is kept. Take files away that are no longer needed, describe the "
                   "file in the report, or ask the information security function how to hand it over",
               "FILES_OF_PERSON_TOO_LARGE", {{"most", std::to_string(most)}});
}

absl::Status NoRoomWithoutAccount() {
  return Error(absl::StatusCode::kResourceExhausted,
               "more files came without sign-in today than are taken; the report is kept. Describe the file in "
               "it, or send the file tomorrow with the receipt",
               "NO_ROOM_WITHOUT_ACCOUNT");
}

absl::Status NoRoomForFiles() {
  return Error(absl::StatusCode::kResourceExhausted,
               "there is no room for more files at present; the report is kept. Describe the file in it, and send "
               "the file later",
               "NO_ROOM_FOR_FILES");
}

absl::Status TooManyTransfers() {
  return Error(absl::StatusCode::kResourceExhausted,
               "too many files are sent and fetched at once; try again in a moment",
               "TOO_MANY_TRANSFERS");
}

absl::Status BadFilename(const std::string& why) { return status::InvalidField("filename", why); }

absl::Status AttachmentTooLarge(int64_t most) {
  return Error(absl::StatusCode::kInvalidArgument,
               "the file is larger than " + std::to_string(most) + " bytes", "ATTACHMENT_TOO_LARGE",
               {{"most", std::to_string(most)}});
}

absl::Status AttachmentEmpty() {
  return Error(absl::StatusCode::kInvalidArgument, "the file is empty", "ATTACHMENT_EMPTY");
}

absl::Status ActiveContent() {
  return Error(absl::StatusCode::kInvalidArgument,
               "programs, scripts, macros and web pages are not taken; describe the file in the report, or "
               "send a picture of it",
               "ATTACHMENT_ACTIVE");
}

absl::Status TypeNotTaken(const std::string& taken) {
  return Error(absl::StatusCode::kInvalidArgument,
               "files of this kind are not taken; taken are " + taken, "ATTACHMENT_TYPE",
               {{"taken", taken}});
}

absl::Status CannotRemoveMetadata(const std::string& media_type) {
  return Error(absl::StatusCode::kInvalidArgument,
               "an image of type " + media_type +
                   " may tell who took it and where, which cannot be removed from it here; send it as "
                   "JPEG, PNG or WebP",
               "ATTACHMENT_METADATA", {{"media_type", media_type}});
}

absl::Status DamagedImage(const std::string& media_type, const std::string& why) {
  return Error(absl::StatusCode::kInvalidArgument, "the file is not a whole " + media_type + ": " + why,
               "ATTACHMENT_DAMAGED", {{"media_type", media_type}});
}

absl::Status NeedsDeadline(int64_t minutes) {
  return Error(absl::StatusCode::kInvalidArgument,
               "a call that carries a file needs a deadline of at most " + std::to_string(minutes) +
                   " minutes",
               "DEADLINE_NEEDED", {{"minutes", std::to_string(minutes)}});
}

absl::Status BadUploadTicket() {
  return Error(absl::StatusCode::kFailedPrecondition,
               "this leave to send a file was used, or is no longer good; ask for another with the receipt",
               "UPLOAD_TICKET");
}

absl::Status UploadBrokenOff() {
  return Error(absl::StatusCode::kAborted, "the file ended before its end; nothing of it was kept",
               "UPLOAD_BROKEN_OFF");
}

}  // namespace avvik::intake::error
