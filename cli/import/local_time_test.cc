#include "cli/import/local_time.h"

#include "common/deadline/instant.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace avvik::cli {
namespace {

using ::testing::HasSubstr;

const absl::TimeZone kStockholm = *deadline::LoadZone("Europe/Stockholm");

std::string Read(const std::string& text, const std::vector<std::string>& formats = {},
                 absl::TimeZone zone = kStockholm) {
  const auto time = ReadTime(text, formats, zone);
  return time.ok() ? deadline::FormatInstant(*time, kStockholm)
                   : std::string(time.status().message());
}

TEST(ReadTimeTest, ReadsIsoForms) {
  EXPECT_EQ(Read("2026-03-01"), "2026-03-01T00:00:00+01:00");
  EXPECT_EQ(Read("2026-03-01 14:05"), "2026-03-01T14:05:00+01:00");
  EXPECT_EQ(Read("2026-03-01T14:05:09"), "2026-03-01T14:05:09+01:00");
  EXPECT_EQ(Read("2026-03-01T14:05:00Z"), "2026-03-01T15:05:00+01:00");
}

TEST(ReadTimeTest, TakesTheFirstFormThatFits) {
  const std::vector<std::string> formats = {"%d/%m/%Y %H:%M", "%d/%m/%Y", "%d.%m.%Y"};
  EXPECT_EQ(Read("31/07/2025 08:30", formats), "2025-07-31T08:30:00+02:00");
  EXPECT_EQ(Read("1/2/2025", formats), "2025-02-01T00:00:00+01:00");
  EXPECT_EQ(Read("24.12.2025", formats), "2025-12-24T00:00:00+01:00");
}

TEST(ReadTimeTest, AnOffsetWinsOverTheZone) {
  EXPECT_EQ(Read("2025-07-31 08:30 +00:00", {"%Y-%m-%d %H:%M %Ez"}), "2025-07-31T10:30:00+02:00");
}

TEST(ReadTimeTest, ARepeatedHourIsItsFirstPass) {
  EXPECT_EQ(Read("2026-10-25 02:30"), "2026-10-25T02:30:00+02:00");
  EXPECT_EQ(Read("25/10/2026 02:30", {"%d/%m/%Y %H:%M"}), "2026-10-25T02:30:00+02:00");
}

TEST(ReadTimeTest, ASkippedHourIsRefused) {
  EXPECT_THAT(Read("2027-03-28 02:30"), HasSubstr("did not exist in Europe/Stockholm"));
  EXPECT_THAT(Read("28/03/2027 02:30", {"%d/%m/%Y %H:%M"}),
              HasSubstr("did not exist in Europe/Stockholm"));
}

TEST(ReadTimeTest, ADayThatBeginsWithAChangeBeginsThere) {
  // In Santiago the clocks go forward at midnight.
  const auto zone = *deadline::LoadZone("America/Santiago");
  EXPECT_EQ(Read("08/09/2024", {"%d/%m/%Y"}, zone), "2024-09-08T06:00:00+02:00");
}

TEST(ReadTimeTest, RefusesWhatIsNoDate) {
  for (const char* text : {"31/02/2025", "2025-02-01", "igår", "", "1/1/25", "infinite-future",
                           "1/1/2025 efter lunch"}) {
    EXPECT_THAT(Read(text, {"%d/%m/%Y"}), HasSubstr("is not a time of the form %d/%m/%Y")) << text;
  }
  EXPECT_THAT(Read("igår"), HasSubstr("is not a time such as"));
}

TEST(CheckTimeFormatTest, WantsAWholeDate) {
  EXPECT_OK(CheckTimeFormat("%Y-%m-%d"));
  EXPECT_OK(CheckTimeFormat("%e %B %Y"));
  EXPECT_FALSE(CheckTimeFormat("%H:%M").ok());
  EXPECT_FALSE(CheckTimeFormat("YYYY-MM-DD").ok());
}

}  // namespace
}  // namespace avvik::cli
