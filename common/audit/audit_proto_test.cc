#include "common/audit/audit_proto.h"

#include "common/audit/test_chain.h"
#include "tests/support/status_matchers.h"

namespace avvik::audit {
namespace {

using avvik::testing::HasCode;

TEST(AuditProtoTest, RecordComesBackWithTheSameHash) {
  Record record = TestRecord(3);
  record.at += absl::Microseconds(123'456);
  record.machine = true;
  record.outcome = Outcome::kDenied;
  record.reason = "CASE_NOT_FOUND";
  record.on_behalf_of = "anna.berg";
  record.detail = "unit=social";
  record.trace_parent = "00-1-2-01";
  const std::string hash = Link(ChainStart(kTestChain), 3, record);
  const auto back = FromProto(ToProto("triage", Sealed{record, 3, hash}));
  ASSERT_OK(back);
  EXPECT_EQ(back->hash, hash);
  EXPECT_EQ(Link(ChainStart(kTestChain), back->sequence, back->record), hash);
}

TEST(AuditProtoTest, CheckpointComesBackWithItsSignature) {
  const auto key = SigningKey::FromPem(kTestKey);
  const Checkpoint checkpoint = TestCheckpoint(*key, TestChain(5).back(), 2);
  const auto back = FromProto(ToProto("triage", checkpoint));
  ASSERT_OK(back);
  VerifyingKeys keys;
  keys.Add(key->public_key());
  EXPECT_TRUE(keys.Verify(back->key_id, SignedBytes(kTestChain, *back), back->signature));
}

TEST(AuditProtoTest, WhatWasNeverSealedIsRefused) {
  v1::Record record = ToProto("triage", TestChain(1)[0]);
  record.set_hash("xy");
  EXPECT_THAT(FromProto(record), HasCode(absl::StatusCode::kInvalidArgument));
  v1::Checkpoint checkpoint;
  checkpoint.set_signature("0");
  EXPECT_THAT(FromProto(checkpoint), HasCode(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace avvik::audit
