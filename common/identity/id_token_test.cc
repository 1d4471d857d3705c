// ID tokens, beyond what they share with access tokens (jwt_test.cc).
#include "common/identity/jwt.h"
#include "common/identity/test_issuer.h"
#include "common/status/error.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace avvik::identity {
namespace {

using nlohmann::json;

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

class IdTokenTest : public ::testing::Test {
 protected:
  static TestIssuer& Issuer() {
    static TestIssuer issuer;
    return issuer;
  }
  std::string Outcome(const json& changes, const json& header_changes = json::object(),
                      const std::string& nonce = "n-1") {
    json claims = {{"iss", "https://issuer.example"},
                   {"aud", "avvik-web"},
                   {"sub", "anna.berg"},
                   {"nonce", "n-1"},
                   {"iat", 1'790'000'000},
                   {"exp", 1'790'000'600}};
    json header = {{"alg", "ES256"}, {"kid", TestIssuer::kEcKeyId}, {"typ", "JWT"}};
    claims.update(changes);
    header.update(header_changes);
    TokenRules rules = Issuer().rules();
    rules.audience = "avvik-web";
    const auto read = VerifyIdToken(Issuer().Sign(Algorithm::kEs256, header.dump(), claims.dump()),
                                    Issuer(), rules, nonce, kNow);
    return read.ok() ? read->subject : status::ReasonOf(read.status());
  }
};

TEST_F(IdTokenTest, ATokenForThisClientAndThisSignInCounts) {
  EXPECT_EQ(Outcome(json::object()), "anna.berg");
  EXPECT_EQ(Outcome({{"aud", {"avvik-web"}}}), "anna.berg");
  EXPECT_EQ(Outcome({{"aud", {"avvik-web", "other"}}, {"azp", "avvik-web"}}), "anna.berg");
}

TEST_F(IdTokenTest, AnotherNonceOrNoneIsRefused) {
  EXPECT_EQ(Outcome({{"nonce", "n-2"}}), "TOKEN_NONCE");
  EXPECT_EQ(Outcome({{"nonce", 1}}), "TOKEN_NONCE");
  EXPECT_EQ(Outcome({{"nonce", ""}}, json::object(), ""), "TOKEN_NONCE");
}

TEST_F(IdTokenTest, AnotherClientsTokenIsRefused) {
  EXPECT_EQ(Outcome({{"aud", "other"}}), "TOKEN_AUDIENCE");
  EXPECT_EQ(Outcome({{"azp", "other"}}), "TOKEN_AUDIENCE");
  EXPECT_EQ(Outcome({{"aud", {"avvik-web", "other"}}}), "TOKEN_AUDIENCE");
}

TEST_F(IdTokenTest, AnAccessTokenIsNoIdTokenAndNeitherTheOtherWay) {
  EXPECT_EQ(Outcome(json::object(), {{"typ", "at+jwt"}}), "TOKEN_TYPE");
  EXPECT_EQ(Outcome(json::object(), {{"typ", 7}}), "TOKEN_TYPE");
  const json claims = {{"iss", "https://issuer.example"},
                       {"aud", "avvik"},
                       {"sub", "anna.berg"},
                       {"exp", 1'790'000'600}};
  const json header = {{"alg", "ES256"}, {"kid", TestIssuer::kEcKeyId}};
  for (const char* type : {"", "JWT"}) {
    json typed = header;
    if (*type != 0) typed["typ"] = type;
    const auto read = VerifyToken(Issuer().Sign(Algorithm::kEs256, typed.dump(), claims.dump()),
                                  Issuer(), Issuer().rules(), kNow);
    EXPECT_EQ(status::ReasonOf(read.status()), "TOKEN_TYPE");
  }
}

TEST_F(IdTokenTest, AlgorithmsThatProveNothingAreRefused) {
  EXPECT_EQ(Outcome(json::object(), {{"alg", "none"}}), "TOKEN_ALGORITHM");
  EXPECT_EQ(Outcome(json::object(), {{"alg", "HS256"}}), "TOKEN_ALGORITHM");
}

}  // namespace
}  // namespace avvik::identity
