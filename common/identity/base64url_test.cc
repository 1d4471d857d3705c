#include "common/identity/base64url.h"

#include "gtest/gtest.h"

namespace avvik::identity {
namespace {

TEST(Base64UrlTest, EveryLengthSurvivesTheRoundTrip) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(Base64UrlDecode(Base64UrlEncode(bytes)), bytes);
    bytes.push_back(static_cast<char>(i * 7));
  }
}

TEST(Base64UrlTest, UsesTheUrlAlphabet) { EXPECT_EQ(Base64UrlEncode("\xfb\xff\xfe"), "-__-"); }

TEST(Base64UrlTest, OtherFormsAreRefused) {
  EXPECT_EQ(Base64UrlDecode("YQ=="), std::nullopt);  // Padding.
  EXPECT_EQ(Base64UrlDecode("+/+/"), std::nullopt);  // The other alphabet.
  EXPECT_EQ(Base64UrlDecode("YW Jj"), std::nullopt);
  EXPECT_EQ(Base64UrlDecode("YWJj\n"), std::nullopt);
  EXPECT_EQ(Base64UrlDecode("YWJjZ"), std::nullopt);  // No length of any byte string.
  EXPECT_EQ(Base64UrlDecode("YR"), std::nullopt);     // Stray bits: only `YQ` is "a".
  EXPECT_EQ(Base64UrlDecode("YQ"), "a");
}

}  // namespace
}  // namespace avvik::identity
