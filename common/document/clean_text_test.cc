#include "common/document/clean_text.h"

#include "gtest/gtest.h"

namespace avvik::document {
namespace {

TEST(CleanTextTest, LettersOfAllLanguagesStay) {
  EXPECT_EQ(CleanText("Åäö ÆØå, čšž, Ελλάδα, سلام, 漢字, 🙂"),
            "Åäö ÆØå, čšž, Ελλάδα, سلام, 漢字, 🙂");
}

TEST(CleanTextTest, LineBreaksOfAllSystemsAreOne) {
  EXPECT_EQ(CleanText("a\r\nb\rc\nd\xE2\x80\xA8"
                      "e\xE2\x80\xA9"
                      "f\xC2\x85g"),
            "a\nb\nc\nd\ne\nf\ng");
}

TEST(CleanTextTest, ControlCharactersAreLeftOutAndTabsAreSpaces) {
  EXPECT_EQ(CleanText(std::string("a\0b\x1B[31mc\td\x7F", 12)), "ab[31mc d");
}

TEST(CleanTextTest, WhatTurnsTheDirectionIsLeftOut) {
  EXPECT_EQ(CleanText("faktura\xE2\x80\xAE"
                      "fdp.exe\xE2\x81\xA6\xE2\x80\x8F\xEF\xBB\xBF"),
            "fakturafdp.exe");
}

TEST(CleanTextTest, WhatIsNoUtf8IsReplaced) {
  EXPECT_EQ(CleanText("a\xFF"
                      "b"),
            "a\uFFFDb");
  EXPECT_EQ(CleanText("a\xC3"), "a\uFFFD");
  EXPECT_EQ(CleanText("\xC0\xAF"), "\uFFFD\uFFFD");                 // Longer than it need be.
  EXPECT_EQ(CleanText("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");       // Half of a pair of UTF-16.
  EXPECT_EQ(CleanText("\xF4\x90\x80\x80").substr(0, 3), "\uFFFD");  // Beyond the last code point.
}

TEST(CleanTextTest, WhiteSpaceAtTheEndIsLeftOut) {
  EXPECT_EQ(CleanText(" a \n\n "), " a");
  EXPECT_EQ(CleanText("\n \n"), "");
}

}  // namespace
}  // namespace avvik::document
