#include "services/intake/image_filter.h"

#include "tests/support/status_matchers.h"

namespace avvik::intake {
namespace {

using avvik::testing::IsError;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::string_literals;

std::string BigEndian(size_t value, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) text.push_back(static_cast<char>(value >> shift));
  return text;
}

std::string LittleEndian(size_t value) {
  const std::string big = BigEndian(value, 4);
  return std::string(big.rbegin(), big.rend());
}

// Runs a filter over an image in pieces of `step` bytes.
absl::StatusOr<std::string> Filter(const char* type, const std::string& image, size_t step) {
  const auto filter = MakeImageFilter(type);
  std::string out;
  for (size_t at = 0; at < image.size(); at += step) {
    if (const auto status = filter->Add(std::string_view(image).substr(at, step), &out); !status.ok()) return status;
  }
  if (const auto status = filter->Finish(); !status.ok()) return status;
  return out;
}

// The same whatever the pieces.
std::string Cleaned(const char* type, const std::string& image) {
  const auto whole = Filter(type, image, image.size());
  EXPECT_OK(whole.status());
  for (const size_t step : {1, 2, 3, 7, 64}) EXPECT_EQ(*Filter(type, image, step), *whole) << step;
  return *whole;
}

std::string Segment(int marker, const std::string& content) {
  return "\xff"s + static_cast<char>(marker) + BigEndian(content.size() + 2, 2) + content;
}

const std::string kJfif = Segment(0xe0, "JFIF\0\x01\x01\0\0\x01\0\x01\0\0"s);
const std::string kTables = Segment(0xdb, std::string(65, '\x01'));
const std::string kFrame = Segment(0xc2, std::string(15, '\x02'));
const std::string kScan = Segment(0xda, std::string(10, '\x03')) + "coded\xff\x00more\xff\xd0rest"s;
const std::string kSecondScan = Segment(0xc4, "huffman") + Segment(0xda, "scan2") + "bits";
const std::string kPicture = kTables + kFrame + kScan + kSecondScan + "\xff\xd9";

TEST(ImageFilterTest, JpegKeepsThePictureAndLosesEverythingElse) {
  const std::string image = "\xff\xd8" + kJfif + Segment(0xe1, "Exif\0\0GPS 59.33 18.06"s) +
                            Segment(0xe1, "http://ns.adobe.com/xap/1.0/ Anna") +
                            Segment(0xe2, "MPF\0secret"s) + Segment(0xed, "Photoshop Anna") +
                            Segment(0xee, "Adobe\0d\0\0\0\0\0\x01"s) + Segment(0xfe, "comment by Anna") +
                            "\xff\xff\xff" + kPicture.substr(1) + "second picture, GPS 59.33";
  EXPECT_EQ(Cleaned("image/jpeg", image), "\xff\xd8" + kJfif + Segment(0xee, "Adobe\0d\0\0\0\0\0\x01"s) + kPicture);
}

TEST(ImageFilterTest, JpegLosesItsThumbnail) {
  const std::string thumb = Segment(0xe0, "JFIF\0\x01\x02\x01\0\x48\0\x48\x01\x01RGB"s);
  EXPECT_EQ(Cleaned("image/jpeg", "\xff\xd8" + thumb + Segment(0xe0, "JFXX\0\x10thumb"s) + kPicture),
            "\xff\xd8" + kJfif + kPicture);
}

TEST(ImageFilterTest, DamagedJpegIsRefused) {
  const std::string bad[] = {"\xff\xd8", "\xff\xd8" + kJfif, "\xff\xd8" "abc", "\xff\xe0", "\xff\xd8" + kPicture.substr(0, 90),
                             "\xff\xd8\xff\xe1\x00\x01"s, "\xff\xd8\xff\xd8" + kPicture};
  for (const std::string& image : bad) {
    EXPECT_THAT(Filter("image/jpeg", image, 5).status(),
                IsError(absl::StatusCode::kInvalidArgument, "ATTACHMENT_DAMAGED"));
  }
}

std::string Chunk(const std::string& type, const std::string& data) {
  return BigEndian(data.size(), 4) + type + data + "CRC!";
}

TEST(ImageFilterTest, PngKeepsThePictureAndLosesEverythingElse) {
  const std::string head = "\x89PNG\r\n\x1a\n" + Chunk("IHDR", std::string(13, '\x08'));
  const std::string picture = Chunk("PLTE", "abc") + Chunk("tRNS", "a") + Chunk("IDAT", std::string(500, 'x')) +
                              Chunk("IDAT", "y") + Chunk("IEND", "");
  const std::string image = head + Chunk("tEXt", "Author\0Anna"s) + Chunk("iTXt", "XML:com.adobe.xmp Anna") +
                            Chunk("zTXt", "Comment\0\0zzz"s) + Chunk("eXIf", "II*\0GPS"s) +
                            Chunk("tIME", "1234567") + Chunk("iCCP", "Anna's screen") +
                            Chunk("prVt", "mine") + picture + "hidden behind the end";
  EXPECT_EQ(Cleaned("image/png", image), head + picture);
}

TEST(ImageFilterTest, DamagedPngIsRefused) {
  const std::string head = "\x89PNG\r\n\x1a\n"s;
  const std::string bad[] = {head, head + Chunk("IDAT", "x"), head + Chunk("IHDR", "x"),
                             head + Chunk("IHDR", "x") + "\xff\xff\xff\xffIDAT",
                             head + Chunk("IHDR", "x") + Chunk("IEND", "").substr(0, 10)};
  for (const std::string& image : bad) {
    EXPECT_THAT(Filter("image/png", image, 3).status(),
                IsError(absl::StatusCode::kInvalidArgument, "ATTACHMENT_DAMAGED"));
  }
}

std::string Riff(const std::string& type, const std::string& data) {
  return type + LittleEndian(data.size()) + data + (data.size() % 2 == 1 ? "\0"s : "");
}
std::string Webp(const std::string& chunks) { return "RIFF" + LittleEndian(4 + chunks.size()) + "WEBP" + chunks; }

TEST(ImageFilterTest, WebpKeepsItsLengthButNotWhatWasInIt) {
  const std::string image = Webp(Riff("VP8X", "\x3c\0\0\0\x10\0\0\x10\0\0"s) + Riff("ICCP", "profile") +
                                 Riff("VP8 ", "picture") + Riff("EXIF", "GPS 59.33 18.06") +
                                 Riff("XMP ", "Anna Berg!"));
  const std::string clean = Cleaned("image/webp", image + "trailer of Anna");
  EXPECT_EQ(clean, Webp(Riff("VP8X", "\x10\0\0\0\x10\0\0\x10\0\0"s) + Riff("JUNK", std::string(7, '\0')) +
                        Riff("VP8 ", "picture") + Riff("JUNK", std::string(15, '\0')) +
                        Riff("JUNK", std::string(10, '\0'))));
  EXPECT_EQ(clean.size(), image.size());
  EXPECT_THAT(clean, Not(HasSubstr("Anna")));
}

TEST(ImageFilterTest, FramesOfAWebpHoldNoMoreThanPictures) {
  const std::string head(16, 'h');
  const auto animated = [&](const std::string& first, const std::string& second) {
    return Webp(Riff("ANIM", "colour") + Riff("ANMF", head + Riff("VP8 ", "frame") + first) +
                Riff("ANMF", head + Riff("ALPH", "alpha") + Riff("VP8 ", "frame") + second));
  };
  EXPECT_EQ(Cleaned("image/webp", animated(Riff("EXIF", "Anna"), Riff("note", "Berg"))),
            animated(Riff("JUNK", "\0\0\0\0"s), Riff("JUNK", "\0\0\0\0"s)));
}

TEST(ImageFilterTest, DamagedWebpIsRefused) {
  const std::string whole = Webp(Riff("VP8 ", "picture"));
  const std::string bad[] = {whole.substr(0, whole.size() - 1), "RIFF\x04\0\0\0WEBP"s, "RIFF\x40\0\0\0WEBPVP8 \xff\0\0\0"s,
                             Webp(Riff("ANMF", "short"))};
  for (const std::string& image : bad) {
    EXPECT_THAT(Filter("image/webp", image, 4).status(),
                IsError(absl::StatusCode::kInvalidArgument, "ATTACHMENT_DAMAGED"));
  }
}

TEST(ImageFilterTest, OtherImagesHaveNoFilter) {
  EXPECT_EQ(MakeImageFilter("image/gif"), nullptr);
  EXPECT_EQ(MakeImageFilter("image/heic"), nullptr);
}

}  // namespace
}  // namespace avvik::intake
