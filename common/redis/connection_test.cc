#include "common/redis/connection.h"

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
  const auto connection = Connection::Open({.address = TestRedis().address, .password = ""}, kTimeout);
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
  ASSERT_FALSE((*connection)->Command({"CONFIG", "SET", "requirepass", ""})->is_error());
  const absl::Status status = Connection::Open(TestRedis(), kTimeout).status();
  ASSERT_FALSE(
      (*connection)->Command({"CONFIG", "SET", "requirepass", TestRedis().password})->is_error());
  EXPECT_THAT(status, HasCode(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace avvik::redis
