#include "common/identity/token_verifier.h"

#include <atomic>
#include <thread>
#include <vector>

#include "common/clock/fake_clock.h"
#include "common/identity/test_issuer.h"
#include "common/status/error.h"
#include "gtest/gtest.h"

namespace avvik::identity {
namespace {

// Counts how often a key is asked for: once per real verification.
class CountingFinder final : public KeyFinder {
 public:
  explicit CountingFinder(KeyFinder& keys) : keys_(keys) {}
  absl::StatusOr<std::shared_ptr<const PublicKey>> Find(const std::string& id,
                                                        Algorithm algorithm) override {
    ++count;
    return keys_.Find(id, algorithm);
  }
  std::atomic<int> count = 0;

 private:
  KeyFinder& keys_;
};

class TokenVerifierTest : public ::testing::Test {
 protected:
  static TestIssuer& Issuer() {
    static TestIssuer issuer;
    return issuer;
  }
  std::string Reason(const std::string& header) {
    const auto claims = verifier_.VerifyAuthorization(header);
    return claims.ok() ? "OK" : status::ReasonOf(claims.status());
  }

  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  TestIssuer& issuer_ = Issuer();
  CountingFinder keys_{issuer_};
  TokenVerifier verifier_{{.rules = issuer_.rules()}, keys_, clock_};
};

TEST_F(TokenVerifierTest, ATokenIsVerifiedOnceAndThenRemembered) {
  const std::string token = issuer_.PersonToken(clock_.Now(), "kalix", "anna.berg");
  for (int i = 0; i < 5; ++i) {
    const auto claims = verifier_.Verify(token);
    ASSERT_TRUE(claims.ok());
    EXPECT_EQ((*claims)->subject, "anna.berg");
  }
  EXPECT_EQ(keys_.count, 1);
}

TEST_F(TokenVerifierTest, ARememberedTokenExpires) {
  const std::string token = issuer_.PersonToken(clock_.Now(), "kalix", "anna.berg");
  EXPECT_TRUE(verifier_.Verify(token).ok());
  clock_.Advance(absl::Minutes(4));
  EXPECT_TRUE(verifier_.Verify(token).ok());
  EXPECT_EQ(keys_.count, 1);
  clock_.Advance(absl::Minutes(4));  // Longer than it is remembered, shorter than it is valid.
  EXPECT_TRUE(verifier_.Verify(token).ok());
  EXPECT_EQ(keys_.count, 2);
  clock_.Advance(absl::Minutes(2) + absl::Seconds(30));
  EXPECT_EQ(Reason("Bearer " + token), "TOKEN_EXPIRED");
}

TEST_F(TokenVerifierTest, RefusedTokensAreNotRemembered) {
  std::string token = issuer_.PersonToken(clock_.Now(), "kalix", "anna.berg");
  token[token.size() - 10] = token[token.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(Reason("Bearer " + token), "TOKEN_SIGNATURE");
  EXPECT_EQ(Reason("Bearer " + token), "TOKEN_SIGNATURE");
  EXPECT_EQ(keys_.count, 2);
}

TEST_F(TokenVerifierTest, OnlySoManyTokensAreRemembered) {
  TokenVerifier small({.rules = issuer_.rules(), .cache_capacity = 16}, keys_, clock_);
  std::vector<std::string> tokens;
  for (int i = 0; i < 200; ++i) {
    tokens.push_back(issuer_.PersonToken(clock_.Now(), "kalix", "person" + std::to_string(i)));
  }
  for (const std::string& token : tokens) ASSERT_TRUE(small.Verify(token).ok());
  EXPECT_EQ(keys_.count, 200);
  for (const std::string& token : tokens) ASSERT_TRUE(small.Verify(token).ok());
  EXPECT_GE(keys_.count, 384);  // At most 16 were remembered.
  keys_.count = 0;
  ASSERT_TRUE(small.Verify(tokens.back()).ok());
  EXPECT_EQ(keys_.count, 0);  // Among them the last.
}

TEST_F(TokenVerifierTest, ATokenInUseOutlivesThoseUnused) {
  TokenVerifier small({.rules = issuer_.rules(), .cache_capacity = 32}, keys_, clock_);
  const std::string used = issuer_.PersonToken(clock_.Now(), "kalix", "anna.berg");
  ASSERT_TRUE(small.Verify(used).ok());
  for (int i = 0; i < 200; ++i) {
    const auto other = issuer_.PersonToken(clock_.Now(), "kalix", "person" + std::to_string(i));
    ASSERT_TRUE(small.Verify(other).ok());
    ASSERT_TRUE(small.Verify(used).ok());
  }
  EXPECT_EQ(keys_.count, 201);
}

TEST_F(TokenVerifierTest, TheHeaderMustBeABearerToken) {
  const std::string token = issuer_.PersonToken(clock_.Now(), "kalix", "anna.berg");
  EXPECT_EQ(Reason("Bearer " + token), "OK");
  EXPECT_EQ(Reason("bearer " + token), "OK");
  EXPECT_EQ(Reason(""), "TOKEN_MISSING");
  EXPECT_EQ(Reason("Bearer "), "TOKEN_MISSING");
  EXPECT_EQ(Reason("Basic YTpi"), "TOKEN_MISSING");
  EXPECT_EQ(Reason(token), "TOKEN_MISSING");
  EXPECT_EQ(Reason("Bearer  " + token), "TOKEN_MALFORMED");
  EXPECT_EQ(Reason("Bearer " + std::string(100'000, 'x')), "TOKEN_TOO_LARGE");
}

TEST_F(TokenVerifierTest, ThreadsShareTheMemory) {
  std::vector<std::string> tokens;
  for (int i = 0; i < 20; ++i) {
    tokens.push_back(issuer_.PersonToken(clock_.Now(), "kalix", "person" + std::to_string(i)));
  }
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        for (const std::string& token : tokens) good += verifier_.Verify(token).ok() ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 4 * 50 * 20);
  EXPECT_LE(keys_.count, 4 * 20);
}

}  // namespace
}  // namespace avvik::identity
