// What somebody with a database's keys in hand may do to a chain, and what the verifier says to it.
#include "common/audit/verifier.h"

#include <algorithm>

#include "common/audit/test_chain.h"
#include "tests/support/status_matchers.h"

namespace avvik::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Finds `fault` at the records `first` to `last`.
MATCHER_P3(Is, fault, first, last, "") {
  *result_listener << Name(arg.fault) << " " << arg.sequence << " to " << arg.last_sequence << ": "
                   << arg.text;
  return arg.fault == fault && arg.sequence == first && arg.last_sequence == last;
}

class VerifierTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK(keys_.AddPem(kTestPublicKey));
    chain_ = TestChain(40);
    for (const int64_t at : {10, 20, 30}) {
      checkpoints_.push_back(TestCheckpoint(key_, chain_[at - 1], at - 10));
    }
  }

  Verdict Verify() {
    Verifier verifier(kTestChain, keys_, checkpoints_, absl::FromUnixSeconds(1'795'000'060));
    for (const Sealed& record : chain_) verifier.Add(record);
    return verifier.Finish();
  }
  std::vector<Finding> Findings() { return Verify().findings; }

  Sealed& At(int64_t sequence) { return chain_[static_cast<size_t>(sequence - 1)]; }
  void Remove(int64_t first, int64_t last) {
    chain_.erase(chain_.begin() + first - 1, chain_.begin() + last);
  }
  // As the database gives them.
  void Sort() {
    std::sort(chain_.begin(), chain_.end(),
              [](const Sealed& a, const Sealed& b) { return a.sequence < b.sequence; });
  }
  void HashAnewFrom(int64_t sequence) {
    std::string hash = sequence == 1 ? ChainStart(kTestChain) : At(sequence - 1).hash;
    for (size_t i = static_cast<size_t>(sequence - 1); i < chain_.size(); ++i) {
      hash = Link(hash, chain_[i].sequence, chain_[i].record);
      chain_[i].hash = hash;
    }
  }

  const SigningKey key_ = *SigningKey::FromPem(kTestKey);
  VerifyingKeys keys_;
  std::vector<Sealed> chain_;
  std::vector<Checkpoint> checkpoints_;
};

TEST_F(VerifierTest, SoundChainHasNoFindings) {
  const Verdict verdict = Verify();
  EXPECT_THAT(verdict.findings, IsEmpty());
  EXPECT_EQ(verdict.records, 40);
  EXPECT_EQ(verdict.last_sequence, 40);
  EXPECT_EQ(verdict.signed_sequence, 30);
  chain_.clear();
  checkpoints_.clear();
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(VerifierTest, AlteredRecordIsPinpointed) {
  At(15).record.actor = "somebody.else";
  const auto findings = Findings();
  EXPECT_THAT(findings, ElementsAre(Is(Fault::kAltered, 15, 15)));
  EXPECT_EQ(findings[0].id, At(15).record.id);
}

TEST_F(VerifierTest, FirstAndLastRecordCanBeFoundAltered) {
  At(1).record.subject = "cases/other";
  At(40).record.subject = "cases/other";
  EXPECT_THAT(Findings(), ElementsAre(Is(Fault::kAltered, 1, 1), Is(Fault::kAltered, 40, 40)));
}

TEST_F(VerifierTest, NeighboursAreFoundAlteredEachForItself) {
  At(15).record.actor = "x";
  At(16).record.actor = "x";
  const auto findings = Findings();
  ASSERT_FALSE(findings.empty());
  EXPECT_THAT(findings[0], Is(Fault::kAltered, 15, 15));
}

TEST_F(VerifierTest, AlteredHashIsPinpointed) {
  At(15).hash[3] ^= 1;
  EXPECT_THAT(Findings(), ElementsAre(Is(Fault::kAltered, 15, 15)));
}

TEST_F(VerifierTest, RecordAlteredWithItsHashIsFoundByTheNext) {
  At(15).record.actor = "x";
  At(15).hash = Link(At(14).hash, 15, At(15).record);
  EXPECT_THAT(Findings(), ElementsAre(Is(Fault::kAltered, 16, 16)));
}

TEST_F(VerifierTest, ChainHashedAnewContradictsTheSignedCheckpoint) {
  At(15).record.actor = "x";
  HashAnewFrom(15);
  EXPECT_THAT(Findings(), ElementsAre(Is(Fault::kRewritten, 11, 20)));
}

TEST_F(VerifierTest, RecordsRemovedInTheMiddleAreMissing) {
  Remove(15, 17);
  EXPECT_THAT(Findings(), ElementsAre(Is(Fault::kMissing, 15, 17)));
}

TEST_F(VerifierTest, FirstRecordsRemovedAreMissing) {
  Remove(1, 2);
  EXPECT_THAT(Findings(), ElementsAre(Is(Fault::kMissing, 1, 2)));
}

TEST_F(VerifierTest, RemovalHiddenByRenumberingIsFound) {
  Remove(15, 17);
  for (Sealed& record : chain_) record.sequence -= record.sequence > 17 ? 3 : 0;
  EXPECT_THAT(Findings(), ElementsAre(Is(Fault::kMissing, 15, 17)));
}

TEST_F(VerifierTest, RecordsRemovedAtTheEndAreFoundByTheCheckpoint) {
  Remove(26, 40);
  EXPECT_THAT(Findings(), ElementsAre(Is(Fault::kTruncated, 26, 30)));
  chain_.clear();
  EXPECT_THAT(Findings(), ElementsAre(Is(Fault::kTruncated, 1, 30)));
}

TEST_F(VerifierTest, ExchangedNumbersAreReordered) {
  std::swap(At(15).sequence, At(16).sequence);
  Sort();
  EXPECT_THAT(Findings(), ElementsAre(Is(Fault::kReordered, 15, 16)));
}

TEST_F(VerifierTest, ExchangedContentsAreReordered) {
  std::swap(At(15).record, At(18).record);
  EXPECT_THAT(Findings(), ElementsAre(Is(Fault::kReordered, 15, 18)));
}

TEST_F(VerifierTest, RecordMovedForwardsOrBackwardsIsReordered) {
  for (Sealed& record : chain_) {
    if (record.sequence == 15) {
      record.sequence = 22;
    } else if (record.sequence > 15 && record.sequence <= 22) {
      --record.sequence;
    }
  }
  Sort();
  EXPECT_THAT(Findings(), ElementsAre(Is(Fault::kReordered, 15, 22)));
  chain_ = TestChain(40);
  for (Sealed& record : chain_) {
    if (record.sequence == 22) {
      record.sequence = 15;
    } else if (record.sequence >= 15 && record.sequence < 22) {
      ++record.sequence;
    }
  }
  Sort();
  const auto findings = Findings();
  EXPECT_THAT(findings, ElementsAre(Is(Fault::kReordered, 15, 22)));
  EXPECT_EQ(findings[0].id, TestRecord(22).id);
}

TEST_F(VerifierTest, RecordsExchangedFarApartAreReordered) {
  chain_ = TestChain(2000);
  checkpoints_ = {TestCheckpoint(key_, At(2000), 0)};
  std::swap(At(100).record, At(1500).record);
  const auto findings = Findings();
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].fault, Fault::kReordered);
  EXPECT_EQ(findings[1].fault, Fault::kReordered);
}

