#include "common/redis/connection.h"

#include <map>
#include <set>

#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"

namespace avvik::redis {
namespace {

using avvik::testing::HasCode;
using avvik::testing::TestRedis;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr absl::Duration kTimeout = absl::Seconds(5);

TEST(RedisTest, WithThePasswordRedisAnswers) {
  const auto connection = Connection::Open(TestRedis(), kTimeout);
  ASSERT_OK(connection);
  EXPECT_EQ((*connection)->Command({"PING"})->text(), "PONG");
}

TEST(RedisTest, WithoutThePasswordRedisAnswersNobody) {
  const auto connection = Connection::Open({.address = TestRedis().address}, kTimeout);
  ASSERT_OK(connection);
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"PING"}, {"KEYS", "*"}, {"XADD", "stream", "*", "e", "x"},
        {"CONFIG", "SET", "requirepass", ""}}) {
    const auto reply = (*connection)->Command(command);
    ASSERT_OK(reply);
    EXPECT_TRUE(reply->is_error()) << command[0];
    EXPECT_THAT(reply->text(), StartsWith("NOAUTH")) << command[0];
  }
}

TEST(RedisTest, WithAWrongPasswordThereIsNoConnection) {
  Server server = TestRedis();
  server.password += "x";
  const absl::Status status = Connection::Open(server, kTimeout).status();
  EXPECT_THAT(status, HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(std::string(status.message()), HasSubstr("does not let us in"));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr(server.password)));
}

TEST(RedisTest, ARedisThatAsksForNoPasswordIsRefused) {
  const auto connection = Connection::Open(TestRedis(), kTimeout);
  ASSERT_OK(connection);
  ASSERT_FALSE((*connection)->Command({"ACL", "SETUSER", "default", "on", "nopass", "+ping"})->is_error());
  const absl::Status status = Connection::Open(TestRedis("intake"), kTimeout).status();
  ASSERT_FALSE((*connection)->Command({"ACL", "SETUSER", "default", "reset"})->is_error());
  EXPECT_THAT(status, HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(std::string(status.message()), HasSubstr("do not say who they are"));
}

// What the users of deploy/redis.acl may.
class RedisUsersTest : public ::testing::Test {
 protected:
  // The answer to a command of a user's.
  static Reply Ask(const std::string& user, const std::vector<std::string>& command) {
    const auto connection = Connection::Open(TestRedis(user), kTimeout);
    EXPECT_OK(connection);
    if (!connection.ok()) return {};
    const auto reply = (*connection)->Command(command);
    EXPECT_OK(reply);
    return reply.ok() ? *reply : Reply();
  }
  static std::string Stream(const std::string& service) { return "avvik:events:" + service; }
  static std::vector<std::string> Entry(const std::string& service) {
    return {"XADD", Stream(service), "MAXLEN", "~", "1000", "*", "e", "x"};
  }
  static std::vector<std::string> Read(const std::string& service) {
    return {"XREAD", "COUNT", "1", "STREAMS", Stream(service), "0"};
  }
  void TearDown() override {
    for (const char* service : kServices) Ask("operator", {"DEL", Stream(service)});
    Ask("operator", {"DEL", "avvik:session:test"});
  }

  static constexpr const char* kServices[] = {"intake", "triage", "escalation", "metrics", "delivery"};
  static constexpr const char* kRefused = "NOPERM";
};

TEST_F(RedisUsersTest, ServiceWritesItsOwnStreamAndNoOther) {
  for (const std::string user : kServices) {
    for (const std::string stream : kServices) {
      const Reply appended = Ask(user, Entry(stream));
      const Reply removed = Ask(user, {"DEL", Stream(stream)});
      if (user == stream) {
        EXPECT_FALSE(appended.is_error()) << appended.text();
        EXPECT_FALSE(Ask(user, {"XREVRANGE", Stream(stream), "+", "-", "COUNT", "1"}).is_error());
        EXPECT_EQ(removed.integer(), 1);
      } else {
        EXPECT_THAT(appended.text(), StartsWith(kRefused)) << user << " to " << stream;
        EXPECT_THAT(removed.text(), StartsWith(kRefused)) << user << " to " << stream;
        EXPECT_THAT(Ask(user, {"XDEL", Stream(stream), "1-0"}).text(), StartsWith(kRefused));
      }
    }
    EXPECT_THAT(Ask("gateway", Entry(user)).text(), StartsWith(kRefused)) << user;
  }
}

TEST_F(RedisUsersTest, ServiceReadsTheStreamsOfThoseItHears) {
  const std::map<std::string, std::set<std::string>> hears = {
      {"intake", {"triage"}},
      {"triage", {"intake", "escalation"}},
      {"escalation", {"triage"}},
      {"metrics", {"intake", "triage", "escalation", "delivery"}},
      {"delivery", {"intake", "triage", "escalation"}},
      {"gateway", {}}};
  for (const auto& [user, sources] : hears) {
    for (const std::string stream : kServices) {
      if (stream == user) continue;
      EXPECT_EQ(Ask(user, Read(stream)).is_error(), !sources.contains(stream)) << user << " of " << stream;
    }
  }
}

TEST_F(RedisUsersTest, SessionsAreForTheGatewayOnly) {
  const std::string session = "avvik:session:test";
  EXPECT_FALSE(Ask("gateway", {"SET", session, "sealed", "PX", "60000"}).is_error());
  EXPECT_EQ(Ask("gateway", {"GET", session}).text(), "sealed");
  for (const std::string user : kServices) {
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"GET", session}, {"GETEX", session, "PX", "1"}, {"DEL", session},
          {"SET", session, "mine"}, {"ZRANGE", "avvik:session-owner:test", "0", "-1"},
          {"XREAD", "STREAMS", session, "0"}}) {
      EXPECT_THAT(Ask(user, command).text(), StartsWith(kRefused)) << user << " " << command[0];
    }
  }
}

TEST_F(RedisUsersTest, NobodyButWhoOperatesItEmptiesRedisOrChangesIt) {
  for (const std::string user : {"intake", "triage", "escalation", "metrics", "delivery", "gateway"}) {
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"FLUSHALL"}, {"FLUSHDB"}, {"KEYS", "*"}, {"SCAN", "0"},
          {"CONFIG", "GET", "dir"}, {"CONFIG", "SET", "dir", "/"}, {"ACL", "LIST"},
          {"ACL", "SETUSER", "default", "on"}, {"EVAL", "return 1", "0"},
          {"SAVE"}, {"SHUTDOWN"}, {"MONITOR"}, {"CLIENT", "LIST"}, {"REPLICAOF", "host", "1"},
          {"MODULE", "LIST"}, {"SWAPDB", "0", "1"}, {"PUBLISH", "a", "b"}, {"RENAME", "a", "b"},
          {"SET", "another", "1"}, {"DUMP", "avvik:session:test"}}) {
      EXPECT_THAT(Ask(user, command).text(), StartsWith(kRefused)) << user << " " << command[0];
    }
  }
  EXPECT_FALSE(Ask("operator", {"KEYS", "*"}).is_error());
}

}  // namespace
}  // namespace avvik::redis
