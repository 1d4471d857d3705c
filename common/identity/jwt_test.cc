#include "common/identity/jwt.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "common/identity/base64url.h"
#include "common/identity/test_issuer.h"
#include "common/status/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace avvik::identity {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Algorithm kRs256 = Algorithm::kRs256;
constexpr Algorithm kEs256 = Algorithm::kEs256;

class VerifyTokenTest : public ::testing::Test {
 protected:
  static TestIssuer& Issuer() {
    static TestIssuer issuer;
    return issuer;
  }

  absl::Time now_ = absl::FromUnixSeconds(1'790'000'000);

  json Payload() const {
    const int64_t seconds = absl::ToUnixSeconds(now_);
    return {{"iss", "https://issuer.example"},
            {"aud", "avvik"},
            {"sub", "anna.berg"},
            {"client_id", "avvik-web"},
            {"tenant", "kalix"},
            {"name", "Anna Bergström"},
            {"email", "anna.berg@kalix.example"},
            {"scope", "openid  profile"},
            {"iat", seconds - 10},
            {"nbf", seconds - 10},
            {"exp", seconds + 600}};
  }
  absl::StatusOr<Claims> Verify(const std::string& token) {
    return VerifyToken(token, Issuer(), Issuer().rules(), now_);
  }
  std::string Reason(const std::string& token) {
    const auto claims = Verify(token);
    if (claims.ok()) return "OK";
    EXPECT_EQ(claims.status().code(), absl::StatusCode::kUnauthenticated);
    return status::ReasonOf(claims.status());
  }
  // The outcome for a token that is well signed with these claims.
  std::string ReasonFor(const json& payload, Algorithm algorithm = kEs256) {
    return Reason(Issuer().Sign(algorithm, TestIssuer::Header(algorithm), payload.dump()));
  }
  std::string ReasonWith(const std::string& claim, const json& value) {
    json payload = Payload();
    payload[claim] = value;
    return ReasonFor(payload);
  }
  // The outcome for a token that is well signed, with a header that names another thing.
  std::string ReasonWithHeader(const std::string& member, const json& value) {
    json header = json::parse(TestIssuer::Header(kRs256));
    header[member] = value;
    return Reason(Issuer().Sign(kRs256, header.dump(), Payload().dump()));
  }
};

TEST_F(VerifyTokenTest, BothAlgorithmsAreAccepted) {
  for (const Algorithm algorithm : {kRs256, kEs256}) {
    const auto claims =
        Verify(Issuer().Sign(algorithm, TestIssuer::Header(algorithm), Payload().dump()));
    ASSERT_TRUE(claims.ok()) << claims.status();
    EXPECT_EQ(claims->subject, "anna.berg");
    EXPECT_EQ(claims->client_id, "avvik-web");
    EXPECT_EQ(claims->tenant, "kalix");
    EXPECT_EQ(claims->name, "Anna Bergström");
    EXPECT_EQ(claims->email, "anna.berg@kalix.example");
    EXPECT_THAT(claims->scopes, ElementsAre("openid", "profile"));
    EXPECT_EQ(claims->expiry, now_ + absl::Seconds(600));
  }
}

TEST_F(VerifyTokenTest, OnlyIdentifyingClaimsAreNeeded) {
  json payload = Payload();
  for (const char* claim : {"client_id", "tenant", "name", "email", "scope", "iat", "nbf"}) {
    payload.erase(claim);
  }
  EXPECT_EQ(ReasonFor(payload), "OK");
}

TEST_F(VerifyTokenTest, AudienceMayBeAList) {
  EXPECT_EQ(ReasonWith("aud", {"other", "avvik"}), "OK");
  EXPECT_EQ(ReasonWith("aud", {"other", "avvik2"}), "TOKEN_AUDIENCE");
  EXPECT_EQ(ReasonWith("aud", json::array()), "TOKEN_AUDIENCE");
  EXPECT_EQ(ReasonWith("aud", {{"avvik", true}}), "TOKEN_AUDIENCE");
  EXPECT_EQ(ReasonWith("aud", "AVVIK"), "TOKEN_AUDIENCE");
  json payload = Payload();
  payload.erase("aud");
  EXPECT_EQ(ReasonFor(payload), "TOKEN_AUDIENCE");
}

TEST_F(VerifyTokenTest, AnotherIssuerIsRefused) {
  EXPECT_EQ(ReasonWith("iss", "https://issuer.example/"), "TOKEN_ISSUER");
  EXPECT_EQ(ReasonWith("iss", {"https://issuer.example"}), "TOKEN_ISSUER");
  json payload = Payload();
  payload.erase("iss");
  EXPECT_EQ(ReasonFor(payload), "TOKEN_ISSUER");
}

TEST_F(VerifyTokenTest, TimesHoldWithTheLeeway) {
  const int64_t seconds = absl::ToUnixSeconds(now_);
  EXPECT_EQ(ReasonWith("exp", seconds - 29), "OK");
  EXPECT_EQ(ReasonWith("exp", seconds - 30), "TOKEN_EXPIRED");
  EXPECT_EQ(ReasonWith("exp", static_cast<double>(seconds) + 0.5), "OK");
  EXPECT_EQ(ReasonWith("nbf", seconds + 30), "OK");
  EXPECT_EQ(ReasonWith("nbf", seconds + 31), "TOKEN_NOT_YET_VALID");
  EXPECT_EQ(ReasonWith("iat", seconds + 30), "OK");
  EXPECT_EQ(ReasonWith("iat", seconds + 31), "TOKEN_NOT_YET_VALID");
}

TEST_F(VerifyTokenTest, TimesThatAreNoTimesAreRefused) {
  for (const json& value : {json("tomorrow"), json(-1), json(1e300), json(nullptr), json(true)}) {
    EXPECT_EQ(ReasonWith("exp", value), "TOKEN_CLAIMS") << value;
    EXPECT_EQ(ReasonWith("nbf", value), "TOKEN_CLAIMS") << value;
  }
  json payload = Payload();
  payload.erase("exp");
  EXPECT_EQ(ReasonFor(payload), "TOKEN_CLAIMS");
}

TEST_F(VerifyTokenTest, ClaimsThatAreNoTextsAreRefused) {
  for (const char* claim : {"sub", "client_id", "tenant", "name", "email", "scope"}) {
    EXPECT_EQ(ReasonWith(claim, 7), "TOKEN_CLAIMS") << claim;
    EXPECT_EQ(ReasonWith(claim, std::string("a\0b", 3)), "TOKEN_CLAIMS") << claim;
    EXPECT_EQ(ReasonWith(claim, "a\r\nb"), "TOKEN_CLAIMS") << claim;
    EXPECT_EQ(ReasonWith(claim, std::string(2001, 'x')), "TOKEN_CLAIMS") << claim;
  }
  EXPECT_EQ(ReasonWith("sub", ""), "TOKEN_CLAIMS");
  json payload = Payload();
  payload.erase("sub");
  const auto claims = Verify(Issuer().Sign(kEs256, TestIssuer::Header(kEs256), payload.dump()));
  EXPECT_THAT(std::string(claims.status().message()), ::testing::HasSubstr("`sub`"));
}

TEST_F(VerifyTokenTest, GroupsAreTextsOrOneText) {
  json payload = Payload();
  const auto groups = [&] {
    return Verify(Issuer().Sign(kEs256, TestIssuer::Header(kEs256), payload.dump()))->groups;
  };
  EXPECT_THAT(groups(), ElementsAre());
  payload["groups"] = {"Avvik forum", "Avvik revision"};
  EXPECT_THAT(groups(), ElementsAre("Avvik forum", "Avvik revision"));
  payload["groups"] = "Avvik forum";
  EXPECT_THAT(groups(), ElementsAre("Avvik forum"));
  for (const json& value : {json(7), json({{"a", 1}}), json::array({""}), json::array({7}),
                            json::array({"a\nb"}), json(std::vector<std::string>(201, "x"))}) {
    EXPECT_EQ(ReasonWith("groups", value), "TOKEN_CLAIMS") << value;
  }
}

TEST_F(VerifyTokenTest, HowThePersonSignedInIsRead) {
  json payload = Payload();
  const auto claims = [&] {
    return *Verify(Issuer().Sign(kEs256, TestIssuer::Header(kEs256), payload.dump()));
  };
  EXPECT_EQ(claims().acr, "");
  EXPECT_THAT(claims().amr, ElementsAre());
  payload["acr"] = "http://id.elegnamnden.se/loa/1.0/loa3";
  payload["amr"] = {"pwd", "mfa"};
  EXPECT_EQ(claims().acr, "http://id.elegnamnden.se/loa/1.0/loa3");
  EXPECT_THAT(claims().amr, ElementsAre("pwd", "mfa"));
  EXPECT_EQ(ReasonWith("acr", 3), "TOKEN_CLAIMS");
  EXPECT_EQ(ReasonWith("amr", json::array({7})), "TOKEN_CLAIMS");
}

TEST_F(VerifyTokenTest, UnsignedTokensAreRefused) {
  for (const char* header :
       {R"({"alg":"none","typ":"at+jwt"})", R"({"alg":"none","typ":"at+jwt","kid":"rsa-1"})",
        R"({"alg":"None","typ":"at+jwt","kid":"rsa-1"})",
        R"({"alg":"","typ":"at+jwt","kid":"rsa-1"})"}) {
    const std::string input = Base64UrlEncode(header) + "." + Base64UrlEncode(Payload().dump());
    EXPECT_EQ(Reason(input + "."), "TOKEN_ALGORITHM") << header;
    const std::string good = Issuer().Sign(kRs256, TestIssuer::Header(kRs256), Payload().dump());
    EXPECT_EQ(Reason(input + good.substr(good.rfind('.'))), "TOKEN_ALGORITHM") << header;
  }
}

TEST_F(VerifyTokenTest, AnHmacKeyedWithThePublicKeyIsRefused) {
  json header = json::parse(TestIssuer::Header(kRs256));
  header["alg"] = "HS256";
  const std::string input =
      Base64UrlEncode(header.dump()) + "." + Base64UrlEncode(Payload().dump());
  const std::string pem = Issuer().RsaPublicPem();
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), pem.data(), static_cast<int>(pem.size()),
       reinterpret_cast<const unsigned char*>(input.data()), input.size(), mac, &size);
  const std::string forged =
      input + "." + Base64UrlEncode({reinterpret_cast<const char*>(mac), size});
  EXPECT_EQ(Reason(forged), "TOKEN_ALGORITHM");
}

