#include "services/intake/attachment.h"

#include <string_view>

#include "services/intake/attachment_errors.h"
#include "services/intake/errors.h"

namespace avvik::intake {
namespace {

// Characters that turn the direction of writing, so that `gpj.exe` is shown as `exe.jpg`: U+200E, U+200F,
// U+202A–U+202E, U+2066–U+2069.
bool TurnsDirection(std::string_view text) {
  for (size_t at = text.find('\xe2'); at != std::string_view::npos; at = text.find('\xe2', at + 1)) {
    if (at + 2 >= text.size()) return false;
    const auto second = static_cast<unsigned char>(text[at + 1]);
    const auto third = static_cast<unsigned char>(text[at + 2]);
    if (second == 0x80 && (third == 0x8e || third == 0x8f || (third >= 0xaa && third <= 0xae)))
      return true;
    if (second == 0x81 && third >= 0xa6 && third <= 0xa9) return true;
  }
  return false;
}

struct Words {
  const char* sv;
  const char* da;
  const char* en;
};

constexpr Words kQuarantined = {
    "Filen har kommit in och kontrolleras nu för skadlig kod. Ingen kan öppna den innan dess.",
    "Filen er modtaget og bliver nu kontrolleret for skadelig kode. Ingen kan åbne den inden da.",
    "The file has come in and is being checked for malware. Nobody can open it before that."};
constexpr Words kClean = {"Filen är kontrollerad och kan öppnas.",
                          "Filen er kontrolleret og kan åbnes.",
                          "The file has been checked and can be opened."};
constexpr Words kInfected = {
    "Filen innehåller skadlig kod och har tagits bort. Har du öppnat den på din dator: koppla från nätet "
    "och ring IT-supporten.",
    "Filen indeholder skadelig kode og er slettet. Har du åbnet den på din computer: afbryd netværket og "
    "ring til IT-support.",
    "The file contains malware and was removed. If you opened it on your computer: disconnect it from the "
    "network and call IT support."};
constexpr Words kNotScannable = {
    "Filen kan inte kontrolleras, till exempel för att den är krypterad, och har tagits bort. Lämna den "
    "utan lösenord, eller beskriv innehållet i rapporten.",
    "Filen kan ikke kontrolleres, for eksempel fordi den er krypteret, og er slettet. Aflever den uden "
    "adgangskode, eller beskriv indholdet i anmeldelsen.",
    "The file cannot be checked, for example because it is encrypted, and was removed. Hand it in without "
    "a password, or describe it in the report."};
constexpr Words kDamaged = {"Filen har skadats och har tagits bort. Lämna den en gång till.",
                            "Filen er blevet beskadiget og er slettet. Aflever den igen.",
                            "The file was damaged and was removed. Please hand it in again."};

const Words& WordsOf(const Attachment& attachment) {
  if (attachment.state == v1::ATTACHMENT_STATE_CLEAN) return kClean;
  if (attachment.state != v1::ATTACHMENT_STATE_REFUSED) return kQuarantined;
  switch (attachment.refusal) {
    case v1::ATTACHMENT_REFUSAL_INFECTED:
      return kInfected;
    case v1::ATTACHMENT_REFUSAL_NOT_SCANNABLE:
      return kNotScannable;
    default:
      return kDamaged;
  }
}

}  // namespace

absl::Status TakesAttachments(const Report& report) {
  if (report.erased.has_value()) return error::ReportErased(report.number);
  // Of such a matter not even a picture may be here.
  if (report.content.national_security == type::v1::ANSWER_YES) {
    return error::HandledElsewhere(report.number);
  }
  if (report.state == v1::REPORT_STATE_WITHDRAWN) return error::ReportWithdrawn(report.number);
  return absl::OkStatus();
}

absl::Status HasRoom(const AttachmentTotals& there, int64_t bytes) {
  if (there.count + 1 > kMaxAttachments) return error::TooManyAttachments(kMaxAttachments);
  if (there.bytes + bytes > kMaxAttachmentBytesOfReport) {
    return error::AttachmentsTooLarge(kMaxAttachmentBytesOfReport);
  }
  return absl::OkStatus();
}

absl::Status HasRoomOfPerson(const AttachmentTotals& there, int64_t bytes,
                             const StorageLimits& limits) {
  if (there.count + 1 > limits.files_of_person) return error::TooManyFilesOfPerson(limits.files_of_person);
  if (there.bytes + bytes > limits.bytes_of_person) {
    return error::FilesOfPersonTooLarge(limits.bytes_of_person);
  }
  return absl::OkStatus();
}

absl::Status HasRoomWithoutAccount(int64_t there, int64_t bytes, const StorageLimits& limits) {
  if (there + bytes > limits.bytes_without_account) return error::NoRoomWithoutAccount();
  return absl::OkStatus();
}

absl::Status HasRoomInAll(int64_t there, int64_t bytes, const StorageLimits& limits) {
  if (there + bytes > limits.bytes_in_all) return error::NoRoomForFiles();
  return absl::OkStatus();
}

absl::Status CheckFilename(const std::string& filename) {
  if (filename.find_first_of("/\\") != std::string::npos) {
    return error::BadFilename("must be a name without a path");
  }
  if (filename.find_first_not_of(". ") == std::string::npos) {
    return error::BadFilename("must hold more than dots and spaces");
  }
  if (TurnsDirection(filename)) {
    return error::BadFilename("must hold no characters that turn the direction of writing");
  }
  return absl::OkStatus();
}

bool HidesItsReporter(const Report& report) {
  return report.content.confidentiality != v1::CONFIDENTIALITY_UNSPECIFIED &&
         report.content.confidentiality != v1::CONFIDENTIALITY_NAMED;
}

absl::Status MayBeDownloaded(const Attachment& attachment) {
  switch (attachment.state) {
    case v1::ATTACHMENT_STATE_CLEAN:
      return absl::OkStatus();
    case v1::ATTACHMENT_STATE_REFUSED:
      return error::AttachmentRefused();
    default:
      return error::AttachmentQuarantined();
  }
}

std::string ExplanationOf(const Attachment& attachment, const std::string& language) {
  const Words& words = WordsOf(attachment);
  if (language == "sv") return words.sv;
  return language == "da" ? words.da : words.en;
}

}  // namespace avvik::intake
