#include "common/validate/text.h"

#include <string>

#include "gtest/gtest.h"

namespace avvik::validate {
namespace {

TEST(Inspect, CountsCodePointsNotBytes) {
  EXPECT_EQ(Inspect("").length, 0u);
  EXPECT_EQ(Inspect("Räksmörgås").length, 10u);
  EXPECT_EQ(Inspect("\xF0\x9F\x94\x92").length, 1u);
  EXPECT_EQ(Inspect(std::string(1001, 'x')).length, 1001u);
}

TEST(Inspect, EveryPositionOfAFaultIsSeen) {
  for (size_t size = 1; size <= 24; ++size) {
    for (size_t at = 0; at < size; ++at) {
      for (char bad : {'\0', '\x01', '\x1F', '\x7F'}) {
        std::string text(size, 'a');
        text[at] = bad;
        EXPECT_TRUE(Inspect(text).controls) << size << " " << at << " " << int{bad};
      }
      std::string text(size, '~');
      text[at] = '\n';
      EXPECT_TRUE(Inspect(text).line_breaks);
      EXPECT_FALSE(Inspect(text).controls);
      text[at] = '\xFF';
      EXPECT_FALSE(Inspect(text).valid_utf8);
    }
  }
}

TEST(Inspect, RefusesMalformedUtf8) {
  for (const char* bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xE2\x82",
        "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xFE", "a\xC3(b", "abcdefgh\xE2\x82"}) {
    EXPECT_FALSE(Inspect(bad).valid_utf8) << testing::PrintToString(std::string(bad));
  }
  for (const char* good :
       {"\x7E", "\xC2\xA0", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(Inspect(good).valid_utf8) << testing::PrintToString(std::string(good));
  }
}

TEST(Inspect, WhatShowsNothingIsBlank) {
  for (const char* blank : {"", " ", "        ", "         ", "\t\r\n", "\xC2\xA0", "\xE2\x80\x83",
                            "\xE2\x80\x8B", "\xE3\x80\x80", "\xEF\xBB\xBF", "\xC2\xAD"}) {
    EXPECT_TRUE(Inspect(blank).blank) << testing::PrintToString(std::string(blank));
  }
  for (const char* visible : {".", "        .", "\xC3\xA5", "        \xC3\xA5"}) {
    EXPECT_FALSE(Inspect(visible).blank) << visible;
  }
}

TEST(Inspect, ControlCharactersAboveAsciiAreControls) {
  EXPECT_TRUE(Inspect("a\xC2\x85"
                      "b")
                  .controls);
  EXPECT_TRUE(Inspect("a\xC2\x9F"
                      "b")
                  .controls);
  EXPECT_FALSE(Inspect("a\xC2\xA1"
                       "b")
                   .controls);
}

TEST(Inspect, UnicodeLineSeparatorsBreakLines) {
  EXPECT_TRUE(Inspect("a\xE2\x80\xA8"
                      "b")
                  .line_breaks);
  EXPECT_TRUE(Inspect("a\xE2\x80\xA9"
                      "b")
                  .line_breaks);
}

}  // namespace
}  // namespace avvik::validate
