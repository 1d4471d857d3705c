#include "common/identity/public_key.h"

#include <openssl/evp.h>

#include "common/identity/test_issuer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace avvik::identity {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ParseKeySetTest : public ::testing::Test {
 protected:
  static json Rsa() { return json::parse(Issuer().KeySetJson())["keys"][0]; }
  static json Ec() { return json::parse(Issuer().KeySetJson())["keys"][1]; }
  static const TestIssuer& Issuer() {
    static const TestIssuer issuer;
    return issuer;
  }
  static absl::StatusOr<KeySetDocument> Parse(const json& keys) {
    return ParseKeySet(json{{"keys", keys}}.dump());
  }
  // The reason for which `key` is refused beside a good one.
  static std::string Refusal(const json& key) {
    json good = Rsa();
    good["kid"] = "good";
    const auto document = Parse(json::array({good, key}));
    if (!document.ok() || document->keys.size() != 1 || document->refused.size() != 1) {
      return "not refused";
    }
    return document->refused[0];
  }
};

TEST_F(ParseKeySetTest, RsaAndP256KeysAreRead) {
  const auto document = ParseKeySet(Issuer().KeySetJson());
  ASSERT_TRUE(document.ok()) << document.status();
  ASSERT_EQ(document->keys.size(), 2u);
  EXPECT_THAT(document->refused, IsEmpty());
  EXPECT_EQ(document->keys[0]->id(), TestIssuer::kRsaKeyId);
  EXPECT_EQ(document->keys[0]->algorithm(), Algorithm::kRs256);
  EXPECT_EQ(document->keys[1]->algorithm(), Algorithm::kEs256);
}

TEST_F(ParseKeySetTest, WeakRsaKeysAreRefused) {
  const TestIssuer weak("https://issuer.example", 1024);
  const auto document = ParseKeySet(weak.KeySetJson());
  ASSERT_TRUE(document.ok());
  ASSERT_EQ(document->keys.size(), 1u);
  EXPECT_EQ(document->keys[0]->algorithm(), Algorithm::kEs256);
  EXPECT_THAT(document->refused, ElementsAre("keys[0]: RSA key of 1024 bits is too weak"));
}

TEST_F(ParseKeySetTest, LeadingZerosDoNotMakeAWeakKeyStrong) {
  const TestIssuer weak("https://issuer.example", 1024);
  json key = json::parse(weak.KeySetJson())["keys"][0];
  // 172 characters stand for 129 zero bytes and keep the alignment of what follows.
  key["n"] = std::string(172, 'A') + key["n"].get<std::string>();
  EXPECT_THAT(Refusal(key), HasSubstr("too weak"));
}

TEST_F(ParseKeySetTest, KeysForOtherPurposesAreRefused) {
  json key = Rsa();
  key["use"] = "enc";
  EXPECT_THAT(Refusal(key), HasSubstr("not meant for signatures"));
  key = Rsa();
  key["alg"] = "PS256";
  EXPECT_THAT(Refusal(key), HasSubstr("another algorithm than RS256"));
  key = Ec();
  key["alg"] = "RS256";
  EXPECT_THAT(Refusal(key), HasSubstr("another algorithm than ES256"));
  key = Ec();
  key["crv"] = "P-384";
  EXPECT_THAT(Refusal(key), HasSubstr("neither RSA nor P-256"));
  EXPECT_THAT(Refusal({{"kty", "oct"}, {"kid", "x"}, {"k", "c2VjcmV0"}}), HasSubstr("neither RSA"));
}

TEST_F(ParseKeySetTest, BrokenKeysAreRefusedOneByOne) {
  json key = Rsa();
  key.erase("n");
  EXPECT_THAT(Refusal(key), HasSubstr("`n` and `e`"));
  key = Rsa();
  key["e"] = "AQ";  // 1: everything would verify.
  EXPECT_THAT(Refusal(key), HasSubstr("not a valid public key"));
  key = Rsa();
  key.erase("kid");
  EXPECT_THAT(Refusal(key), HasSubstr("`kid`"));
  key = Ec();
  key["x"] = key["y"];  // Not on the curve.
  EXPECT_THAT(Refusal(key), HasSubstr("not a valid public key"));
  key = Ec();
  key["x"] = "AAAA";
  EXPECT_THAT(Refusal(key), HasSubstr("32 bytes"));
  EXPECT_THAT(Refusal(json("text")), HasSubstr("not an object"));
  EXPECT_THAT(Refusal(json::object()), HasSubstr("`kid`"));
  key = Rsa();
  key["kid"] = "good";
  EXPECT_THAT(Refusal(key), HasSubstr("repeats the `kid`"));
}

TEST_F(ParseKeySetTest, ADocumentWithoutAUsableKeyIsAnError) {
  for (const char* text : {"", "{}", "[]", "{\"keys\": {}}", "{\"keys\": []}", "{\"keys\": [1]}"}) {
    EXPECT_EQ(ParseKeySet(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_EQ(Parse(json::array_t(65, Rsa())).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace avvik::identity
