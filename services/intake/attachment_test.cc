#include "services/intake/attachment.h"

#include "common/status/error.h"
#include "tests/support/status_matchers.h"

namespace avvik::intake {
namespace {

using avvik::testing::IsError;

Report Named() {
  Report report;
  report.number = "AVV-2026-000001";
  report.state = v1::REPORT_STATE_SUBMITTED;
  return report;
}

TEST(AttachmentTest, OpenReportTakesFiles) { EXPECT_OK(TakesAttachments(Named())); }

TEST(AttachmentTest, MatterOfNationalSecurityTakesNoFilesAndSaysWhoHandlesIt) {
  Report report = Named();
  report.content.national_security = type::v1::ANSWER_YES;
  const absl::Status status = TakesAttachments(report);
  EXPECT_THAT(status, IsError(absl::StatusCode::kFailedPrecondition, "HANDLED_ELSEWHERE"));
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("security protection chief"));
}

TEST(AttachmentTest, WithdrawnReportTakesNoFiles) {
  Report report = Named();
  report.state = v1::REPORT_STATE_WITHDRAWN;
  EXPECT_THAT(TakesAttachments(report),
              IsError(absl::StatusCode::kFailedPrecondition, "REPORT_WITHDRAWN"));
}

TEST(AttachmentTest, ErasedReportTakesNoFiles) {
  Report report = Named();
  report.erased = absl::UnixEpoch();
  EXPECT_THAT(TakesAttachments(report),
              IsError(absl::StatusCode::kFailedPrecondition, "REPORT_ERASED"));
}

TEST(AttachmentTest, TwentyFilesAndAHundredMegabytesAreTheMost) {
  EXPECT_OK(HasRoom({.count = 19, .bytes = 0}, 1));
  EXPECT_THAT(HasRoom({.count = 20, .bytes = 0}, 1),
              IsError(absl::StatusCode::kResourceExhausted, "TOO_MANY_ATTACHMENTS"));
  EXPECT_OK(HasRoom({.count = 1, .bytes = kMaxAttachmentBytesOfReport - 5}, 5));
  EXPECT_THAT(HasRoom({.count = 1, .bytes = kMaxAttachmentBytesOfReport - 5}, 6),
              IsError(absl::StatusCode::kResourceExhausted, "ATTACHMENTS_TOO_LARGE"));
}

TEST(AttachmentTest, LimitsOfAPersonAndOfAllAreTheLastThatIsTaken) {
  const StorageLimits limits = {.files_of_person = 3, .bytes_of_person = 10, .bytes_without_account = 20, .bytes_in_all = 30};
  EXPECT_OK(HasRoomOfPerson({.count = 2, .bytes = 4}, 6, limits));
  EXPECT_THAT(HasRoomOfPerson({.count = 3, .bytes = 4}, 6, limits),
              IsError(absl::StatusCode::kResourceExhausted, "TOO_MANY_FILES_OF_PERSON"));
  EXPECT_THAT(HasRoomOfPerson({.count = 2, .bytes = 4}, 7, limits),
              IsError(absl::StatusCode::kResourceExhausted, "FILES_OF_PERSON_TOO_LARGE"));
  EXPECT_OK(HasRoomWithoutAccount(15, 5, limits));
  EXPECT_THAT(HasRoomWithoutAccount(15, 6, limits),
              IsError(absl::StatusCode::kResourceExhausted, "NO_ROOM_WITHOUT_ACCOUNT"));
  EXPECT_OK(HasRoomInAll(25, 5, limits));
  EXPECT_THAT(HasRoomInAll(25, 6, limits), IsError(absl::StatusCode::kResourceExhausted, "NO_ROOM_FOR_FILES"));
}

TEST(AttachmentTest, NameWithAPathOrWithTurnedWritingIsRefused) {
  EXPECT_OK(CheckFilename("skärmbild 2026-11-21.png"));
  for (const char* name : {"../../etc/passwd", "C:\\windows\\a.txt", "a/b.txt", ".", "..", " . ",
                           "faktura\xe2\x80\xaegpj.exe", "a\xe2\x81\xa6" "b.txt"}) {
    EXPECT_THAT(CheckFilename(name), IsError(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS")) << name;
  }
}

TEST(AttachmentTest, OnlyANamedReporterIsNotHidden) {
  Report report = Named();
  EXPECT_FALSE(HidesItsReporter(report));
  report.content.confidentiality = v1::CONFIDENTIALITY_CONFIDENTIAL;
  EXPECT_TRUE(HidesItsReporter(report));
}

TEST(AttachmentTest, OnlyACleanFileMayBeDownloaded) {
  Attachment attachment;
  EXPECT_THAT(MayBeDownloaded(attachment),
              IsError(absl::StatusCode::kFailedPrecondition, "ATTACHMENT_QUARANTINED"));
  attachment.state = v1::ATTACHMENT_STATE_REFUSED;
  EXPECT_THAT(MayBeDownloaded(attachment),
              IsError(absl::StatusCode::kFailedPrecondition, "ATTACHMENT_REFUSED"));
  attachment.state = v1::ATTACHMENT_STATE_CLEAN;
  EXPECT_OK(MayBeDownloaded(attachment));
}

TEST(AttachmentTest, EveryStateIsExplainedInTheReportersLanguage) {
  Attachment attachment;
  EXPECT_THAT(ExplanationOf(attachment, "sv"), ::testing::HasSubstr("kontrolleras"));
  attachment.state = v1::ATTACHMENT_STATE_REFUSED;
  attachment.refusal = v1::ATTACHMENT_REFUSAL_INFECTED;
  EXPECT_THAT(ExplanationOf(attachment, "da"), ::testing::HasSubstr("skadelig kode"));
  attachment.refusal = v1::ATTACHMENT_REFUSAL_NOT_SCANNABLE;
  EXPECT_THAT(ExplanationOf(attachment, "en"), ::testing::HasSubstr("encrypted"));
}

}  // namespace
}  // namespace avvik::intake