TEST_F(VerifyTokenTest, TheKeyDecidesOnTheAlgorithm) {
  EXPECT_EQ(ReasonWithHeader("alg", "ES256"), "TOKEN_KEY_UNKNOWN");
  EXPECT_EQ(ReasonWithHeader("kid", "ec-1"), "TOKEN_KEY_UNKNOWN");
  for (const char* name : {"PS256", "RS384", "RS512", "ES384", "EdDSA", "rs256", "RS256 "}) {
    EXPECT_EQ(ReasonWithHeader("alg", name), "TOKEN_ALGORITHM") << name;
  }
  EXPECT_EQ(ReasonWithHeader("alg", {"RS256"}), "TOKEN_ALGORITHM");
}

TEST_F(VerifyTokenTest, UnknownOrMissingKeyIdsAreRefused) {
  EXPECT_EQ(ReasonWithHeader("kid", "rsa-2"), "TOKEN_KEY_UNKNOWN");
  EXPECT_EQ(ReasonWithHeader("kid", ""), "TOKEN_KEY_UNKNOWN");
  EXPECT_EQ(ReasonWithHeader("kid", 1), "TOKEN_KEY_UNKNOWN");
}

TEST_F(VerifyTokenTest, KeysCarriedByTheTokenAreNotUsed) {
  TestIssuer stranger;
  json header = json::parse(TestIssuer::Header(kRs256));
  header["jwk"] = json::parse(stranger.KeySetJson())["keys"][0];
  header["jku"] = "https://stranger.example/keys";
  EXPECT_EQ(Reason(stranger.Sign(kRs256, header.dump(), Payload().dump())), "TOKEN_SIGNATURE");
}

