// Redis by TLS: Debian's own server, which asks for a certificate, and certificates of a real authority.
#include <algorithm>
#include <optional>

#include "absl/time/clock.h"
#include "common/redis/connection.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/certificates.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tls_redis.h"

namespace avvik::redis {
namespace {

using avvik::testing::HasCode;
using avvik::testing::TestAuthority;
using avvik::testing::TlsRedis;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr absl::Duration kTimeout = absl::Seconds(5);
constexpr char kNames[] = "DNS:localhost,IP:127.0.0.1";

class RedisTlsTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Connection>> Open(const rpc::TransportSettings& certificate,
                                                   const std::string& host = "127.0.0.1",
                                                   absl::Duration timeout = kTimeout) const {
    return Connection::Open(redis_.Seen(certificate, host), timeout);
  }
  static std::string Said(const absl::StatusOr<std::unique_ptr<Connection>>& opened) {
    EXPECT_THAT(opened.status(), HasCode(absl::StatusCode::kUnavailable));
    return std::string(opened.status().message());
  }

  const TestAuthority authority_;
  const rpc::TransportSettings intake_ = authority_.Certify("intake");
  TlsRedis redis_{authority_.Certify("redis", kNames)};
};

TEST_F(RedisTlsTest, CommandsAndAnswersOfAnySizeGoThrough) {
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    const auto connection = Open(intake_, host);
    ASSERT_OK(connection);
    EXPECT_EQ((*connection)->Command({"PING"})->text(), "PONG");
    std::string much;
    for (size_t i = 0; i < (size_t{9} << 20); ++i) much.push_back(static_cast<char>(i * i >> 7));
    EXPECT_EQ((*connection)->Command({"SET", "much", much})->text(), "OK");
    EXPECT_TRUE((*connection)->Command({"GET", "much"})->text() == much);
    std::vector<std::vector<std::string>> many(2000, {"INCR", "count:" + host});
    const auto counted = (*connection)->Pipeline(many);
    ASSERT_OK(counted);
    EXPECT_EQ(counted->back().integer(), 2000);
  }
}

TEST_F(RedisTlsTest, RedisThatCannotProveWhoItIsIsNotTalkedTo) {
  // Of another authority than ours.
  const TestAuthority stranger;
  EXPECT_THAT(Said(Open(stranger.Certify("intake"))), HasSubstr("cannot prove who it is"));
  // Of ours, and not for the name that we called.
  const TlsRedis other(authority_.Certify("other", "DNS:other.example,IP:127.0.0.2"));
  const auto opened = Connection::Open(other.Seen(intake_), kTimeout);
  EXPECT_THAT(Said(opened), AllOf(HasSubstr("cannot prove who it is"), HasSubstr("mismatch")));
  EXPECT_THAT(Said(Connection::Open(other.Seen(intake_, "localhost"), kTimeout)),
              HasSubstr("cannot prove who it is"));
  // Out of date.
  const TlsRedis old(authority_.Certify("old", kNames, -1));
  EXPECT_THAT(Said(Connection::Open(old.Seen(intake_), kTimeout)), HasSubstr("expired"));
}

TEST_F(RedisTlsTest, WithoutACertificateOfTheAuthorityRedisDoesNotAnswer) {
  const TestAuthority stranger;
  rpc::TransportSettings settings = stranger.Certify("intake");
  settings.authority = authority_.authority();
  EXPECT_THAT(Open(settings).status(), HasCode(absl::StatusCode::kUnavailable));
  Server plain = redis_.Seen(intake_);
  plain.address = "redis://127.0.0.1:" + std::to_string(redis_.port());
  EXPECT_THAT(Connection::Open(plain, kTimeout).status(), HasCode(absl::StatusCode::kUnavailable));
}

