#include "services/gateway/sign_in/sign_in.h"

#include <map>

#include "gmock/gmock.h"
#include "services/gateway/sign_in/attempt.h"
#include "services/gateway/sign_in/cookie.h"
#include "services/gateway/sign_in/sign_in_fixture.h"
#include "services/gateway/url.h"

namespace avvik::gateway {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class SignInTest : public SignInFixture {
 protected:
  static std::map<std::string, std::string> QueryOf(const std::string& url) {
    std::map<std::string, std::string> query;
    const std::string text = url.substr(url.find('?') + 1);
    for (const auto& [name, value] : SplitQuery(text))
      query[std::string(name)] = *QueryDecode(value);
    return query;
  }
  static std::string ValueOf(const HttpHeader& cookie) {
    const size_t equals = cookie.value.find('=');
    return cookie.value.substr(equals + 1, cookie.value.find(';') - equals - 1);
  }
  // Begins to sign in; the browser's cookie and what the provider was told are kept.
  void BeginAttempt(const std::string& previous = "") {
    const auto move = sign_in_.Begin("/cases", previous);
    ASSERT_TRUE(move.ok()) << move.status();
    cookie_ = ValueOf(move->cookies.at(0));
    asked_ = QueryOf(move->location);
  }
  std::string Answer() { return "code=c0de&state=" + asked_["state"] + "&iss=" + kIssuer; }
  std::string Outcome() {
    const auto move = sign_in_.Finish(Answer(), cookie_);
    return move.ok() ? move->location : status::ReasonOf(move.status());
  }

