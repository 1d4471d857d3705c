#include "services/triage/case_words.h"

#include "gmock/gmock.h"
#include "services/triage/test_support.h"

namespace avvik::triage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(CaseWords, AreThoseOfAllTextsOfTheCaseItself) {
  Case subject;
  subject.number = "AVV-2026-000007";
  subject.title = "Kuvert";
  subject.outcome = "Raderad";
  subject.notes = {{.id = "1", .text = "ringde hem", .author = {}, .created = {}}};
  EXPECT_THAT(OwnWordsOf(subject),
              ElementsAre("7", "avv-2026-000007", "hem", "kuvert", "rader", "ringd"));
  subject.erased = absl::UnixEpoch();
  EXPECT_THAT(OwnWordsOf(subject), IsEmpty());
}

TEST(CaseWords, WordOfASearchStandsForUnitsAndSystemsThatAreCalledSo) {
  const auto asked = AskedWords("journalen hemtjänsten och social", TestOrganisation().get());
  ASSERT_EQ(asked.size(), 3u);
  EXPECT_EQ(asked[0].word, "journal");
  EXPECT_THAT(asked[0].systems, ElementsAre("journal"));
  EXPECT_THAT(asked[0].units, IsEmpty());
  EXPECT_THAT(asked[1].units, ElementsAre("hemtjanst"));
  EXPECT_THAT(asked[2].units, ElementsAre("social"));
}

TEST(CaseWords, OnlyTheFirstWordsOfASearchCount) {
  EXPECT_EQ(AskedWords("a1 b2 c3 d4 e5 f6 g7 h8 i9 j10", nullptr).size(), kMostAsked);
  EXPECT_THAT(AskedWords("och x", nullptr), IsEmpty());
}

}  // namespace
}  // namespace avvik::triage