TEST_F(RedisTlsTest, CertificateThatWasExchangedIsTakenInUse) {
  const rpc::TransportSettings late = authority_.Certify("triage", "DNS:avvik-triage", -1);
  EXPECT_THAT(Open(late).status(), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_OK(Open(authority_.Certify("triage")));
}

TEST_F(RedisTlsTest, RedisThatGoesIsNoticedAndTheNextConnectionWorks) {
  const auto connection = Open(intake_);
  ASSERT_OK(connection);
  redis_.Stop();
  EXPECT_THAT((*connection)->Command({"PING"}).status(), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_TRUE((*connection)->broken());
  EXPECT_THAT(Said(Open(intake_)), HasSubstr("no connection"));
  redis_.Start();
  const auto next = Open(intake_);
  ASSERT_OK(next);
  EXPECT_EQ((*next)->Command({"PING"})->text(), "PONG");
  EXPECT_THAT((*connection)->Command({"PING"}).status(), HasCode(absl::StatusCode::kUnavailable));
}

TEST_F(RedisTlsTest, RedisThatEndsAConnectionIsNoticed) {
  const auto victim = Open(intake_);
  const auto other = Open(intake_);
  ASSERT_OK(victim);
  ASSERT_OK(other);
  EXPECT_EQ((*other)->Command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"})->integer(), 1);
  EXPECT_THAT((*victim)->Command({"PING"}).status(), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_EQ((*other)->Command({"PING"})->text(), "PONG");
}

TEST_F(RedisTlsTest, ConnectionThatIsGivenUpEndsAtRedisToo) {
  const auto connection = Open(intake_);
  ASSERT_OK(connection);
  const auto clients = [&] {
    const std::string list = (*connection)->Command({"CLIENT", "LIST"})->text();
    return std::count(list.begin(), list.end(), '\n');
  };
  for (int i = 0; i < 20; ++i) ASSERT_OK(Open(intake_));
  const absl::Time patience = absl::Now() + absl::Seconds(10);
  while (clients() > 1 && absl::Now() < patience) {
  }
  EXPECT_EQ(clients(), 1);
}

TEST_F(RedisTlsTest, SilenceIsGivenUpInTime) {
  constexpr absl::Duration kShort = absl::Milliseconds(300);
  const auto connection = Open(intake_, "127.0.0.1", kShort);
  ASSERT_OK(connection);
  redis_.Freeze();
  const absl::Time begun = absl::Now();
  EXPECT_THAT((*connection)->Command({"PING"}).status(), HasCode(absl::StatusCode::kUnavailable));
  // The kernel takes the connection, and nobody speaks.
  EXPECT_THAT(Said(Open(intake_, "127.0.0.1", kShort)), HasSubstr("in time"));
  EXPECT_LT(absl::Now() - begun, absl::Seconds(5));
  redis_.Thaw();
  EXPECT_OK(Open(intake_));
}

TEST(RedisPlaceTest, PlainRedisIsForLoopbackAndSocketsOnly) {
  const auto kind = [](const std::string& address) {
    const auto place =
        PlaceOf({.address = address, .tls = {.certificate = "c", .key = "k", .authority = "a"}});
    return place.ok() ? std::optional(place->kind) : std::nullopt;
  };
  EXPECT_EQ(kind("/run/redis/redis.sock"), Place::Kind::kSocket);
  for (const char* near : {"127.0.0.1:6379", "redis://127.8.0.1:6379", "redis://[::1]:6379", "localhost:1"}) {
    EXPECT_EQ(kind(near), Place::Kind::kPlain) << near;
  }
  for (const char* far : {"rediss://redis.example:6379", "rediss://127.0.0.1:1", "rediss://[2001:db8::1]:1"}) {
    EXPECT_EQ(kind(far), Place::Kind::kTls) << far;
  }
  for (const char* refused :
       {"redis://redis.example:6379", "10.0.0.1:6379", "redis:6379", "[::]:6379", "0.0.0.0:6379",
        "127.evil.example:6379", "localhost.example:6379", "redis://127.0.0.1", "rediss://:1",
        "rediss://host", "rediss://host:port", "rediss://host:1/0", "rediss://", "redis", ""}) {
    EXPECT_EQ(kind(refused), std::nullopt) << refused;
  }
  EXPECT_THAT(std::string(PlaceOf({.address = "redis://redis.example:6379"}).status().message()),
              AllOf(HasSubstr("network address without TLS"), HasSubstr("rediss://redis.example:6379"),
                    HasSubstr("--tls-certificate")));
  EXPECT_THAT(std::string(PlaceOf({.address = "rediss://redis.example:6379"}).status().message()),
              HasSubstr("takes --tls-certificate"));
  const absl::Status opened =
      Connection::Open({.address = "redis://192.0.2.1:6379"}, kTimeout).status();
  EXPECT_THAT(opened, HasCode(absl::StatusCode::kInvalidArgument));
}

TEST_F(RedisTlsTest, RedisWhoseCertificateWasRevokedIsNotTalkedTo) {
  rpc::TransportSettings settings = intake_;
  settings.revoked = authority_.Revoke({});
  EXPECT_OK(Open(settings));
  authority_.Revoke({"redis"});
  EXPECT_THAT(Said(Open(settings)), HasSubstr("revoked"));
}

}  // namespace
}  // namespace avvik::redis
