#include "cli/table.h"

#include "gtest/gtest.h"

namespace avvik::cli {
namespace {

TEST(TableTest, AlignsByCharactersNotBytes) {
  Table table({{"NAME"}, {"N", Table::Align::kRight}, {"UNIT"}});
  table.Add({"Åsa Öberg", "7", "hemtjänst"});
  table.Add({"Bo", "1200"});
  EXPECT_EQ(table.Render(false),
            "NAME          N  UNIT\n"
            "Åsa Öberg     7  hemtjänst\n"
            "Bo         1200\n");
}

TEST(TableTest, SetsTitlesOffWhenAsked) {
  Table table({{"A"}});
  EXPECT_EQ(table.Render(true), "\x1b[1mA\x1b[0m\n");
}

TEST(TableTest, CellsCannotCommandTheTerminal) {
  Table table({{"A"}, {"B"}});
  table.Add({"x\x1b[2J\ny", "1"});
  EXPECT_EQ(table.Render(false), "A        B\nx·[2J·y  1\n");
}

TEST(DisplayWidthTest, CountsColumnsOfTheTerminal) {
  EXPECT_EQ(DisplayWidth("åäö"), 3u);
  EXPECT_EQ(DisplayWidth("a\u0308"), 1u);
  EXPECT_EQ(DisplayWidth("日本"), 4u);
  EXPECT_EQ(DisplayWidth("\xff"), 1u);
}

TEST(HarmlessTest, ShowsWhatIsNoText) {
  EXPECT_EQ(Harmless("a\u202eb\xff\u0085"), "a·b··");
  EXPECT_EQ(Harmless("Åsa – “ja”"), "Åsa – “ja”");
}

}  // namespace
}  // namespace avvik::cli
