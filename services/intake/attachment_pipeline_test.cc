#include "services/intake/attachment_pipeline.h"

#include <vector>

#include "tests/support/status_matchers.h"

namespace avvik::intake {
namespace {

using avvik::testing::IsError;
using namespace std::string_literals;

struct Kept {
  std::vector<std::string> chunks;
  std::vector<bool> last;
  Attachment attachment;
};

// Sends `content` in pieces of 1,000 bytes.
absl::StatusOr<Kept> Send(const std::string& content, const std::string& name, bool hide = false) {
  Kept kept;
  AttachmentPipeline pipeline(name, hide, [&](int index, bool last, std::string_view chunk) {
    EXPECT_EQ(index, static_cast<int>(kept.chunks.size()));
    kept.chunks.emplace_back(chunk);
    kept.last.push_back(last);
    return absl::OkStatus();
  });
  for (size_t at = 0; at < content.size(); at += 1000) {
    if (const auto status = pipeline.Add(std::string_view(content).substr(at, 1000)); !status.ok()) return status;
  }
  if (const auto status = pipeline.Finish(&kept.attachment); !status.ok()) return status;
  return kept;
}

TEST(AttachmentPipelineTest, FileIsCutIntoChunksOfWhichOnlyTheLastIsSaidToBe) {
  const std::string content = "%PDF-1.7\n" + std::string(2 * kChunkBytes, 'x');
  const auto kept = Send(content, "a.pdf");
  ASSERT_OK(kept.status());
  ASSERT_EQ(kept->chunks.size(), 3u);
  EXPECT_EQ(kept->chunks[0] + kept->chunks[1] + kept->chunks[2], content);
  EXPECT_EQ(kept->chunks[0].size(), kChunkBytes);
  EXPECT_EQ(kept->last, (std::vector<bool>{false, false, true}));
  EXPECT_EQ(kept->attachment.chunks, 3);
  EXPECT_EQ(kept->attachment.size, static_cast<int64_t>(content.size()));
  EXPECT_EQ(kept->attachment.media_type, "application/pdf");
}

TEST(AttachmentPipelineTest, FileOfExactlyOneChunkHasOneChunk) {
  const auto kept = Send(std::string(kChunkBytes, 'x'), "a.txt");
  ASSERT_OK(kept.status());
  EXPECT_EQ(kept->last, std::vector<bool>{true});
}

TEST(AttachmentPipelineTest, DigestIsThatOfWhatIsKept) {
  const auto kept = Send("abc", "a.txt");
  ASSERT_OK(kept.status());
  EXPECT_EQ(kept->attachment.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(AttachmentPipelineTest, TypeIsToldByAllOfTheFirstBytesHoweverTheyCome) {
  EXPECT_THAT(Send("<!--" + std::string(3000, ' ') + "--><html>", "a.txt").status(),
              IsError(absl::StatusCode::kInvalidArgument, "ATTACHMENT_ACTIVE"));
}

TEST(AttachmentPipelineTest, EmptyAndTooLargeFilesAreRefused) {
  EXPECT_THAT(Send("", "a.txt").status(), IsError(absl::StatusCode::kInvalidArgument, "ATTACHMENT_EMPTY"));
  EXPECT_OK(Send(std::string(kMaxAttachmentBytes, 'x'), "a.txt").status());
  EXPECT_THAT(Send(std::string(kMaxAttachmentBytes + 1, 'x'), "a.txt").status(),
              IsError(absl::StatusCode::kInvalidArgument, "ATTACHMENT_TOO_LARGE"));
}

const std::string kPng = "\x89PNG\r\n\x1a\n\0\0\0\0IHDRcrc.\0\0\0\4tEXtAnnacrc.\0\0\0\0IENDcrc."s;

TEST(AttachmentPipelineTest, ImageOfAHiddenReporterLosesItsMetadata) {
  const auto kept = Send(kPng, "a.png", /*hide=*/true);
  ASSERT_OK(kept.status());
  EXPECT_THAT(kept->chunks[0], ::testing::Not(::testing::HasSubstr("Anna")));
  EXPECT_TRUE(kept->attachment.metadata_removed);
  EXPECT_EQ(kept->attachment.size, static_cast<int64_t>(kept->chunks[0].size()));
}

TEST(AttachmentPipelineTest, ImageOfANamedReporterIsKeptAsItIs) {
  const auto kept = Send(kPng, "a.png");
  ASSERT_OK(kept.status());
  EXPECT_EQ(kept->chunks[0], kPng);
  EXPECT_FALSE(kept->attachment.metadata_removed);
}

TEST(AttachmentPipelineTest, ImageThatCannotBeCleanedIsRefusedFromAHiddenReporter) {
  EXPECT_OK(Send("GIF89a...", "a.gif").status());
  EXPECT_THAT(Send("GIF89a...", "a.gif", /*hide=*/true).status(),
              IsError(absl::StatusCode::kInvalidArgument, "ATTACHMENT_METADATA"));
}

TEST(AttachmentPipelineTest, ImageThatIsNotWholeIsRefusedFromAHiddenReporter) {
  EXPECT_THAT(Send(kPng.substr(0, kPng.size() - 2), "a.png", /*hide=*/true).status(),
              IsError(absl::StatusCode::kInvalidArgument, "ATTACHMENT_DAMAGED"));
}

}  // namespace
}  // namespace avvik::intake
