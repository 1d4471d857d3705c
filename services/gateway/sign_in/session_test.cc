#include "services/gateway/sign_in/session.h"

#include "gtest/gtest.h"

namespace avvik::gateway {
namespace {

const absl::Time kBegin = absl::FromUnixSeconds(1'790'000'000);

Session Example() {
  return {.login = "anna.berg",
          .name = "Anna \"Ann\" Åberg",
          .tenant = "kalix",
          .begin = kBegin,
          .end = kBegin + absl::Hours(12),
          .tokens = {.access = "a",
                     .refresh = "r",
                     .id = "i",
                     .renew = kBegin + absl::Minutes(59),
                     .expiry = kBegin + absl::Hours(1)}};
}

TEST(SessionTest, ComesBackAsItWasWritten) {
  const Session session = Example();
  const auto read = ReadSession(Write(session));
  ASSERT_TRUE(read);
  EXPECT_EQ(Write(*read), Write(session));
  EXPECT_EQ(read->name, session.name);
  EXPECT_EQ(read->tokens.expiry, session.tokens.expiry);
  for (const char* text : {"", "{}", "[]", "null", R"({"login": 7})"})
    EXPECT_FALSE(ReadSession(text));
}

TEST(SessionTest, LivesForTheIdleLimitButNotBeyondTheAbsoluteOne) {
  const SessionLimits limits;
  const Session session = Example();
  EXPECT_EQ(TimeToLive(session, limits, kBegin), absl::Minutes(30));
  EXPECT_EQ(TimeToLive(session, limits, kBegin + absl::Hours(11)), absl::Minutes(30));
  EXPECT_EQ(TimeToLive(session, limits, kBegin + absl::Hours(12) - absl::Minutes(5)),
            absl::Minutes(5));
  EXPECT_LE(TimeToLive(session, limits, kBegin + absl::Hours(12)), absl::ZeroDuration());
}

TEST(SessionTest, ItsTokenIsRenewedBeforeItExpires) {
  const Session session = Example();
  EXPECT_EQ(UseOf(session, kBegin), TokenUse::kUse);
  EXPECT_EQ(UseOf(session, kBegin + absl::Minutes(59)), TokenUse::kRenewSoon);
  EXPECT_EQ(UseOf(session, kBegin + absl::Minutes(60) - absl::Seconds(5)), TokenUse::kRenewNow);
  EXPECT_EQ(UseOf(session, kBegin + absl::Hours(3)), TokenUse::kRenewNow);
  EXPECT_EQ(UseOf(session, kBegin + absl::Hours(12)), TokenUse::kOver);
}

TEST(SessionTest, WithoutARefreshTokenItEndsWithItsAccessToken) {
  Session session = Example();
  session.tokens.refresh.clear();
  EXPECT_EQ(UseOf(session, kBegin + absl::Minutes(59)), TokenUse::kUse);
  EXPECT_EQ(UseOf(session, kBegin + absl::Minutes(60)), TokenUse::kOver);
}

TEST(TokensOfTest, WhatTheProviderLeavesOutStaysAsItWas) {
  const identity::TokenAnswer answer{.access_token = "a2", .lifetime = absl::Minutes(10)};
  const SessionTokens tokens = TokensOf(answer, Example().tokens, kBegin);
  EXPECT_EQ(tokens.access, "a2");
  EXPECT_EQ(tokens.refresh, "r");
  EXPECT_EQ(tokens.id, "i");
  EXPECT_EQ(tokens.expiry, kBegin + absl::Minutes(10));
  EXPECT_EQ(tokens.renew, kBegin + absl::Minutes(9));
  const identity::TokenAnswer brief{
      .access_token = "a3", .refresh_token = "r3", .lifetime = absl::Seconds(10)};
  EXPECT_EQ(TokensOf(brief, tokens, kBegin).renew, kBegin + absl::Seconds(8));
  EXPECT_EQ(TokensOf(brief, tokens, kBegin).refresh, "r3");
}

}  // namespace
}  // namespace avvik::gateway