TEST_F(VerifyTokenTest, OnlyAccessTokensAreAccepted) {
  EXPECT_EQ(ReasonWithHeader("typ", "AT+JWT"), "OK");
  EXPECT_EQ(ReasonWithHeader("typ", "application/at+jwt"), "OK");
  EXPECT_EQ(ReasonWithHeader("typ", "JWT"), "TOKEN_TYPE");
  EXPECT_EQ(ReasonWithHeader("typ", nullptr), "TOKEN_TYPE");
  json header = json::parse(TestIssuer::Header(kRs256));
  header.erase("typ");
  EXPECT_EQ(Reason(Issuer().Sign(kRs256, header.dump(), Payload().dump())), "TOKEN_TYPE");
}

TEST_F(VerifyTokenTest, CriticalExtensionsAreRefused) {
  EXPECT_EQ(ReasonWithHeader("crit", {"b64"}), "TOKEN_MALFORMED");
  EXPECT_EQ(ReasonWithHeader("crit", json::array()), "TOKEN_MALFORMED");
}

TEST_F(VerifyTokenTest, RepeatedMembersAreRefused) {
  EXPECT_EQ(
      Reason(Issuer().Sign(kRs256, R"({"typ":"at+jwt","alg":"none","kid":"rsa-1","alg":"RS256"})",
                           Payload().dump())),
      "TOKEN_MALFORMED");
  const std::string claims = Payload().dump();
  EXPECT_EQ(Reason(Issuer().Sign(kRs256, TestIssuer::Header(kRs256),
                                 claims.substr(0, claims.size() - 1) + R"(,"sub":"eva"})")),
            "TOKEN_MALFORMED");
}