TEST_F(VerifierTest, InsertedRecordIsPinpointed) {
  for (Sealed& record : chain_) record.sequence += record.sequence >= 15 ? 1 : 0;
  chain_.push_back({TestRecord(99), 15, std::string(kHashBytes, 'x')});
  Sort();
  const auto findings = Findings();
  EXPECT_THAT(findings, ElementsAre(Is(Fault::kInserted, 15, 15)));
  EXPECT_EQ(findings[0].id, TestRecord(99).id);
}

TEST_F(VerifierTest, InsertedRecordIsPinpointedInALongChainToo) {
  chain_ = TestChain(2000);
  checkpoints_ = {TestCheckpoint(key_, At(1000), 0), TestCheckpoint(key_, At(2000), 1000)};
  for (Sealed& record : chain_) record.sequence += record.sequence >= 500 ? 2 : 0;
  chain_.push_back({TestRecord(3001), 500, Link(At(499).hash, 500, TestRecord(3001))});
  chain_.push_back({TestRecord(3002), 501, std::string(kHashBytes, 'x')});
  // A gap behind it is counted as it was sealed.
  chain_.erase(std::find_if(chain_.begin(), chain_.end(),
                            [](const Sealed& record) { return record.sequence == 1802; }));
  Sort();
  const auto findings = Findings();
  ASSERT_FALSE(findings.empty());
  EXPECT_TRUE(std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.fault == Fault::kMissing && finding.sequence == 1800;
  }));
}

