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
        "SELECT coalesce(string_agg(sequence::text, ' ' ORDER BY sequence), '') FROM audit_seal "
        "JOIN audit_record USING (tenant, ordinal) WHERE tenant = '" + tenant + "'");
  }

  TestDatabase database_{Migrations()};
  const SigningKey key_ = *SigningKey::FromPem(kTestKey);
  FakeClock clock_{absl::FromUnixSeconds(1'795'000'000)};
  unsigned next_ = 1;
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
  EXPECT_EQ(database_.Value("SELECT count(*) FROM audit_seal"), "2");
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
      "SET session_replication_role = replica; "
      "DELETE FROM audit_record WHERE ordinal IN (SELECT ordinal FROM audit_seal WHERE sequence > 7);"
      "UPDATE audit_run SET ordinals = ordinals[:7], hashes = hashes[:7]");
  Write(11, 12);
  const auto next = NewSealer();
  SealAll(*next);
  const auto findings = Verify().findings;
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].fault, Fault::kMissing);
  EXPECT_EQ(findings[0].sequence, 8);
  EXPECT_EQ(findings[0].last_sequence, 10);
}

// Records written late, and one whose transaction never commits, do not keep the sealer looking at them.
TEST_F(SealerTest, GapIsGivenUpWhenNobodyCanFillItAndNotBefore) {
  auto sealer = NewSealer();
  const auto late = Connect();
  const auto never = Connect();
  ASSERT_OK(late->ExecuteScript(std::string("BEGIN;") + kAppend));
  ASSERT_OK(never->ExecuteScript(std::string("BEGIN;") + kAppend + "; ROLLBACK"));
  const auto open_from = [&] {
    Write(next_, next_);
    ++next_;
    SealAll(*sealer);
    return database_.Value("SELECT max(open_from) FROM audit_run");
  };
  EXPECT_EQ(open_from(), "1");
  EXPECT_EQ(open_from(), "1");
  sealer = NewSealer();
  EXPECT_EQ(open_from(), "1") << "a sealer that begins anew finds the gaps again";
  ASSERT_OK(late->ExecuteScript("COMMIT"));
  // Transactions of other databases of the cluster keep gaps open as well, for as long as they run.
  constexpr int kNeverCommitted = 2;
  const absl::Time patience = absl::Now() + absl::Seconds(30);
  while (std::stoi(open_from()) <= kNeverCommitted) ASSERT_LT(absl::Now(), patience);
  EXPECT_EQ(database_.Value("SELECT count(*) FROM audit_seal"), std::to_string(next_));
  EXPECT_THAT(Verify().findings, IsEmpty());
}

TEST_F(SealerTest, SealerThatMissedATransactionFindsItAfterBeginningAnew) {
  auto sealer = NewSealer();
  const auto late = Connect();
  ASSERT_OK(late->ExecuteScript(std::string("BEGIN;") + kAppend));
  Write(1, 25);
  SealAll(*sealer);
  sealer.reset();
  ASSERT_OK(late->ExecuteScript("COMMIT"));
  sealer = NewSealer();
  SealAll(*sealer);
  EXPECT_EQ(database_.Value("SELECT count(*) FROM audit_seal"), "26");
  EXPECT_THAT(Verify().findings, IsEmpty());
}

TEST_F(SealerTest, SealingBehindTheSameRecordASecondTimeIsRefused) {
  Write(1, 3);
  const auto sealer = NewSealer();
  SealAll(*sealer);
  EXPECT_FALSE(Connect()
                   ->ExecuteScript("INSERT INTO audit_run SELECT tenant, first, ordinals, hashes, "
                                   "lowest, highest, open_from FROM audit_run")
                   .ok());
}

TEST_F(SealerTest, NeitherRecordsNorSealsNorCheckpointsCanBeChanged) {
  Write(1, 2);
  const auto connection = Connect();
  const auto refused = [&](const std::string& sql) { return !connection->ExecuteScript(sql).ok(); };
  EXPECT_TRUE(refused("UPDATE audit_record SET actor = 'x'"));
  const auto sealer = NewSealer();
  ASSERT_OK(sealer->RunOnce(true));
  EXPECT_TRUE(refused("UPDATE audit_record SET actor = 'x'"));
  EXPECT_TRUE(refused("UPDATE audit_record SET ordinal = 7"));
  for (const std::string table : {"audit_record", "audit_run", "audit_checkpoint"}) {
    EXPECT_TRUE(refused("UPDATE " + table + " SET tenant = 'x'")) << table;
    EXPECT_TRUE(refused("DELETE FROM " + table)) << table;
    EXPECT_TRUE(refused("TRUNCATE " + table)) << table;
  }
  EXPECT_TRUE(refused("UPDATE audit_run SET hashes = ordinals::text[]::bytea[]"));
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
  EXPECT_EQ(count({.subjects = {"cases/3", "cases/4"}}, 3), 1u);
  EXPECT_EQ(count({.subjects = {"cases/3", "cases/4"}}, 0, 1), 1u);
  EXPECT_EQ(count({.subjects = {"cases/3"}, .actor = "anna.berg"}), 0u);
}

TEST_F(SealerTest, RecordIsTheSameHoweverItIsFound) {
  const auto late = Connect();
  ASSERT_OK(late->ExecuteScript(std::string("BEGIN;") + kAppend));
  const auto sealer = NewSealer();
  Write(1, 12);
  SealAll(*sealer);
  ASSERT_OK(late->ExecuteScript("COMMIT"));
  Write(13, 33);
  SealAll(*sealer);
  Trail trail(database_.pool());
  const auto all = trail.Records("kalix", {}, 0, 100);
  ASSERT_OK(all);
  ASSERT_THAT(*all, SizeIs(34));
  for (size_t place = 0; place < all->size(); ++place) {
    const Sealed& record = (*all)[place];
    EXPECT_EQ(record.sequence, static_cast<int64_t>(place) + 1);
    const auto found = trail.Records("kalix", {.subjects = {record.record.subject}}, 0, 100);
    ASSERT_OK(found);
    ASSERT_THAT(*found, SizeIs(1));
    EXPECT_EQ((*found)[0].sequence, record.sequence);
    EXPECT_EQ((*found)[0].hash, record.hash);
    EXPECT_EQ((*found)[0].record.id, record.record.id);
  }
}

}  // namespace
}  // namespace avvik::audit