TEST_F(VerifyTokenTest, EveryChangedCharacterIsNoticed) {
  for (const Algorithm algorithm : {kRs256, kEs256}) {
    const std::string good =
        Issuer().Sign(algorithm, TestIssuer::Header(algorithm), Payload().dump());
    ASSERT_EQ(Reason(good), "OK");
    for (size_t i = 0; i < good.size(); ++i) {
      std::string changed = good;
      changed[i] = good[i] == 'A' ? 'B' : 'A';
      EXPECT_NE(Reason(changed), "OK") << "character " << i;
    }
  }
}

TEST_F(VerifyTokenTest, TamperedPayloadIsASignatureError) {
  const std::string good = Issuer().Sign(kRs256, TestIssuer::Header(kRs256), Payload().dump());
  json payload = Payload();
  payload["sub"] = "eva";
  const std::string forged = good.substr(0, good.find('.') + 1) + Base64UrlEncode(payload.dump()) +
                             good.substr(good.rfind('.'));
  EXPECT_EQ(Reason(forged), "TOKEN_SIGNATURE");
}

TEST_F(VerifyTokenTest, EveryTruncationIsRefused) {
  const std::string good = Issuer().Sign(kEs256, TestIssuer::Header(kEs256), Payload().dump());
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_NE(Reason(good.substr(0, size)), "OK") << size;
  }
}

TEST_F(VerifyTokenTest, DegenerateEcdsaSignaturesAreRefused) {
  const std::string good = Issuer().Sign(kEs256, TestIssuer::Header(kEs256), Payload().dump());
  const std::string input = good.substr(0, good.rfind('.') + 1);
  for (const std::string& signature :
       {std::string(64, '\0'), std::string(64, '\xff'), std::string(63, 'x'), std::string(65, 'x'),
        std::string(), std::string("\x30\x06\x02\x01\x01\x02\x01\x01")}) {
    EXPECT_EQ(Reason(input + Base64UrlEncode(signature)), "TOKEN_SIGNATURE");
  }
}

TEST_F(VerifyTokenTest, GarbageIsRefused) {
  for (const std::string& token :
       {std::string(), std::string("."), std::string(".."), std::string("..."),
        std::string("a.b.c"), std::string("....."), std::string("e30.e30.e30"),
        std::string("bnVsbA.bnVsbA."), std::string("\0.\0.\0", 5), std::string(8192, '.'),
        std::string(8192, 'A')}) {
    EXPECT_NE(Reason(token), "OK");
  }
}

TEST_F(VerifyTokenTest, OversizedTokensAreRefusedBeforeAnythingElse) {
  json payload = Payload();
  payload["padding"] = std::string(8 * 1024, 'x');
  EXPECT_EQ(ReasonFor(payload), "TOKEN_TOO_LARGE");
}

TEST_F(VerifyTokenTest, ErrorsHoldNothingOfTheToken) {
  json payload = Payload();
  payload["aud"] = "secret-audience";
  const auto claims = Verify(Issuer().Sign(kEs256, TestIssuer::Header(kEs256), payload.dump()));
  EXPECT_EQ(claims.status().ToString().find("secret-audience"), std::string::npos);
  EXPECT_EQ(claims.status().ToString().find("anna.berg"), std::string::npos);
}

}  // namespace
}  // namespace avvik::identity
