#include "services/delivery/smtp_mailer.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::delivery {
namespace {

using ::testing::HasSubstr;

TEST(JudgeReplyTest, OnlyWhatIsSaidOfTheMessageIsFinal) {
  EXPECT_EQ(JudgeReply(SmtpPhase::kRecipient, 550), HandOver::kRefused);
  EXPECT_EQ(JudgeReply(SmtpPhase::kData, 552), HandOver::kRefused);
  EXPECT_EQ(JudgeReply(SmtpPhase::kData, 554), HandOver::kRefused);
  // A refused sign-in or sender is no fault of the message's.
  EXPECT_EQ(JudgeReply(SmtpPhase::kSession, 535), HandOver::kUnreachable);
  EXPECT_EQ(JudgeReply(SmtpPhase::kSession, 554), HandOver::kUnreachable);
}

TEST(JudgeReplyTest, WhatMayPassIsTriedAgain) {
  EXPECT_EQ(JudgeReply(SmtpPhase::kRecipient, 450), HandOver::kDeferred);
  EXPECT_EQ(JudgeReply(SmtpPhase::kData, 451), HandOver::kDeferred);
  EXPECT_EQ(JudgeReply(SmtpPhase::kRecipient, 503), HandOver::kDeferred);
  // The connection broke half-way.
  EXPECT_EQ(JudgeReply(SmtpPhase::kData, 0), HandOver::kDeferred);
  EXPECT_EQ(JudgeReply(SmtpPhase::kSession, 421), HandOver::kUnreachable);
  EXPECT_EQ(JudgeReply(SmtpPhase::kSession, 0), HandOver::kUnreachable);
}

TEST(CheckSmtpSettingsTest, SettingsThatCannotWorkAreNamed) {
  const auto mistake = [](SmtpSettings settings) {
    return std::string(CheckSmtpSettings(settings).message());
  };
  EXPECT_EQ(mistake({.url = "smtp://mail.kalix.example:587", .user = "a", .password = "b"}), "");
  EXPECT_EQ(mistake({.url = "smtps://mail.kalix.example"}), "");
  EXPECT_THAT(mistake({.url = ""}), HasSubstr("--smtp"));
  EXPECT_THAT(mistake({.url = "http://mail.kalix.example"}), HasSubstr("--smtp"));
  EXPECT_THAT(mistake({.url = "smtp://a:b@mail.kalix.example"}), HasSubstr("--smtp-user"));
  EXPECT_THAT(mistake({.url = "smtp://m.example", .user = "a"}), HasSubstr("belong together"));
  EXPECT_THAT(mistake({.url = "smtp://m.example", .user = "a", .password = "b", .insecure = true}),
              HasSubstr("--smtp-insecure"));
}

}  // namespace
}  // namespace avvik::delivery
