#include "common/audit/chain.h"

#include "common/audit/keys.h"
#include "common/audit/test_chain.h"
#include "tests/support/status_matchers.h"

namespace avvik::audit {
namespace {

using avvik::testing::IsOk;
using ::testing::Not;

TEST(ChainTest, RecordIsEncodedAsTheDocumentSays) {
  Record record = TestRecord(7);
  record.detail = "unit=social";
  EXPECT_EQ(CanonicalBytes(12, record),
            "20:avvik-audit-record-1,2:12,36:" + record.id +
                ",5:kalix,27:2026-11-18T11:06:47.000000Z,12:siv.åkesson,5:false,0:,11:2001:db8::1,"
                "30:avvik.triage.v1.Triage/GetCase,10:cases.read,7:cases/7,7:allowed,0:,"
                "11:unit=social,0:,");
}

TEST(ChainTest, HashesAreTheOnesThatOthersCompute) {
  // printf '19:avvik-audit-chain-1,6:triage,5:kalix,' | sha256sum
  EXPECT_EQ(Hex(ChainStart(kTestChain)),
            "6b1f93d43a54f7f121e102a5403c4ae4e6b5d55b088237e062460b493880c18c");
  EXPECT_EQ(Hex(Link(ChainStart(kTestChain), 1, TestRecord(1))),
            "07cbf7e176da088e518a086e8634ba0501e3726c19e4e7b477ff8edd878495cc");
}

TEST(ChainTest, HashDependsOnEverything) {
  const std::string start = ChainStart(kTestChain);
  const Record record = TestRecord(1);
  const std::string hash = Link(start, 1, record);
  EXPECT_NE(Link(start, 2, record), hash);
  EXPECT_NE(Link(ChainStart({"intake", "kalix"}), 1, record), hash);
  EXPECT_NE(Link(ChainStart({"triage", "orebro"}), 1, record), hash);
  const auto differs = [&](auto change) {
    Record other = record;
    change(other);
    return Link(start, 1, other) != hash;
  };
  EXPECT_TRUE(differs([](Record& r) { r.id = FakeIdSource::Nth(9); }));
  EXPECT_TRUE(differs([](Record& r) { r.tenant = "x"; }));
  EXPECT_TRUE(differs([](Record& r) { r.at += absl::Microseconds(1); }));
  EXPECT_TRUE(differs([](Record& r) { r.actor = "x"; }));
  EXPECT_TRUE(differs([](Record& r) { r.machine = true; }));
  EXPECT_TRUE(differs([](Record& r) { r.method = "x"; }));
  EXPECT_TRUE(differs([](Record& r) { r.permission = "x"; }));
  EXPECT_TRUE(differs([](Record& r) { r.subject = "x"; }));
  EXPECT_TRUE(differs([](Record& r) { r.outcome = Outcome::kDenied; }));
  EXPECT_TRUE(differs([](Record& r) { r.reason = "x"; }));
  EXPECT_TRUE(differs([](Record& r) { r.trace_parent = "x"; }));
  EXPECT_TRUE(differs([](Record& r) { r.on_behalf_of = "x"; }));
  EXPECT_TRUE(differs([](Record& r) { r.client = "x"; }));
  EXPECT_TRUE(differs([](Record& r) { r.detail = "x"; }));
  // What leaves one field does not enter the next unnoticed.
  EXPECT_TRUE(differs([](Record& r) {
    r.method = r.method + r.permission.substr(0, 1);
    r.permission = r.permission.substr(1);
  }));
}

TEST(ChainTest, HexIsReadBackAndNothingElse) {
  EXPECT_EQ(Hex(std::string("\x00\xffz", 3)), "00ff7a");
  EXPECT_EQ(FromHex("00ff7a"), std::string("\x00\xffz", 3));
  EXPECT_EQ(FromHex("0"), std::nullopt);
  EXPECT_EQ(FromHex("0g"), std::nullopt);
}

TEST(KeysTest, SignatureIsVerifiedByThePublicKeyOfOpenssl) {
  const auto key = SigningKey::FromPem(kTestKey);
  ASSERT_OK(key);
  VerifyingKeys keys;
  ASSERT_OK(keys.AddPem(kTestPublicKey));
  const std::string signature = key->Sign("text");
  EXPECT_TRUE(keys.Verify(key->id(), "text", signature));
  EXPECT_FALSE(keys.Verify(key->id(), "Text", signature));
  EXPECT_FALSE(keys.Verify("other", "text", signature));
  EXPECT_FALSE(keys.Verify(key->id(), "text", signature.substr(1)));
}

TEST(KeysTest, SeveralPublicKeysMayStandInOneFile) {
  VerifyingKeys keys;
  const std::string other =
      "-----BEGIN PUBLIC KEY-----\n"
      "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
      "-----END PUBLIC KEY-----\n";
  ASSERT_OK(keys.AddPem(other + kTestPublicKey));
  EXPECT_TRUE(keys.Knows(SigningKey::FromPem(kTestKey)->id()));
}

TEST(KeysTest, WhatIsNoKeyIsRefused) {
  VerifyingKeys keys;
  EXPECT_THAT(keys.AddPem("hello"), Not(IsOk()));
  EXPECT_THAT(keys.AddPem(kTestKey), Not(IsOk()));
  EXPECT_THAT(keys.AddFile("/nowhere"), Not(IsOk()));
  EXPECT_THAT(keys.AddFile("/"), Not(IsOk()));
  EXPECT_THAT(SigningKey::FromPem(kTestPublicKey), Not(IsOk()));
  EXPECT_THAT(SigningKey::FromPem(""), Not(IsOk()));
  EXPECT_TRUE(keys.empty());
}

}  // namespace
}  // namespace avvik::audit
