#include "common/audit/sealer.h"

#include "common/audit/audit.h"
#include "common/audit/test_chain.h"
#include "common/audit/trail.h"
#include "common/audit/verifier.h"
#include "common/clock/fake_clock.h"
#include "tests/support/pg_fixture.h"
#include "tests/support/status_matchers.h"

namespace avvik::audit {
namespace {

using avvik::testing::TestDatabase;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kAppend[] = R"sql(
    INSERT INTO audit_record (id, tenant, at, actor, machine, method, permission, subject, outcome, reason,
                              trace_parent)
    VALUES (gen_random_uuid(), 'kalix', now(), 'late', false, '', '', '', 'allowed', '', ''))sql";

class SealerTest : public ::testing::Test {
 protected:
  std::unique_ptr<Sealer> NewSealer() {
    return std::make_unique<Sealer>(
        SealerSettings{.service = "triage",
                       .database = database_.settings(),
                       .batch = 10,
                       .checkpoint_records = 15,
                       .checkpoint_age = absl::Seconds(10)},
        key_, clock_);
  }
  // As a service has it.
  std::unique_ptr<pg::Connection> Connect() {
    auto connection = *pg::Connection::Open(database_.settings());
    EXPECT_OK(connection->Enter(pg::Scope::Everything()));
    return connection;
  }
  void Write(unsigned first, unsigned last, const std::string& tenant = "kalix") {
    Recorder recorder(database_.pool());
    for (unsigned n = first; n <= last; ++n) {
      Record record = TestRecord(n);
      record.tenant = tenant;
      recorder.Add(std::move(record));
    }
    recorder.Stop();
  }
  static void SealAll(Sealer& sealer) {
    while (true) {
      const auto round = sealer.RunOnce();
      ASSERT_OK(round);
      ASSERT_TRUE(round->active);
      if (round->sealed == 0) return;
    }
  }
  Verdict Verify(const std::string& tenant = "kalix") {
    Trail trail(database_.pool());
    VerifyingKeys keys;
    keys.Add(key_.public_key());
    const auto checkpoints = trail.Checkpoints(tenant, 0, 1000);
    EXPECT_OK(checkpoints);
    Verifier verifier({"triage", tenant}, keys, *checkpoints, absl::FromUnixSeconds(1'795'000'000));
    const auto records = trail.Records(tenant, {}, 0, 1000);
    EXPECT_OK(records);
    for (const Sealed& record : *records) verifier.Add(record);
    return verifier.Finish();
  }
  std::string Sequences(const std::string& tenant = "kalix") {
    return database_.Value(
        "SELECT coalesce(string_agg(sequence::text, ' ' ORDER BY sequence), '') FROM audit_record "
        "WHERE tenant = '" + tenant + "'");
  }

  TestDatabase database_{Migrations()};
  const SigningKey key_ = *SigningKey::FromPem(kTestKey);
  FakeClock clock_{absl::FromUnixSeconds(1'795'000'000)};
};

TEST_F(SealerTest, EachTenantHasAChainOfItsOwn) {
  Write(1, 3);
  Write(4, 5, "orebro");
  const auto sealer = NewSealer();
  SealAll(*sealer);
  Write(6, 6, "orebro");
  SealAll(*sealer);
  EXPECT_EQ(Sequences("kalix"), "1 2 3");
  EXPECT_EQ(Sequences("orebro"), "1 2 3");
  EXPECT_THAT(Verify("kalix").findings, IsEmpty());
  EXPECT_THAT(Verify("orebro").findings, IsEmpty());
}

TEST_F(SealerTest, SealedRecordsHaveNoGapWhenATransactionCommitsLateOrNever) {
  const auto sealer = NewSealer();
  const auto late = Connect();
  const auto never = Connect();
  ASSERT_OK(late->ExecuteScript(std::string("BEGIN;") + kAppend));
  ASSERT_OK(never->ExecuteScript(std::string("BEGIN;") + kAppend));
  Write(1, 2);
  SealAll(*sealer);
  EXPECT_EQ(database_.Value("SELECT count(sequence) FROM audit_record"), "2");
  ASSERT_OK(never->ExecuteScript("ROLLBACK"));
  ASSERT_OK(late->ExecuteScript("COMMIT"));
  Write(3, 3);
  SealAll(*sealer);
  EXPECT_EQ(Sequences(), "1 2 3 4");
  EXPECT_THAT(Verify().findings, IsEmpty());
}

TEST_F(SealerTest, TwoSealersNeverDouble) {
  auto first = NewSealer();
  const auto second = NewSealer();
  Write(1, 3);
  ASSERT_TRUE(first->RunOnce()->active);
  Write(4, 6);
  EXPECT_FALSE(second->RunOnce()->active);
  first.reset();
  // Goes on where the other left off.
  SealAll(*second);
  Write(7, 7);
  SealAll(*second);
  EXPECT_EQ(Sequences(), "1 2 3 4 5 6 7");
  EXPECT_THAT(Verify().findings, IsEmpty());
}

TEST_F(SealerTest, SealerThatLostItsConnectionLoadsTheChainAnew) {
  const auto first = NewSealer();
  SealAll(*first);
  Write(1, 2);
  SealAll(*first);
  database_.Run(
      "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
      "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
  EXPECT_FALSE(first->RunOnce().ok());
  const auto second = NewSealer();
  database_.Run(std::string(kAppend));
  SealAll(*second);
  EXPECT_FALSE(first->RunOnce()->active);
  EXPECT_EQ(Sequences(), "1 2 3");
  EXPECT_THAT(Verify().findings, IsEmpty());
}

TEST_F(SealerTest, CheckpointIsSignedAfterSoManyRecordsOrSuchATime) {
  const auto sealer = NewSealer();
  Write(1, 10);
  EXPECT_THAT(sealer->RunOnce()->checkpoints, IsEmpty());
  Write(11, 15);
  EXPECT_THAT(sealer->RunOnce()->checkpoints, SizeIs(1));
  Write(16, 16);
  EXPECT_THAT(sealer->RunOnce()->checkpoints, IsEmpty());
  clock_.Advance(absl::Seconds(10));
  const auto round = sealer->RunOnce();
  ASSERT_OK(round);
  ASSERT_THAT(round->checkpoints, SizeIs(1));
  EXPECT_EQ(round->checkpoints[0].sequence, 16);
  EXPECT_EQ(round->checkpoints[0].records, 1);
  clock_.Advance(absl::Seconds(60));
  EXPECT_THAT(sealer->RunOnce()->checkpoints, IsEmpty()) << "nothing is new";
  EXPECT_EQ(Verify().signed_sequence, 16);
  EXPECT_THAT(Verify().findings, IsEmpty());
}

TEST_F(SealerTest, StoppingSealsAndSignsWhatIsLeft) {
  const auto sealer = NewSealer();
  SealAll(*sealer);
  Write(1, 25);
  sealer->Stop();
  EXPECT_EQ(Verify().signed_sequence, 25);
}

TEST_F(SealerTest, ChainCutShortGoesOnBehindItsCheckpoint) {
  auto sealer = NewSealer();
  Write(1, 10);
  ASSERT_OK(sealer->RunOnce(true));
  sealer.reset();
  database_.Run(
      "SET session_replication_role = replica; DELETE FROM audit_record WHERE sequence > 7");
  Write(11, 12);
  const auto next = NewSealer();
  SealAll(*next);
  const auto findings = Verify().findings;
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].fault, Fault::kMissing);
  EXPECT_EQ(findings[0].sequence, 8);
  EXPECT_EQ(findings[0].last_sequence, 10);
}

TEST_F(SealerTest, WhatIsRecordedCanOnlyBeSealed) {
  Write(1, 2);
  const auto connection = Connect();
  const auto refused = [&](const std::string& sql) { return !connection->ExecuteScript(sql).ok(); };
  EXPECT_TRUE(refused("UPDATE audit_record SET actor = 'x'"));
  EXPECT_TRUE(refused("UPDATE audit_record SET actor = 'x', sequence = 1, hash = 'x'"));
  EXPECT_TRUE(refused("UPDATE audit_record SET sequence = 1"));
  const auto sealer = NewSealer();
  ASSERT_OK(sealer->RunOnce(true));
  EXPECT_TRUE(refused("UPDATE audit_record SET actor = 'x'"));
  EXPECT_TRUE(refused("UPDATE audit_record SET hash = 'x'"));
  EXPECT_TRUE(refused("UPDATE audit_record SET sequence = NULL, hash = NULL"));
  EXPECT_TRUE(refused("DELETE FROM audit_record"));
  EXPECT_TRUE(refused("TRUNCATE audit_record"));
  EXPECT_TRUE(refused("UPDATE audit_checkpoint SET sequence = 0"));
  EXPECT_TRUE(refused("DELETE FROM audit_checkpoint"));
  EXPECT_TRUE(refused("TRUNCATE audit_checkpoint"));
  EXPECT_THAT(Verify().findings, IsEmpty());
}

TEST_F(SealerTest, TrailIsNarrowedByWhatIsAsked) {
  Write(1, 10);
  Write(11, 11, "orebro");
  const auto sealer = NewSealer();
  SealAll(*sealer);
  Trail trail(database_.pool());
  const auto count = [&](const TrailFilter& filter, int64_t after = 0, int limit = 100) {
    return trail.Records("kalix", filter, after, limit)->size();
  };
  EXPECT_EQ(count({}), 10u);
  EXPECT_EQ(count({}, 8), 2u);
  EXPECT_EQ(count({}, 0, 4), 4u);
  EXPECT_EQ(count({.subjects = {"cases/3", "cases/4", "cases/11"}}), 2u);
  EXPECT_EQ(count({.actor = "anna.berg"}), 5u);
  EXPECT_EQ(count({.method = "avvik.triage.v1.Triage/GetCase"}), 10u);
  EXPECT_EQ(count({.method = "avvik.triage.v1.Triage/CloseCase"}), 0u);
  EXPECT_EQ(count({.outcome = Outcome::kDenied}), 0u);
  EXPECT_EQ(count({.from = TestRecord(9).at}), 2u);
  EXPECT_EQ(count({.to = TestRecord(9).at}), 8u);
}

}  // namespace
}  // namespace avvik::audit