TEST_F(VerifierTest, RecordAppendedByHandIsFound) {
  chain_.push_back({TestRecord(99), 41, std::string(kHashBytes, 'x')});
  EXPECT_THAT(Findings(), ElementsAre(Is(Fault::kAltered, 41, 41)));
}

TEST_F(VerifierTest, ForgedCheckpointIsFound) {
  checkpoints_[1].hash[0] ^= 1;
  EXPECT_THAT(Findings(), ElementsAre(Is(Fault::kCheckpointForged, 20, 20)));
  // A key of one's own does not help, whatever name it is given.
  checkpoints_[1].hash = At(20).hash;
  checkpoints_[1].signature[5] ^= 1;
  EXPECT_THAT(Findings(), ElementsAre(Is(Fault::kCheckpointForged, 20, 20)));
}

TEST_F(VerifierTest, CheckpointOfAnotherChainIsForged) {
  Checkpoint& checkpoint = checkpoints_[1];
  checkpoint.signature = key_.Sign(SignedBytes({"intake", "kalix"}, checkpoint));
  EXPECT_THAT(Findings(), ElementsAre(Is(Fault::kCheckpointForged, 20, 20)));
}

TEST_F(VerifierTest, UnknownKeyIsFound) {
  checkpoints_[1].key_id = "0123456789abcdef0123456789abcdef";
  EXPECT_THAT(Findings(), ElementsAre(Is(Fault::kKeyUnknown, 20, 20)));
}

TEST_F(VerifierTest, RemovedCheckpointIsFound) {
  checkpoints_.erase(checkpoints_.begin() + 1);
  EXPECT_THAT(Findings(), ElementsAre(Is(Fault::kCheckpointMissing, 11, 20)));
}

TEST_F(VerifierTest, ChainWithoutItsCheckpointsIsUnsigned) {
  checkpoints_.clear();
  Verifier verifier(kTestChain, keys_, {}, absl::FromUnixSeconds(1'795'010'000));
  for (const Sealed& record : chain_) verifier.Add(record);
  EXPECT_THAT(verifier.Finish().findings, ElementsAre(Is(Fault::kUnsigned, 1, 40)));
}

TEST_F(VerifierTest, WitnessOfRemovedCheckpointsFindsTheTruncation) {
  Remove(15, 40);
  const Checkpoint witness = checkpoints_[2];
  checkpoints_.resize(1);
  EXPECT_THAT(Findings(), IsEmpty()) << "the service alone cannot tell";
  checkpoints_.push_back(witness);
  const auto findings = Findings();
  EXPECT_TRUE(std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.fault == Fault::kTruncated && finding.sequence == 15 &&
           finding.last_sequence == 30;
  }));
  // The same checkpoint from both sides is no contradiction.
  chain_ = TestChain(40);
  checkpoints_ = {checkpoints_[0], checkpoints_[0]};
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(VerifierTest, PartOfAChainIsVerifiedFromWhereItBegins) {
  const auto verify = [&] {
    Verifier verifier(kTestChain, keys_, checkpoints_, absl::FromUnixSeconds(1'795'000'060), 15);
    for (const Sealed& record : chain_) {
      if (record.sequence >= 15) verifier.Add(record);
    }
    return verifier.Finish().findings;
  };
  EXPECT_THAT(verify(), IsEmpty());
  At(17).record.actor = "x";
  EXPECT_THAT(verify(), ElementsAre(Is(Fault::kAltered, 17, 17)));
}

TEST_F(VerifierTest, SeveralDeedsAreToldApart) {
  At(5).record.reason = "x";
  std::swap(At(12).sequence, At(13).sequence);
  Sort();
  Remove(25, 26);
  EXPECT_THAT(Findings(), ElementsAre(Is(Fault::kAltered, 5, 5), Is(Fault::kReordered, 12, 13),
                                      Is(Fault::kMissing, 25, 26)));
}

}  // namespace
}  // namespace avvik::audit
