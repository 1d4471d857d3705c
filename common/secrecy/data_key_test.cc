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

}  // namespace
}  // namespace avvik::secrecy
