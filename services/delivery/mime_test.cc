#include "services/delivery/mime.h"

#include <sstream>

#include "gtest/gtest.h"

namespace avvik::delivery {
namespace {

TEST(HeaderTest, LineBreaksAndControlsAreNotSafe) {
  EXPECT_TRUE(IsHeaderSafe("Ärende AVV-2026-000123"));
  EXPECT_TRUE(IsHeaderSafe(""));
  for (const std::string& text :
       {std::string("a\r\nBcc: eve@example.org"), std::string("a\nb"), std::string("a\rb"),
        std::string("a\0b", 3), std::string("a\tb"), std::string("a\x7f"), std::string("a\xc2\x85"),
        std::string("a\xe2\x80\xa8"), std::string("\xff")}) {
    EXPECT_FALSE(IsHeaderSafe(text)) << text;
  }
}

TEST(MailAddressTest, OnlyPlainAddressesAreTaken) {
  EXPECT_TRUE(IsMailAddress("anna.berg+avvik@kalix.example"));
  for (const std::string& address :
       {std::string(""), std::string("anna"), std::string("anna@"), std::string("@kalix.example"),
        std::string("anna@b@kalix.example"), std::string("anna berg@kalix.example"),
        std::string("änna@kalix.example"), std::string("anna@kalix.example\r\nRCPT TO:<eve@x.org>"),
        std::string("anna@kalix.example>,<eve@x.org"), std::string("<anna@kalix.example>"),
        std::string("\"anna\"@kalix.example"), std::string("anna@kalix.example,eve@x.org"),
        std::string(250, 'a') + "@b.example"}) {
    EXPECT_FALSE(IsMailAddress(address)) << address;
  }
}

TEST(EncodeHeaderTextTest, ShortAsciiStaysAsItIs) {
  EXPECT_EQ(EncodeHeaderText("Case AVV-2026-000123"), "Case AVV-2026-000123");
}

TEST(EncodeHeaderTextTest, OtherTextBecomesEncodedWords) {
  EXPECT_EQ(EncodeHeaderText("Ärende"), "=?UTF-8?B?w4RyZW5kZQ==?=");
  EXPECT_EQ(EncodeHeaderText("=?UTF-8?B?w4Q=?="), "=?UTF-8?B?PT9VVEYtOD9CP3c0UT0/PQ==?=");
}

TEST(EncodeHeaderTextTest, LongTextIsFoldedBetweenCharacters) {
  std::string text = "x";
  for (int i = 0; i < 100; ++i) text += "å";
  std::istringstream lines(EncodeHeaderText(text));
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    EXPECT_LE(line.size(), 76u);
    const std::string word = line.substr(line.find("=?"));
    ASSERT_TRUE(word.starts_with("=?UTF-8?B?") && word.ends_with("?=")) << word;
    // Whole characters: a word of two-byte characters after the first, which has the `x`.
    EXPECT_LE(word.size(), 75u);
  }
}

TEST(EncodePhraseTest, NamesAreQuotedOrEncoded) {
  EXPECT_EQ(EncodePhrase("Kalix kommun"), "\"Kalix kommun\"");
  EXPECT_EQ(EncodePhrase("A \"B\" \\ <c@d.example>"), "\"A \\\"B\\\" \\\\ <c@d.example>\"");
  EXPECT_EQ(EncodePhrase("Örebro"), "=?UTF-8?B?w5ZyZWJybw==?=");
}

TEST(QuotedPrintableTest, TextIsEncoded) {
  EXPECT_EQ(QuotedPrintable("Hej!\nÅ=\n"), "Hej!\r\n=C3=85=3D\r\n");
  EXPECT_EQ(QuotedPrintable("a\r\nb"), "a\r\nb");
  EXPECT_EQ(QuotedPrintable("space at end \ntab\t"), "space at end=20\r\ntab=09");
  EXPECT_EQ(QuotedPrintable("a\rb"), "a=0Db");
  EXPECT_EQ(QuotedPrintable(""), "");
}

TEST(QuotedPrintableTest, NoLineIsLongerThanAllowedAndNothingIsLost) {
  for (size_t length = 0; length < 320; ++length) {
    std::string text;
    for (size_t i = 0; i < length; ++i) text += i % 7 == 0 ? "ö" : "x";
    const std::string encoded = QuotedPrintable(text);
    std::string decoded;
    for (size_t i = 0, column = 0; i < encoded.size(); ++i, ++column) {
      if (encoded.compare(i, 3, "=\r\n") == 0) {
        ASSERT_LE(column + 1, 76u);
        i += 2;
        column = static_cast<size_t>(-1);
      } else if (encoded[i] == '=') {
        decoded.push_back(static_cast<char>(std::stoi(encoded.substr(i + 1, 2), nullptr, 16)));
        i += 2;
        column += 2;
        ASSERT_LE(column + 1, 76u);
      } else {
        decoded.push_back(encoded[i]);
        ASSERT_LE(column + 1, 76u);
      }
    }
    ASSERT_EQ(decoded, text) << length;
  }
}

}  // namespace
}  // namespace avvik::delivery
