#include "services/triage/similar_cases.h"

#include "gmock/gmock.h"
#include "services/triage/test_support.h"

namespace avvik::triage {
namespace {

using ::testing::ElementsAre;

Case Of(const std::string& id, const std::string& system = "") {
  Case subject;
  subject.id = id;
  subject.system = system;
  subject.unit = "it";
  subject.category = type::v1::CATEGORY_OTHER;
  subject.reported = absl::FromUnixSeconds(1'795'000'000);
  return subject;
}

std::vector<v1::SimilarityGround> GroundsOf(const SimilarCase& similar) {
  std::vector<v1::SimilarityGround> grounds;
  for (const auto& reason : similar.reasons) grounds.push_back(reason.ground());
  return grounds;
}

TEST(SimilarCases, RareWordsWeighMostAndReasonsSayWhat) {
  Case late = Of("c", "mail");
  late.reported += absl::Hours(24 * 8);
  late.unit = "skola";
  const auto ranked = RankSimilar(
      Of("a", "mail"),
      {{.subject = Of("b"), .words = {{"kuvert", 300}}},
       {.subject = late, .words = {{"", 2}, {"zonfil", 2}, {"kuvert", 300}}}},
      10);
  ASSERT_EQ(ranked.size(), 2u);
  EXPECT_EQ(ranked[0].subject.id, "c");
  EXPECT_GT(ranked[0].score, ranked[1].score);
  EXPECT_LE(ranked[0].score, 100);
  EXPECT_THAT(GroundsOf(ranked[0]),
              ElementsAre(v1::SIMILARITY_GROUND_WORDS, v1::SIMILARITY_GROUND_SYSTEM,
                          v1::SIMILARITY_GROUND_CATEGORY));
  EXPECT_EQ(ranked[0].reasons[0].word_count(), 3);
  EXPECT_THAT(ranked[0].reasons[0].words(), ElementsAre("zonfil", "kuvert"));
  EXPECT_THAT(GroundsOf(ranked[1]),
              ElementsAre(v1::SIMILARITY_GROUND_CATEGORY, v1::SIMILARITY_GROUND_UNIT,
                          v1::SIMILARITY_GROUND_TIME, v1::SIMILARITY_GROUND_WORDS));
}

TEST(SimilarCases, WhatSharesNeitherWordNorSystemIsNotLike) {
  EXPECT_TRUE(RankSimilar(Of("a"), {{.subject = Of("b"), .words = {}}}, 10).empty());
  EXPECT_EQ(RankSimilar(Of("a", "mail"), {{.subject = Of("b", "mail"), .words = {}}}, 10).size(),
            1u);
}

TEST(SimilarCases, OfEqualsTheNewestComeFirstAndNoMoreThanAsked) {
  std::vector<LikeCase> candidates;
  for (const char* id : {"b", "d", "c"}) {
    candidates.push_back({.subject = Of(id), .words = {{"kuvert", 4}}});
  }
  const auto ranked = RankSimilar(Of("a"), std::move(candidates), 2);
  ASSERT_EQ(ranked.size(), 2u);
  EXPECT_EQ(ranked[0].subject.id, "d");
  EXPECT_EQ(ranked[1].subject.id, "c");
}

}  // namespace
}  // namespace avvik::triage
