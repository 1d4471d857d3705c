#include "services/gateway/sign_in/sessions.h"

#include "services/gateway/sign_in/sign_in_fixture.h"

namespace avvik::gateway {
namespace {

class SessionsTest : public SignInFixture {
 protected:
  std::string ReasonOfUse(const std::string& id) {
    const auto session = sessions_.Use(Sessions::KeyOf(id));
    return session.ok() ? "OK" : status::ReasonOf(session.status());
  }
  // How the session with this id is called among those of its person.
  std::string NameOf(const std::string& id) {
    for (const OwnSession& session : *sessions_.AllOf(Sessions::KeyOf(id))) {
      if (session.current) return session.name;
    }
    return "none";
  }
};

TEST_F(SessionsTest, TheStoreHoldsNeitherTheIdNorATokenNorAName) {
  const std::string id = Begin();
  const std::string dump = store_.Dump();
  for (const std::string& secret :
       {id, std::string("access-1"), std::string("refresh-1"), std::string("id-1"),
        std::string("anna"), std::string("Anna"), std::string("kalix")}) {
    EXPECT_EQ(dump.find(secret), std::string::npos) << secret;
  }
  const auto session = sessions_.Use(Sessions::KeyOf(id));
  ASSERT_TRUE(session.ok());
  EXPECT_EQ(session->login, "anna.berg");
  EXPECT_EQ(session->tokens.access, "access-1");
}

TEST_F(SessionsTest, AnIdThatWasNotGivenOutIsNoSession) {
  Begin();
  EXPECT_EQ(ReasonOfUse(RandomText()), "SESSION_ENDED");
  EXPECT_EQ(ReasonOfUse(""), "SESSION_ENDED");
}

TEST_F(SessionsTest, ASessionEndsWhenItIsIdleAndUseKeepsItAlive) {
  const std::string id = Begin();
  for (int i = 0; i < 5; ++i) {
    clock_.Advance(absl::Minutes(29));
    EXPECT_EQ(ReasonOfUse(id), "OK") << i;
  }
  clock_.Advance(absl::Minutes(30));
  EXPECT_EQ(ReasonOfUse(id), "SESSION_ENDED");
}

TEST_F(SessionsTest, LookingIsNoUse) {
  const std::string id = Begin();
  clock_.Advance(absl::Minutes(20));
  const auto view = sessions_.Look(Sessions::KeyOf(id));
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(view->left, absl::Minutes(10));
  clock_.Advance(absl::Minutes(10));
  EXPECT_FALSE(sessions_.Look(Sessions::KeyOf(id)).ok());
}

TEST_F(SessionsTest, ASessionEndsAtTheAbsoluteLimitHoweverMuchItIsUsed) {
  const std::string id = Begin();
  for (int i = 0; i < 12 * 60 - 1; ++i) {
    clock_.Advance(absl::Minutes(1));
    ASSERT_EQ(ReasonOfUse(id), "OK") << i;
  }
  EXPECT_EQ(sessions_.Look(Sessions::KeyOf(id))->left, absl::Minutes(1));
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(ReasonOfUse(id), "SESSION_ENDED");
  EXPECT_EQ(store_.size(), 0u);
}

TEST_F(SessionsTest, EndingAllOfAPersonLeavesOthersAlone) {
  const std::string one = Begin();
  const std::string two = Begin();
  const std::string other = Begin("bo.ek");
  const auto session = sessions_.Use(Sessions::KeyOf(one));
  EXPECT_EQ(*sessions_.EndAllOf(*session), 2);
  EXPECT_EQ(ReasonOfUse(one), "SESSION_ENDED");
  EXPECT_EQ(ReasonOfUse(two), "SESSION_ENDED");
  EXPECT_EQ(ReasonOfUse(other), "OK");
}

TEST_F(SessionsTest, APersonSeesTheirSessionsAndNobodyElses) {
  const std::string first = Begin();
  clock_.Advance(absl::Minutes(10));
  const std::string second = Begin();
  Begin("bo.ek");
  clock_.Advance(absl::Minutes(5));
  EXPECT_EQ(ReasonOfUse(second), "OK");
  clock_.Advance(absl::Minutes(1));
  const auto all = sessions_.AllOf(Sessions::KeyOf(first));
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 2u);
  const absl::Time now = clock_.Now();
  EXPECT_FALSE(all->at(0).current);
  EXPECT_EQ(all->at(0).begin, now - absl::Minutes(6));
  EXPECT_EQ(all->at(0).last_use, now - absl::Minutes(1));
  EXPECT_TRUE(all->at(1).current);
  EXPECT_EQ(all->at(1).begin, now - absl::Minutes(16));
  EXPECT_EQ(all->at(1).last_use, all->at(1).begin);
  EXPECT_EQ(all->at(1).end, all->at(1).begin + absl::Hours(12));
  // Nothing that is told of a session is good for using it.
  for (const OwnSession& session : *all) EXPECT_EQ(ReasonOfUse(session.name), "SESSION_ENDED");
  clock_.Advance(absl::Minutes(15));
  EXPECT_EQ(sessions_.AllOf(Sessions::KeyOf(second))->size(), 1u);
}

TEST_F(SessionsTest, EndingOneLeavesTheOthersAlone) {
  const std::string mine = Begin(), lost = Begin(), other = Begin("bo.ek");
  const std::string key = Sessions::KeyOf(mine);
  for (const std::string& name :
       {NameOf(other), std::string(), std::string("x"), Sessions::KeyOf(lost)}) {
    EXPECT_EQ(status::ReasonOf(sessions_.EndOneOf(key, name).status()), "NO_SUCH_SESSION") << name;
  }
  EXPECT_FALSE(*sessions_.EndOneOf(key, NameOf(lost)));
  EXPECT_EQ(ReasonOfUse(lost), "SESSION_ENDED");
  EXPECT_EQ(ReasonOfUse(mine), "OK");
  EXPECT_TRUE(*sessions_.EndOneOf(key, NameOf(mine)));
  EXPECT_EQ(ReasonOfUse(mine), "SESSION_ENDED");
  EXPECT_EQ(ReasonOfUse(other), "OK");
}

TEST_F(SessionsTest, AnEndedSessionDoesNotComeBackWithNewTokens) {
  const std::string key = Sessions::KeyOf(Begin());
  const Session session = *sessions_.Use(key);
  ASSERT_TRUE(sessions_.End(key).ok());
  EXPECT_EQ(status::ReasonOf(sessions_.Replace(key, session)), "SESSION_ENDED");
  EXPECT_EQ(store_.size(), 0u);
}

TEST_F(SessionsTest, AContentMovedToAnotherSessionIsNotRead) {
  const std::string mine = Sessions::KeyOf(Begin());
  const std::string theirs = Sessions::KeyOf(Begin("bo.ek"));
  ASSERT_TRUE(*store_.Replace(mine, (*store_.Look(theirs))->content));
  EXPECT_EQ(status::ReasonOf(sessions_.Use(mine).status()), "SESSION_ENDED");
}

TEST_F(SessionsTest, AStoreThatIsAwayIsToldApartFromASessionThatEnded) {
  const std::string id = Begin();
  store_.set_away(true);
  EXPECT_EQ(ReasonOfUse(id), "SESSIONS_UNAVAILABLE");
  store_.set_away(false);
  EXPECT_EQ(ReasonOfUse(id), "OK");
}

}  // namespace
}  // namespace avvik::gateway
