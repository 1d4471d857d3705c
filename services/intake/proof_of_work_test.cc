#include "services/intake/proof_of_work.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace avvik::intake {
namespace {

using avvik::testing::IsError;

const absl::Time kNow = absl::FromUnixSeconds(1'795'000'000);
using Keys = std::vector<ChallengeMaker::Key>;
constexpr char kReason[] = "PROOF_OF_WORK";

std::string Solve(const std::string& challenge, int difficulty) {
  for (int i = 0;; ++i) {
    if (IsSolved(challenge, std::to_string(i), difficulty)) return std::to_string(i);
  }
}

class ProofOfWorkTest : public ::testing::Test {
 protected:
  absl::StatusOr<OpenedChallenge> Check(const std::string& challenge, const std::string& solution,
                                        absl::Time now = kNow,
                                        const std::string& tenant = "kalix") {
    return maker_.Check(tenant, challenge, solution, now);
  }

  const ChallengeMaker maker_{Keys{{1}}};
  const std::string challenge_ = maker_.Make("kalix", 10, kNow + kChallengeLife);
  const std::string solution_ = Solve(challenge_, 10);
};

TEST_F(ProofOfWorkTest, SolvedChallengeIsTakenWithWhatItSays) {
  const auto opened = Check(challenge_, solution_);
  ASSERT_OK(opened);
  EXPECT_EQ(opened->difficulty, 10);
  EXPECT_EQ(opened->expires, kNow + kChallengeLife);
  EXPECT_EQ(opened->nonce.size(), 32u);
}

TEST_F(ProofOfWorkTest, NoTwoChallengesAreTheSame) {
  EXPECT_NE(challenge_, maker_.Make("kalix", 10, kNow + kChallengeLife));
}

TEST_F(ProofOfWorkTest, UnsolvedExpiredForeignOrAlteredChallengeIsRefused) {
  std::string wrong = "0";
  while (IsSolved(challenge_, wrong, 10)) wrong += "0";
  EXPECT_THAT(Check(challenge_, wrong), IsError(absl::StatusCode::kFailedPrecondition, kReason));
  EXPECT_THAT(Check(challenge_, solution_, kNow + kChallengeLife),
              IsError(absl::StatusCode::kFailedPrecondition, kReason));
  EXPECT_THAT(Check(challenge_, solution_, kNow, "orebro"),
              IsError(absl::StatusCode::kFailedPrecondition, kReason));
  const ChallengeMaker another{Keys{{2}}};
  EXPECT_THAT(another.Check("kalix", challenge_, solution_, kNow),
              IsError(absl::StatusCode::kFailedPrecondition, kReason));
  for (size_t i = 0; i < challenge_.size(); ++i) {
    std::string altered = challenge_;
    altered[i] = altered[i] == '0' ? '1' : '0';
    if (altered == challenge_) continue;
    EXPECT_THAT(Check(altered, solution_), IsError(absl::StatusCode::kFailedPrecondition, kReason));
  }
}

TEST_F(ProofOfWorkTest, ChallengeIsKnownAgainWhenItsKeyIsNoLongerTheNewest) {
  const ChallengeMaker both{Keys{{2}, {1}}};
  EXPECT_OK(both.Check("kalix", challenge_, solution_, kNow));
  const std::string fresh = both.Make("kalix", 10, kNow + kChallengeLife);
  EXPECT_THAT(Check(fresh, Solve(fresh, 10)),
              IsError(absl::StatusCode::kFailedPrecondition, kReason));
}

TEST_F(ProofOfWorkTest, WhatIsNoChallengeIsRefused) {
  for (const std::string wrong : {"", ".", "....", "16", "16.1.2", "ÿ.ÿ.ÿ.ÿ"}) {
    EXPECT_THAT(Check(wrong, "0"), IsError(absl::StatusCode::kFailedPrecondition, kReason)) << wrong;
  }
}

TEST(ProofOfWork, SolutionHasAsManyZeroBitsAsAskedFor) {
  const std::string solution = Solve("a", 12);
  EXPECT_TRUE(IsSolved("a", solution, 0));
  EXPECT_TRUE(IsSolved("a", solution, 12));
  EXPECT_FALSE(IsSolved("a", solution, 200));
}

TEST(ProofOfWork, DifficultyRisesSoftlyAndEndsWhereAnOldTelephoneStillGetsThrough) {
  EXPECT_EQ(DifficultyFor(0), kLeastDifficulty);
  EXPECT_EQ(DifficultyFor(50), kLeastDifficulty);
  EXPECT_EQ(DifficultyFor(51), kLeastDifficulty + 1);
  EXPECT_EQ(DifficultyFor(100), kLeastDifficulty + 1);
  EXPECT_EQ(DifficultyFor(2'000), kLeastDifficulty + 6);
  EXPECT_EQ(DifficultyFor(1'000'000'000'000), kMostDifficulty);
  for (int64_t n = 0; n < 5'000; ++n) EXPECT_LE(DifficultyFor(n + 1) - DifficultyFor(n), 1);
}

}  // namespace
}  // namespace avvik::intake
