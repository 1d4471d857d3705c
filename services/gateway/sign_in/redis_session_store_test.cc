// The session store on a real Redis.
#include "services/gateway/sign_in/redis_session_store.h"

#include <atomic>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "common/status/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gateway/sign_in/sealer.h"
#include "tests/support/pg_fixture.h"

namespace avvik::gateway {
namespace {

class RedisSessionStoreTest : public ::testing::Test {
 protected:
  redis::Reply Redis(const std::vector<std::string>& command) {
    auto connection = redis::Connection::Open(testing::TestRedis(), absl::Seconds(1));
    return *(*connection)->Command(command);
  }
  static void Sleep(absl::Duration time) { absl::SleepFor(time); }

  // Names of their own, because the server is shared.
  const std::string key_ = Fingerprint(RandomText());
  const std::string owner_ = Fingerprint(RandomText());
  RedisSessionStore store_{testing::TestRedis()};
};

TEST_F(RedisSessionStoreTest, ASessionIsKeptWithAnyBytes) {
  const std::string content("a\0\xff\r\nb", 6);
  ASSERT_TRUE(store_.Create(key_, content, owner_, absl::Minutes(1), absl::Hours(1)).ok());
  EXPECT_EQ(**store_.Use(key_, absl::Minutes(1)), content);
  EXPECT_EQ((*store_.Look(key_))->content, content);
  EXPECT_FALSE(store_.Use(Fingerprint("other"), absl::Minutes(1))->has_value());
}

TEST_F(RedisSessionStoreTest, UseProlongsAndLookingDoesNot) {
  ASSERT_TRUE(store_.Create(key_, "x", owner_, absl::Seconds(2), absl::Hours(1)).ok());
  EXPECT_LE((*store_.Look(key_))->left, absl::Seconds(2));
  ASSERT_TRUE(store_.Use(key_, absl::Minutes(5)).ok());
  EXPECT_GT((*store_.Look(key_))->left, absl::Minutes(4));
  ASSERT_TRUE(store_.Use(key_, absl::Milliseconds(200)).ok());
  ASSERT_TRUE(store_.Look(key_)->has_value());
  Sleep(absl::Milliseconds(300));
  EXPECT_FALSE(store_.Look(key_)->has_value());
  EXPECT_FALSE(store_.Use(key_, absl::Minutes(1))->has_value());
}

TEST_F(RedisSessionStoreTest, ReplacingKeepsTheTimeToLiveAndNeverBringsASessionBack) {
  ASSERT_TRUE(store_.Create(key_, "x", owner_, absl::Minutes(1), absl::Hours(1)).ok());
  EXPECT_TRUE(*store_.Replace(key_, "y"));
  EXPECT_EQ((*store_.Look(key_))->content, "y");
  EXPECT_GT((*store_.Look(key_))->left, absl::Seconds(50));
  ASSERT_TRUE(store_.Remove(key_).ok());
  EXPECT_FALSE(*store_.Replace(key_, "z"));
  EXPECT_FALSE(store_.Look(key_)->has_value());
}

TEST_F(RedisSessionStoreTest, AllSessionsOfAnOwnerEndTogether) {
  const std::string second = Fingerprint(RandomText()), stranger = Fingerprint(RandomText());
  ASSERT_TRUE(store_.Create(key_, "1", owner_, absl::Minutes(1), absl::Hours(1)).ok());
  ASSERT_TRUE(store_.Create(second, "2", owner_, absl::Minutes(1), absl::Hours(1)).ok());
  ASSERT_TRUE(
      store_.Create(stranger, "3", Fingerprint(RandomText()), absl::Minutes(1), absl::Hours(1))
          .ok());
  EXPECT_THAT(*store_.KeysOf(owner_), ::testing::UnorderedElementsAre(key_, second));
  EXPECT_EQ(*store_.RemoveAllOf(owner_), 2);
  EXPECT_TRUE(store_.KeysOf(owner_)->empty());
  EXPECT_FALSE(store_.Look(key_)->has_value());
  EXPECT_FALSE(store_.Look(second)->has_value());
  EXPECT_TRUE(store_.Look(stranger)->has_value());
  EXPECT_EQ(*store_.RemoveAllOf(owner_), 0);
}

TEST_F(RedisSessionStoreTest, AnOwnersListForgetsWhatIsOver) {
  ASSERT_TRUE(store_.Create(key_, "1", owner_, absl::Milliseconds(1), absl::Milliseconds(50)).ok());
  Sleep(absl::Milliseconds(100));
  EXPECT_EQ(Redis({"EXISTS", "avvik:session-owner:" + owner_}).integer(), 0);
}

TEST_F(RedisSessionStoreTest, OneOfManyClaimsAName) {
  const std::string name = RandomText();
  std::atomic<int> claimed = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { claimed += *store_.Claim(name, absl::Minutes(1)) ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(claimed, 1);
  ASSERT_TRUE(store_.Release(name).ok());
  EXPECT_TRUE(*store_.Claim(name, absl::Milliseconds(50)));
  Sleep(absl::Milliseconds(100));
  EXPECT_TRUE(*store_.Claim(name, absl::Milliseconds(50)));
}

TEST_F(RedisSessionStoreTest, ConnectionsThatBrokeAreMadeAnew) {
  ASSERT_TRUE(store_.Create(key_, "x", owner_, absl::Minutes(1), absl::Hours(1)).ok());
  Redis({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  EXPECT_EQ(**store_.Use(key_, absl::Minutes(1)), "x");
}

TEST_F(RedisSessionStoreTest, WithoutRedisEverythingIsUnavailable) {
  RedisSessionStore away({.address = "/no/such/socket"});
  EXPECT_EQ(status::ReasonOf(away.Look(key_).status()), "SESSIONS_UNAVAILABLE");
  EXPECT_EQ(status::ReasonOf(away.Create(key_, "", owner_, absl::Minutes(1), absl::Hours(1))),
            "SESSIONS_UNAVAILABLE");
}

}  // namespace
}  // namespace avvik::gateway
