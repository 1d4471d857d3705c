#include "common/identity/key_set.h"

#include <thread>

#include "common/clock/fake_clock.h"
#include "common/identity/fake_http_client.h"
#include "common/identity/provider.h"
#include "common/identity/test_issuer.h"
#include "common/status/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::identity {
namespace {

using ::testing::HasSubstr;

constexpr char kIssuer[] = "https://issuer.example";
constexpr char kDiscovery[] = "https://issuer.example/.well-known/openid-configuration";
constexpr char kKeys[] = "https://issuer.example/keys";
constexpr char kMetadata[] =
    R"({"issuer": "https://issuer.example", "jwks_uri": "https://issuer.example/keys",
        "token_endpoint": "https://issuer.example/token"})";

class KeySetTest : public ::testing::Test {
 protected:
  static TestIssuer& Issuer() {
    static TestIssuer issuer;
    return issuer;
  }
  void ProviderComesUp() {
    http_.Answer(kDiscovery, 200, kMetadata);
    http_.Answer(kKeys, 200, issuer_.KeySetJson());
  }
  std::string Reason(const std::string& id) {
    const auto key = keys_.Find(id, Algorithm::kRs256);
    return key.ok() ? "OK" : status::ReasonOf(key.status());
  }

  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  FakeHttpClient http_;
  TestIssuer& issuer_ = Issuer();
  KeySet keys_{{.issuer = kIssuer}, http_, clock_};
};

TEST_F(KeySetTest, KeysAreFoundAfterAFetch) {
  ProviderComesUp();
  ASSERT_TRUE(keys_.RunOnce().ok());
  EXPECT_EQ(Reason(TestIssuer::kRsaKeyId), "OK");
  EXPECT_TRUE(keys_.Find(TestIssuer::kEcKeyId, Algorithm::kEs256).ok());
  EXPECT_FALSE(keys_.Find(TestIssuer::kEcKeyId, Algorithm::kRs256).ok());
  EXPECT_EQ(http_.Count(kKeys), 1u);
}

TEST_F(KeySetTest, WithoutAProviderVerificationIsUnavailableUntilItComes) {
  EXPECT_FALSE(keys_.RunOnce().ok());
  EXPECT_FALSE(keys_.HasKeys());
  const auto key = keys_.Find(TestIssuer::kRsaKeyId, Algorithm::kRs256);
  EXPECT_EQ(key.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(status::ReasonOf(key.status()), "KEYS_UNAVAILABLE");
  ProviderComesUp();
  EXPECT_TRUE(keys_.RunOnce().ok());
  EXPECT_EQ(Reason(TestIssuer::kRsaKeyId), "OK");
}

TEST_F(KeySetTest, OldKeysServeWhileTheProviderIsAway) {
  ProviderComesUp();
  ASSERT_TRUE(keys_.RunOnce().ok());
  http_.GoAway();
  EXPECT_FALSE(keys_.RunOnce().ok());
  EXPECT_EQ(Reason(TestIssuer::kRsaKeyId), "OK");
  http_.Answer(kDiscovery, 200, kMetadata);
  http_.Answer(kKeys, 200, "{\"keys\": []}");
  EXPECT_FALSE(keys_.RunOnce().ok());
  http_.Answer(kKeys, 500, "");
  EXPECT_FALSE(keys_.RunOnce().ok());
  EXPECT_EQ(Reason(TestIssuer::kRsaKeyId), "OK");
}

TEST_F(KeySetTest, AnUnknownKeyCausesAFetchButNotMoreOftenThanAllowed) {
  http_.Answer(kDiscovery, 200, kMetadata);
  std::string renamed = issuer_.KeySetJson();
  renamed.replace(renamed.find("rsa-1"), 5, "rsa-0");
  http_.Answer(kKeys, 200, renamed);
  ASSERT_TRUE(keys_.RunOnce().ok());
  ProviderComesUp();  // The provider has new keys.
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Reason(TestIssuer::kRsaKeyId), "TOKEN_KEY_UNKNOWN");
  EXPECT_EQ(http_.Count(kKeys), 1u);
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(Reason(TestIssuer::kRsaKeyId), "OK");
  EXPECT_EQ(http_.Count(kKeys), 2u);
  EXPECT_EQ(Reason("rsa-0"), "TOKEN_KEY_UNKNOWN");  // No longer listed.
}

