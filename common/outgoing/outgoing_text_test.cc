#include "common/outgoing/outgoing_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace avvik::outgoing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr FindingKind kSwedish = FindingKind::kSwedishIdentityNumber;
constexpr FindingKind kDanish = FindingKind::kDanishIdentityNumber;
constexpr FindingKind kClass = FindingKind::kClassifiedMarking;

// Numbers that the Swedish tax agency gives out for tests, and made-up ones with a right check digit.
TEST(OutgoingText, FindsSwedishIdentityNumbersHoweverTheyAreWritten) {
  for (const char* text : {"19900101-2385", "900101-2385", "199001012385", "9001012385", "900101 - 2385",
                           "900101\u20132385", "900101+2385", "900101 2385", "19900101 2385"}) {
    const auto findings = Check(text);
    ASSERT_EQ(findings.size(), 1u) << text;
    EXPECT_EQ(findings[0].kind, kSwedish) << text;
    EXPECT_EQ(findings[0].offset, 0) << text;
  }
}

TEST(OutgoingText, FindsCoordinationNumbers) {
  // 60 is added to the day.
  EXPECT_THAT(Check("701063-2391"), ElementsAre(Finding{kSwedish, 0, 11}));
  EXPECT_THAT(Check("701093-2391"), IsEmpty()) << "there is no day 33";
}

TEST(OutgoingText, SaysWhereInCodePoints) {
  EXPECT_THAT(Check("Båda åkte: 900101-2385, och 900101-2385."),
              ElementsAre(Finding{kSwedish, 11, 11}, Finding{kSwedish, 28, 11}));
}

TEST(OutgoingText, DatesAndCheckDigitsMustBeRight) {
  EXPECT_THAT(Check("900101-2386"), IsEmpty()) << "wrong check digit, and no day 90 for Danes";
  EXPECT_THAT(Check("901301-2384"), IsEmpty()) << "no month 13";
  EXPECT_THAT(Check("22900101-2385"), IsEmpty()) << "no such century";
  EXPECT_THAT(Check("212000-1355"), IsEmpty()) << "an organisation number";
}

TEST(OutgoingText, OtherNumbersAreLeftAlone) {
  for (const char* text : {"AVV-2026-000123", "0570-12 34 56", "+46900101-2385", "+46 70 012 34 56",
                           "00000000-0000-7000-8000-00000000c001", "X900101-2385", "900101-23856",
                           "900101-2385-1", "2026-11-22 15:30", "1234567890123456", "556000-0000"}) {
    EXPECT_THAT(Check(text), IsEmpty()) << text;
  }
}

TEST(OutgoingText, FindsDanishNumbers) {
  // Without the check digit of old, as those given out since 2007.
  EXPECT_THAT(Check("cpr 010107-4321"), ElementsAre(Finding{kDanish, 4, 11}));
  EXPECT_THAT(Check("010107 4321"), ElementsAre(Finding{kDanish, 0, 11}));
  // Without a break the check digit tells it from other numbers.
  EXPECT_THAT(Check("2505401002"), ElementsAre(Finding{kDanish, 0, 10}));
  EXPECT_THAT(Check("2505401003"), IsEmpty());
  EXPECT_THAT(Check("329907-4321"), IsEmpty()) << "there is no day 32, and no month 99";
}

TEST(OutgoingText, FindsClassesOfSeveralWordsHoweverTheyAreWritten) {
  EXPECT_THAT(Check("Bilagan är kvalificerat hemlig."), ElementsAre(Finding{kClass, 11, 19}));
  EXPECT_THAT(Check("BEGRÄNSAT\n HEMLIG"), ElementsAre(Finding{kClass, 0, 17}));
  EXPECT_THAT(Check("yderst hemmeligt; Til tjenestebrug"),
              ElementsAre(Finding{kClass, 0, 16}, Finding{kClass, 18, 16}));
  EXPECT_THAT(Check("RESTREINT UE/EU RESTRICTED"),
              ElementsAre(Finding{kClass, 0, 12}, Finding{kClass, 13, 13}));
}

TEST(OutgoingText, AnEverydayWordIsAMarkingWhereItIsMeantAsOne) {
  EXPECT_THAT(Check("HEMLIG"), ElementsAre(Finding{kClass, 0, 6}));
  EXPECT_THAT(Check("Se bilagan, KONFIDENTIELL, sidan 2"), ElementsAre(Finding{kClass, 12, 13}));
  EXPECT_THAT(Check("Rubrik\n (hemlig) \nmer"), ElementsAre(Finding{kClass, 9, 6}));
  EXPECT_THAT(Check("i säkerhetsskyddsklassen konfidentiell"), ElementsAre(Finding{kClass, 25, 13}));
  EXPECT_THAT(Check("klassificeret: fortroligt"), ElementsAre(Finding{kClass, 15, 10}));
  EXPECT_THAT(Check("Kontoret har hemlig adress, och posten är konfidentiell."), IsEmpty());
  EXPECT_THAT(Check("Hemligheten är HEMLIGHETSFULL"), IsEmpty());
}

TEST(OutgoingText, TakesAnyBytes) {
  EXPECT_THAT(Check(""), IsEmpty());
  EXPECT_THAT(Check("\xff\xfe 900101-2385 \xc3"), ElementsAre(Finding{kSwedish, 3, 11}));
}

}  // namespace
}  // namespace avvik::outgoing