  SignIn sign_in_{provider_, sessions_, sealer_, Issuer(), Issuer().rules(), log_, clock_};
  std::string cookie_;
  std::map<std::string, std::string> asked_;
};

TEST_F(SignInTest, TheBrowserIsSentToTheProviderWithAChallenge) {
  const auto move = sign_in_.Begin("/cases", "");
  ASSERT_TRUE(move.ok());
  EXPECT_THAT(move->location, StartsWith("https://issuer.example/auth?"));
  auto query = QueryOf(move->location);
  EXPECT_EQ(query["response_type"], "code");
  EXPECT_EQ(query["client_id"], "avvik-web");
  EXPECT_EQ(query["redirect_uri"], "https://avvik.example/sign-in/callback");
  EXPECT_EQ(query["scope"], "openid profile email");
  EXPECT_EQ(query["code_challenge_method"], "S256");
  const auto attempt = OpenAttempt(ValueOf(move->cookies.at(0)), sealer_);
  ASSERT_TRUE(attempt);
  EXPECT_EQ(query["state"], attempt->state);
  EXPECT_EQ(query["nonce"], attempt->nonce);
  EXPECT_EQ(query["code_challenge"], CodeChallenge(attempt->verifier));
  EXPECT_THAT(move->cookies.at(0).value, HasSubstr("SameSite=Lax; Max-Age=600"));
}

TEST_F(SignInTest, ThePersonComesBackWithANewSession) {
  BeginAttempt();
  Grant(IdToken(asked_["nonce"]));
  const auto move = sign_in_.Finish(Answer(), cookie_);
  ASSERT_TRUE(move.ok()) << move.status();
  EXPECT_EQ(move->location, "/cases");
  EXPECT_THAT(move->cookies.at(0).value, HasSubstr("SameSite=Strict"));
  EXPECT_EQ(move->cookies.at(1).value, DropCookie(kAttemptCookie, SameSite::kLax).value);
  const auto session = sessions_.Use(Sessions::KeyOf(ValueOf(move->cookies.at(0))));
  ASSERT_TRUE(session.ok());
  EXPECT_EQ(session->login, "anna.berg");
  EXPECT_EQ(session->name, "Anna Berg");
  EXPECT_EQ(session->tenant, "kalix");
  EXPECT_THAT(http_.requests.back().body,
              HasSubstr("code_verifier=" + OpenAttempt(cookie_, sealer_)->verifier));
}

TEST_F(SignInTest, TheSessionBeforeIsEndedAndItsIdNotUsedAgain) {
  const std::string before = Begin();
  BeginAttempt(before);
  Grant(IdToken(asked_["nonce"]));
  const auto move = sign_in_.Finish(Answer(), cookie_);
  ASSERT_TRUE(move.ok());
  EXPECT_NE(ValueOf(move->cookies.at(0)), before);
  EXPECT_FALSE(sessions_.Use(Sessions::KeyOf(before)).ok());
  EXPECT_EQ(store_.size(), 1u);
}

TEST_F(SignInTest, AnAnswerCountsOnce) {
  BeginAttempt();
  Grant(IdToken(asked_["nonce"]));
  EXPECT_EQ(Outcome(), "/cases");
  EXPECT_EQ(Outcome(), "SIGN_IN_USED");
  EXPECT_EQ(http_.Count(kToken), 1u);
  EXPECT_EQ(store_.size(), 1u);
}

TEST_F(SignInTest, ACodeThatTheProviderDoesNotTakeGivesNoSession) {
  BeginAttempt();
  Refuse();
  EXPECT_EQ(Outcome(), "GRANT_REFUSED");
  EXPECT_EQ(store_.size(), 0u);
}

TEST_F(SignInTest, AnIdTokenThatDoesNotFitGivesNoSession) {
  const int64_t now = absl::ToUnixSeconds(clock_.Now());
  const std::pair<nlohmann::json, const char*> wrong[] = {
      {{{"nonce", "other"}}, "TOKEN_NONCE"},
      {{{"nonce", nullptr}}, "TOKEN_NONCE"},
      {{{"iss", "https://evil.example"}}, "TOKEN_ISSUER"},
      {{{"aud", "avvik"}}, "TOKEN_AUDIENCE"},
      {{{"aud", {"avvik-web", "other"}}}, "TOKEN_AUDIENCE"},
      {{{"azp", "other"}}, "TOKEN_AUDIENCE"},
      {{{"exp", now - 60}}, "TOKEN_EXPIRED"},
      {{{"iat", now + 600}}, "TOKEN_NOT_YET_VALID"},
      {{{"sub", "bo.ek"}}, "SIGN_IN_SUBJECT"},
  };
  for (const auto& [change, reason] : wrong) {
    BeginAttempt();
    Grant(IdToken(asked_["nonce"], change));
    EXPECT_EQ(Outcome(), reason) << change;
  }
  BeginAttempt();
  Grant("");
  EXPECT_EQ(Outcome(), "TOKEN_MALFORMED");
  BeginAttempt();
  Grant(Issuer().PersonToken(clock_.Now(), "kalix", "anna.berg"));  // An access token instead.
  EXPECT_EQ(Outcome(), "TOKEN_TYPE");
  EXPECT_EQ(store_.size(), 0u);
}

TEST_F(SignInTest, WhateverIsAwayIsSaidAndGivesNoSession) {
  BeginAttempt();
  Grant(IdToken(asked_["nonce"]));
  store_.set_away(true);
  EXPECT_EQ(Outcome(), "SESSIONS_UNAVAILABLE");
  store_.set_away(false);
  http_.Answer(kToken, 502, "");
  EXPECT_EQ(Outcome(), "PROVIDER_UNAVAILABLE");
  http_.GoAway();
  EXPECT_EQ(status::ReasonOf(sign_in_.Begin("/", "").status()), "PROVIDER_UNAVAILABLE");
}

TEST_F(SignInTest, NobodyIsSentElsewhereAfterSigningIn) {
  for (const char* target : {"", "//evil.example", "https://evil.example", "/\\evil.example"}) {
    EXPECT_EQ(status::ReasonOf(sign_in_.Begin(target, "").status()), "INVALID_FIELDS") << target;
  }
}

TEST_F(SignInTest, SigningOutEndsTheSessionAndLeadsToTheProvider) {
  const std::string id = Begin();
  const std::string elsewhere = Begin();
  const auto move = sign_in_.End(id, false);
  ASSERT_TRUE(move.ok());
  EXPECT_THAT(move->location, StartsWith("https://issuer.example/end?"));
  auto query = QueryOf(move->location);
  EXPECT_EQ(query["client_id"], "avvik-web");
  EXPECT_EQ(query["post_logout_redirect_uri"], "https://avvik.example/");
  EXPECT_EQ(query["id_token_hint"], "id-1");
  EXPECT_EQ(move->cookies.at(0).value, DropCookie(kSessionCookie, SameSite::kStrict).value);
  EXPECT_FALSE(sessions_.Use(Sessions::KeyOf(id)).ok());
  EXPECT_TRUE(sessions_.Use(Sessions::KeyOf(elsewhere)).ok());
}

TEST_F(SignInTest, SigningOutEverywhereEndsAllSessionsOfThePerson) {
  const std::string id = Begin();
  const std::string elsewhere = Begin();
  const std::string other = Begin("bo.ek");
  ASSERT_TRUE(sign_in_.End(id, true).ok());
  EXPECT_FALSE(sessions_.Use(Sessions::KeyOf(elsewhere)).ok());
  EXPECT_TRUE(sessions_.Use(Sessions::KeyOf(other)).ok());
}

TEST_F(SignInTest, SigningOutWithoutASessionLeadsHome) {
  EXPECT_EQ(sign_in_.End("", false)->location, "https://avvik.example/");
  http_.GoAway();
  EXPECT_EQ(sign_in_.End(Begin(), false)->location, "https://avvik.example/");
}

TEST_F(SignInTest, WhoSignedInAndOutIsToldToTheTraceWithWhenAndFromWhere) {
  const Origin origin{.client = "192.0.2.7", .trace_parent = "00-1-2-01"};
  BeginAttempt();
  Grant(IdToken(asked_["nonce"]));
  const auto move = sign_in_.Finish(Answer(), cookie_, origin);
  ASSERT_TRUE(move.ok()) << move.status();
  Begin();
  ASSERT_TRUE(sign_in_.End(ValueOf(move->cookies.at(0)), true, origin).ok());
  const auto deeds = log_.deeds();
  ASSERT_EQ(deeds.size(), 2u);
  for (const SessionDeed& deed : deeds) {
    EXPECT_EQ(deed.tenant, "kalix");
    EXPECT_EQ(deed.login, "anna.berg");
    EXPECT_EQ(deed.at, clock_.Now());
    EXPECT_EQ(deed.client, "192.0.2.7");
    EXPECT_EQ(deed.trace_parent, "00-1-2-01");
    EXPECT_EQ(deed.reason, "");
  }
  EXPECT_EQ(deeds[0].kind, SessionDeed::Kind::kSignedIn);
  EXPECT_EQ(deeds[1].kind, SessionDeed::Kind::kSignedOut);
  EXPECT_EQ(deeds[1].sessions, 2);
}

TEST_F(SignInTest, FailureOfSomebodyKnownIsToldAndThatOfSomebodyUnknownIsNot) {
  BeginAttempt();
  Grant(IdToken(asked_["nonce"]), "bo.ek");
  EXPECT_EQ(Outcome(), "SIGN_IN_SUBJECT");
  ASSERT_EQ(log_.deeds().size(), 1u);
  const SessionDeed deed = log_.deeds().front();
  EXPECT_EQ(deed.kind, SessionDeed::Kind::kSignInFailed);
  EXPECT_EQ(deed.login, "anna.berg");
  EXPECT_EQ(deed.tenant, "kalix");
  EXPECT_EQ(deed.reason, "SIGN_IN_SUBJECT");
  BeginAttempt();
  Grant(IdToken("another nonce"));
  EXPECT_EQ(Outcome(), "TOKEN_NONCE");
  EXPECT_EQ(log_.deeds().size(), 1u);
}

TEST_F(SignInTest, SigningOutWithoutASessionIsNobodysDeed) {
  ASSERT_TRUE(sign_in_.End("", true).ok());
  EXPECT_EQ(log_.deeds().size(), 0u);
}

}  // namespace
}  // namespace avvik::gateway
