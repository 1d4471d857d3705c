#include "cli/import/text.h"

#include "gtest/gtest.h"

namespace avvik::cli {
namespace {

TEST(TrimTest, TakesNoBreakSpacesAway) {
  EXPECT_EQ(Trim(" \t\u00a0Åsa Ek\u00a0\r\n"), "Åsa Ek");
  EXPECT_EQ(Trim("\xef\xbb\xbfRubrik"), "Rubrik");
  EXPECT_EQ(Trim(" \n "), "");
}

TEST(FoldTest, ComparesWithoutCaseAndSpacing) {
  EXPECT_EQ(Fold("  INTRÄFFAT\u00a0 Den "), "inträffat den");
  EXPECT_EQ(Fold("Ærø ČŠ ×"), Fold("ærø čš ×"));
}

TEST(DrawTogetherTest, MakesOneLine) {
  EXPECT_EQ(DrawTogether("\r\n Theft:\t Laptop\n\nFalun "), "Theft: Laptop Falun");
}

TEST(CutToLengthTest, LeavesWhatFits) {
  EXPECT_EQ(CutToLength("åäö", 3), "åäö");
  EXPECT_EQ(CutToLength("", 1), "");
}

TEST(CutToLengthTest, CutsBetweenWords) {
  EXPECT_EQ(CutToLength("En dator försvann på tåget", 20), "En dator försvann…");
}

TEST(CutToLengthTest, CutsWithinAWordThatIsTooLong) {
  EXPECT_EQ(CutToLength("Å ååååååååååååååå", 6), "Å ååå…");
  EXPECT_EQ(CutToLength("åå", 1), "…");
}

TEST(CutToLengthTest, NeverExceedsTheLength) {
  const std::string text = "Ett mejl med många ord skickades till fel mottagare i kväll";
  for (size_t length = 1; length < 60; ++length) {
    size_t characters = 0;
    for (const char c : CutToLength(text, length)) characters += (c & 0xC0) != 0x80;
    EXPECT_LE(characters, length);
  }
}

TEST(UndoDoubleEncodingTest, SetsLatin1Right) {
  EXPECT_EQ(UndoDoubleEncoding("employee\u00e2\u0080\u0099s \u00c2\u00a7 3"), "employee’s § 3");
  EXPECT_EQ(UndoDoubleEncoding("Ã¥tgÃ¤rd"), "åtgärd");
}

TEST(UndoDoubleEncodingTest, SetsWindows1252Right) {
  EXPECT_EQ(UndoDoubleEncoding("â€™ och ðŸ˜€"), "’ och 😀");
}

TEST(UndoDoubleEncodingTest, LeavesRealTextAlone) {
  for (const char* text : {"Ångström på â", "Château Ã", "€ 5 – “ja”", "\u00c2", "é\u00a0"}) {
    EXPECT_EQ(UndoDoubleEncoding(text), text);
  }
  EXPECT_EQ(UndoDoubleEncoding("a\xff\xc3"), "a\xff\xc3");
}

TEST(FromWindows1252Test, ReadsWhatOldExcelWrites) {
  EXPECT_EQ(FromWindows1252("\xc5tg\xe4rd \x80 \x96"), "Åtgärd € –");
  EXPECT_TRUE(IsUtf8(FromWindows1252("\x81\xff")));
}

TEST(IsUtf8Test, RefusesWhatIsNone) {
  EXPECT_TRUE(IsUtf8("Åre"));
  EXPECT_FALSE(IsUtf8("\xc5re"));
}

}  // namespace
}  // namespace avvik::cli
