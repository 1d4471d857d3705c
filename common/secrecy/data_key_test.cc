#include "common/secrecy/data_key.h"

#include "common/secrecy/test_vault.h"
#include "tests/support/status_matchers.h"

namespace avvik::secrecy {
namespace {

using avvik::testing::HasCode;
using avvik::testing::IsError;

class DataKeyTest : public ::testing::Test {
 protected:
  TestVault vault_;
  DataKey key_ = *vault_->NewKey("kalix");
};

TEST_F(DataKeyTest, WhatIsSealedOpensAndShowsNothing) {
  for (const std::string& text : {std::string(), std::string("journal 1912"), std::string("a\0b", 3),
                                  std::string(100'000, 'x')}) {
    const std::string sealed = key_.Seal(text, "report.title/1");
    const auto opened = key_.Open(sealed, "report.title/1");
    ASSERT_OK(opened);
    EXPECT_EQ(*opened, text);
    if (text.size() > 5) {
      EXPECT_EQ(sealed.find(text.substr(0, 6)), std::string::npos);
    }
  }
}

TEST_F(DataKeyTest, SameTextIsNeverSealedTheSameWayTwice) {
  EXPECT_NE(key_.Seal("same", "c"), key_.Seal("same", "c"));
}

TEST_F(DataKeyTest, EveryAlteredBitIsFound) {
  const std::string sealed = key_.Seal("text", "c");
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_THAT(key_.Open(altered, "c"), IsError(absl::StatusCode::kDataLoss, "SEAL_BROKEN")) << i;
  }
  for (size_t length = 0; length < sealed.size(); ++length) {
    EXPECT_THAT(key_.Open(sealed.substr(0, length), "c"), HasCode(absl::StatusCode::kDataLoss));
  }
}

TEST_F(DataKeyTest, SealedTextBelongsToItsContextAndItsKey) {
  const std::string sealed = key_.Seal("text", "report.title/1");
  EXPECT_THAT(key_.Open(sealed, "report.title/2"), HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(vault_->NewKey("kalix")->Open(sealed, "report.title/1"),
              HasCode(absl::StatusCode::kDataLoss));
}

TEST_F(DataKeyTest, MovedKeyOpensAndTheOneLeftBehindIsWiped) {
  const std::string sealed = key_.Seal("text", "c");
  DataKey moved = std::move(key_);
  EXPECT_EQ(*moved.Open(sealed, "c"), "text");
  EXPECT_FALSE(key_.Open(sealed, "c").ok());  // NOLINT(bugprone-use-after-move)
  key_ = std::move(moved);
  EXPECT_EQ(*key_.Open(sealed, "c"), "text");
}

const unsigned char kBytes[kKeyBytes] = {1, 2, 3};

TEST(Box, EveryFormatSealsAndSaysWhich) {
  for (const Format format : {Format::kXChaCha20Poly1305, Format::kAes256Gcm}) {
    for (const std::string& text : {std::string(), std::string("a\0b", 3), std::string(100'000, 'x')}) {
      const std::string sealed = Seal(format, kBytes, text, "c");
      EXPECT_EQ(sealed.size(), text.size() + SealBytes(format));
      EXPECT_EQ(FormatOf(sealed), format);
      EXPECT_NE(sealed, Seal(format, kBytes, text, "c"));
      EXPECT_EQ(*Open(kBytes, sealed, "c"), text);
      EXPECT_THAT(Open(kBytes, sealed, "d"), HasCode(absl::StatusCode::kDataLoss));
    }
    EXPECT_EQ(FormatNamed(NameOf(format)), format);
    const std::string sealed = Seal(format, kBytes, "text", "c");
    for (size_t i = 0; i < sealed.size(); ++i) {
      std::string altered = sealed;
      altered[i] = static_cast<char>(altered[i] ^ 1);
      EXPECT_THAT(Open(kBytes, altered, "c"), HasCode(absl::StatusCode::kDataLoss)) << i;
      EXPECT_THAT(Open(kBytes, sealed.substr(0, i), "c"), HasCode(absl::StatusCode::kDataLoss));
    }
  }
  EXPECT_FALSE(FormatNamed("rot13").has_value());
  EXPECT_FALSE(FormatOf("").has_value());
  EXPECT_FALSE(FormatOf("\3").has_value());
}

// NIST's test case 16 for GCM (256 bits), by hand: nonce, ciphertext and tag as others compute them.
TEST(Box, AesIsWhatOthersCallAes) {
  const auto bytes = [](const std::string& hex) {
    std::string result;
    for (size_t i = 0; i < hex.size(); i += 2) {
      result.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    }
    return result;
  };
  const std::string key =
      bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const std::string sealed =
      std::string("\2") + bytes("cafebabefacedbaddecaf888") +
      bytes("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
            "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
            "76fc6ece0f4e1768cddf8853bb2d551b");
  const auto opened = Open(reinterpret_cast<const unsigned char*>(key.data()), sealed,
                           bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2"));
  ASSERT_OK(opened);
  EXPECT_EQ(*opened, bytes("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                           "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"));
}

}  // namespace
}  // namespace avvik::secrecy
