#include "services/gateway/sign_in/attempt.h"

#include "common/status/error.h"
#include "gtest/gtest.h"

namespace avvik::gateway {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);
const ExpectedIssuer kIssuer = {.issuer = "https://issuer.example", .always_named = true};

TEST(CodeChallengeTest, IsTheExampleOfRfc7636) {
  EXPECT_EQ(CodeChallenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST(AttemptTest, TheBrowserCarriesItWithoutReadingOrAlteringIt) {
  const Sealer sealer = *Sealer::FromKeys(std::string(64, 'a'));
  const Attempt attempt = NewAttempt("/cases?open=1", "previous", kNow);
  std::string cookie = SealAttempt(attempt, sealer);
  EXPECT_EQ(cookie.find(attempt.state), std::string::npos);
  const auto opened = OpenAttempt(cookie, sealer);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->state, attempt.state);
  EXPECT_EQ(opened->nonce, attempt.nonce);
  EXPECT_EQ(opened->verifier, attempt.verifier);
  EXPECT_EQ(opened->return_to, "/cases?open=1");
  EXPECT_EQ(opened->previous, "previous");
  EXPECT_EQ(opened->expiry, kNow + absl::Minutes(10));
  EXPECT_FALSE(OpenAttempt(cookie, *Sealer::FromKeys(std::string(64, 'b'))));
  cookie[20] = cookie[20] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(OpenAttempt(cookie, sealer));
  EXPECT_FALSE(OpenAttempt("", sealer));
  EXPECT_FALSE(OpenAttempt("no base64url!", sealer));
}

TEST(AttemptTest, EveryPartIsNewEachTime) {
  const Attempt one = NewAttempt("/", "", kNow);
  const Attempt two = NewAttempt("/", "", kNow);
  EXPECT_NE(one.state, two.state);
  EXPECT_NE(one.nonce, two.nonce);
  EXPECT_NE(one.verifier, two.verifier);
  EXPECT_NE(one.state, one.nonce);
  EXPECT_NE(one.nonce, one.verifier);
}

class CodeOfTest : public testing::Test {
 protected:
  std::string Outcome(const std::string& query, absl::Time now = kNow) {
    const auto answer = ReadCallback(query);
    if (!answer) return "MALFORMED";
    const auto code = CodeOf(*answer, attempt_, issuer_, now);
    return code.ok() ? *code : status::ReasonOf(code.status());
  }

  ExpectedIssuer issuer_ = kIssuer;
  std::optional<Attempt> attempt_ =
      Attempt{.state = "the-state", .expiry = kNow + absl::Minutes(10)};
};

constexpr char kIss[] = "&iss=https%3A%2F%2Fissuer.example";

TEST_F(CodeOfTest, TheAnswerToThisSignInCounts) {
  EXPECT_EQ(Outcome("code=c&state=the-state" + std::string(kIss)), "c");
  EXPECT_EQ(Outcome("code=a%2Bb&x=1&state=the-state" + std::string(kIss)), "a+b");
}

TEST_F(CodeOfTest, AnotherStateOrNoneIsRefused) {
  for (const char* query :
       {"code=c&state=other", "code=c", "code=c&state=", "code=c&state=The-state"}) {
    EXPECT_EQ(Outcome(query + std::string(kIss)), "SIGN_IN_STATE") << query;
  }
  attempt_->state.clear();
  EXPECT_EQ(Outcome("code=c&state=" + std::string(kIss)), "SIGN_IN_STATE");
}

TEST_F(CodeOfTest, ABrowserThatBeganNothingIsRefused) {
  attempt_.reset();
  EXPECT_EQ(Outcome("code=c&state=the-state" + std::string(kIss)), "SIGN_IN_NOT_BEGUN");
}

TEST_F(CodeOfTest, TooLateIsRefused) {
  const std::string query = "code=c&state=the-state" + std::string(kIss);
  EXPECT_EQ(Outcome(query, kNow + absl::Minutes(10) - absl::Seconds(1)), "c");
  EXPECT_EQ(Outcome(query, kNow + absl::Minutes(10)), "SIGN_IN_TOO_LATE");
}

TEST_F(CodeOfTest, AnotherProviderIsRefusedAndOneThatAlwaysSaysItsNameMust) {
  EXPECT_EQ(Outcome("code=c&state=the-state&iss=https%3A%2F%2Fevil.example"), "SIGN_IN_ISSUER");
  EXPECT_EQ(Outcome("code=c&state=the-state"), "SIGN_IN_ISSUER");
  issuer_.always_named = false;
  EXPECT_EQ(Outcome("code=c&state=the-state"), "c");
  EXPECT_EQ(Outcome("code=c&state=the-state&iss=https%3A%2F%2Fevil.example"), "SIGN_IN_ISSUER");
}

TEST_F(CodeOfTest, ARefusalOfTheProviderIsToldWithoutItsText) {
  EXPECT_EQ(Outcome("error=access_denied&state=the-state" + std::string(kIss)), "SIGN_IN_REFUSED");
  const auto answer = ReadCallback("error=%3Cscript%3E&state=the-state" + std::string(kIss));
  const auto code = CodeOf(*answer, attempt_, kIssuer, kNow);
  EXPECT_EQ(std::string(code.status().message()).find("script"), std::string::npos);
  EXPECT_EQ(Outcome("state=the-state" + std::string(kIss)), "SIGN_IN_CODE");
}

TEST_F(CodeOfTest, AnythingSaidTwiceOrMalformedIsRefused) {
  for (const char* query :
       {"code=a&code=b&state=the-state", "state=a&state=b", "code=%ZZ", "iss=a&iss=b&code=c"}) {
    EXPECT_EQ(Outcome(query), "MALFORMED") << query;
  }
}

TEST(IsLocalTargetTest, OnlyPathsOfOurs) {
  for (const char* target :
       {"/", "/cases", "/cases/AVV-2026-1?tab=trace#notes", "/a//b", "/?x=http://y"}) {
    EXPECT_TRUE(IsLocalTarget(target)) << target;
  }
  for (const std::string& target :
       {std::string(), std::string("cases"), std::string("//evil.example"),
        std::string("/\\evil.example"), std::string("\\/evil.example"),
        std::string("https://evil.example"), std::string("javascript:alert(1)"),
        std::string("/\t/evil.example"), std::string("/x\r\nSet-Cookie: a=b"), std::string("/a\\b"),
        std::string("/\0x", 3), std::string("/å"), std::string("/a b"),
        "/" + std::string(1024, 'a')}) {
    EXPECT_FALSE(IsLocalTarget(target)) << target;
  }
}

}  // namespace
}  // namespace avvik::gateway