TEST_F(KeySetTest, ThreadsWithAnUnknownKeyShareOneFetch) {
  ProviderComesUp();
  std::atomic<int> found = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back(
        [&] { found += keys_.Find(TestIssuer::kRsaKeyId, Algorithm::kRs256).ok() ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(found, 8);
  EXPECT_EQ(http_.Count(kKeys), 1u);
}

TEST_F(KeySetTest, WaitsDoubleWhileTheProviderIsAway) {
  EXPECT_EQ(keys_.NextWait(), absl::Minutes(5));
  EXPECT_FALSE(keys_.RunOnce().ok());
  EXPECT_EQ(keys_.NextWait(), absl::Milliseconds(200));
  EXPECT_FALSE(keys_.RunOnce().ok());
  EXPECT_EQ(keys_.NextWait(), absl::Milliseconds(400));
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(keys_.RunOnce().ok());
  EXPECT_EQ(keys_.NextWait(), absl::Seconds(5));
  ProviderComesUp();
  EXPECT_TRUE(keys_.RunOnce().ok());
  EXPECT_EQ(keys_.NextWait(), absl::Minutes(5));
}

TEST_F(KeySetTest, AMovedKeySetIsFoundAgain) {
  ProviderComesUp();
  ASSERT_TRUE(keys_.RunOnce().ok());
  http_.GoAway();
  http_.Answer(kDiscovery, 200, R"({"issuer": "https://issuer.example",
                                    "jwks_uri": "https://issuer.example/new-keys"})");
  http_.Answer("https://issuer.example/new-keys", 200, issuer_.KeySetJson());
  EXPECT_FALSE(keys_.RunOnce().ok());
  EXPECT_TRUE(keys_.RunOnce().ok());
}

TEST_F(KeySetTest, AnIssuerThatCannotBeTrustedDoesNotStart) {
  KeySet keys({.issuer = "http://issuer.example"}, http_, clock_);
  EXPECT_EQ(keys.Start().code(), absl::StatusCode::kInvalidArgument);
}

TEST(DiscoverTest, AnotherIssuerOrAPlainAddressIsRefused) {
  FakeHttpClient http;
  http.Answer(kDiscovery, 200,
              R"({"issuer": "https://other.example", "jwks_uri": "https://x.example"})");
  EXPECT_EQ(Discover(http, kIssuer).status().code(), absl::StatusCode::kFailedPrecondition);
  http.Answer(kDiscovery, 200,
              R"({"issuer": "https://issuer.example", "jwks_uri": "http://x.example"})");
  const auto plain = Discover(http, kIssuer);
  EXPECT_EQ(plain.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(plain.status().message()), HasSubstr("jwks_uri"));
  http.Answer(kDiscovery, 200, R"({"issuer": "https://issuer.example"})");
  EXPECT_EQ(Discover(http, kIssuer).status().code(), absl::StatusCode::kFailedPrecondition);
  http.Answer(kDiscovery, 200, "<html>");
  EXPECT_EQ(Discover(http, kIssuer).status().code(), absl::StatusCode::kUnavailable);
  http.Answer(kDiscovery, 404, kMetadata);
  EXPECT_EQ(Discover(http, kIssuer).status().code(), absl::StatusCode::kUnavailable);
}

TEST(DiscoverTest, AnIssuerMayEndInASlash) {
  FakeHttpClient http;
  http.Answer(
      "https://issuer.example/t/.well-known/openid-configuration", 200,
      R"({"issuer": "https://issuer.example/t/", "jwks_uri": "https://issuer.example/keys"})");
  EXPECT_TRUE(Discover(http, "https://issuer.example/t/").ok());
}

TEST(CheckProviderUrlTest, PlainAddressesAreForLoopbackOnly) {
  for (const char* url :
       {"https://login.example", "https://login.example:8443/t", "http://localhost:8081",
        "http://127.0.0.1:8081/x", "http://[::1]:8081"}) {
    EXPECT_TRUE(CheckProviderUrl(url).ok()) << url;
  }
  for (const char* url :
       {"", "https://", "http://", "ftp://localhost", "http://login.example", "localhost:8081",
        "http://localhost.example", "http://127.0.0.1.example", "http://localhost@evil.example",
        "http://user@localhost", "https://user:secret@login.example", "file:///etc/passwd"}) {
    EXPECT_FALSE(CheckProviderUrl(url).ok()) << url;
  }
}

}  // namespace
}  // namespace avvik::identity
