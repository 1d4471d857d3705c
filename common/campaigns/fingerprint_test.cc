#include "common/campaigns/fingerprint.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::campaigns {
namespace {

using ::testing::Ge;
using ::testing::Lt;

constexpr Key kKey = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
constexpr Key kOtherKey = {16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1};

const Fingerprinter& Words() {
  static const Fingerprinter words({"hej", "VB", "fwd", "fick", "det", "här", "mejlet", "är", "en"});
  return words;
}

Fingerprint Of(std::string_view title, std::string_view text = "", const Key& key = kKey) {
  return Words().Of(key, title, text);
}

constexpr char kSubject[] = "Din postlåda är full – bekräfta ditt konto inom 24 timmar";

TEST(NormalisedTest, CaseMarksPunctuationAndIgnoredWordsDoNotCount) {
  EXPECT_EQ(Words().Normalised("VB: Hej! Din POSTLÅDA är  full\n–bekräfta"),
            U"din postlada full bekrafta");
  EXPECT_EQ(Words().Normalised("Ærø øl"), Words().Normalised("Äro ÖL"));
  // The same letters, put together of letter and mark as some keyboards do.
  EXPECT_EQ(Words().Normalised("postla\u030ada"), U"postlada");
  EXPECT_EQ(Words().Normalised("faktura 883 812 och nr17"), U"faktura 0 0 och nr0");
  EXPECT_EQ(Words().Normalised("\xff\xfe hm \xc3"), U"hm");
  EXPECT_EQ(Words().Normalised(""), U"");
}

TEST(FingerprintTest, HashesAreSmallestFirstEachOnceAndBounded) {
  std::string text;
  for (int i = 0; i < 2'000; ++i) text += std::string(1, static_cast<char>('a' + i * 7 % 26)) + "x" +
                                           std::string(1, static_cast<char>('a' + i * i % 25));
  const Fingerprint fingerprint = Of(text.substr(0, 190), text);
  EXPECT_EQ(fingerprint.title.size(), kMostTitle);
  EXPECT_EQ(fingerprint.text.size(), kMostText);
  EXPECT_TRUE(std::is_sorted(fingerprint.text.begin(), fingerprint.text.end()));
  EXPECT_EQ(std::adjacent_find(fingerprint.text.begin(), fingerprint.text.end()),
            fingerprint.text.end());
}

TEST(FingerprintTest, SameTextUnderAnotherKeyHasNothingInCommon) {
  const Fingerprint one = Of(kSubject);
  const Fingerprint other = Of(kSubject, "", kOtherKey);
  std::vector<uint32_t> common;
  std::set_intersection(one.text.begin(), one.text.end(), other.text.begin(), other.text.end(),
                        std::back_inserter(common));
  EXPECT_TRUE(common.empty());
  EXPECT_EQ(Similarity(one, other), 0);
}

TEST(SimilarityTest, SameMailInOwnWordsIsTheSameThing) {
  const Fingerprint first =
      Of(std::string("VB: ") + kSubject, "Hej, fick det här mejlet, är det på riktigt?");
  for (const auto& [title, text] : std::vector<std::pair<std::string, std::string>>{
           {kSubject, ""},
           {std::string("FWD: ") + kSubject, "I did not click. Is this real?"},
           {"Din postlåda är full - bekräfta ditt konto inom 48 timmar!!", "Kolla"},
           // Typing errors.
           {"Din postlåda är ful – bekräffta ditt konto inom 24 timmar", "hej"},
           {"DIN POSTLADA AR FULL – BEKRAFTA DITT KONTO", "Hela avdelningen har fått samma."},
           // The subject only quoted.
           {"Konstigt", std::string("Vi på förskolan undrar över ett som heter \"") + kSubject +
                            "\". Det ligger kvar i inkorgen hos fyra kollegor."},
       }) {
    EXPECT_THAT(Similarity(first, Of(title, text)), Ge(60)) << title;
    EXPECT_EQ(Similarity(first, Of(title, text)), Similarity(Of(title, text), first));
  }
}

TEST(SimilarityTest, OtherMailInTheSameWordsIsAnotherThing) {
  const std::string words = "Hej, fick det här mejlet i morse och undrar om någon vet vad det är?";
  const Fingerprint first = Of(std::string("VB: ") + kSubject, words);
  for (const char* title :
       {"VB: Faktura 883812 har förfallit till betalning", "VB: Ditt paket väntar på leverans",
        "VB: Bekräfta din leverans inom 24 timmar", "Din chef har delat ett dokument med dig",
        "VB: Lönespecifikation för november", "Postlåda"}) {
    EXPECT_THAT(Similarity(first, Of(title, words)), Lt(60)) << title;
  }
}

TEST(SimilarityTest, SubjectIsFoundInALongText) {
  std::string report = "Så här gick det till. ";
  for (int i = 0; i < 12; ++i) {
    report += "Klockan " + std::string(1, static_cast<char>('a' + i)) +
              " satt vi i möterummet och någon sade att skärmen visade något annat än vanligt, ";
  }
  report += std::string("och rubriken var ") + kSubject + ". Sedan gick vi hem.";
  EXPECT_THAT(Similarity(Of(kSubject), Of("Händelse på kontoret", report)), Ge(60));
}

TEST(SimilarityTest, TooShortATitleSaysNothing) {
  // Not even that two identical ones are of the same thing.
  EXPECT_EQ(Similarity(Of("Faktura"), Of("Faktura")), 0);
  EXPECT_EQ(Similarity(Of(""), Of("")), 0);
  // Then the texts as a whole are compared.
  const std::string text = "Någon ringde och utgav sig för att vara från bankens säkerhetsavdelning";
  EXPECT_EQ(Similarity(Of("Samtal", text), Of("Samtal", text)), 100);
}

TEST(SimilarityTest, LikenessIsTheShareOfTheTitleThatIsFound) {
  // 26 letters are 22 runs; half of them, and those across the middle, are gone in the other.
  const Fingerprint whole = Of("abcdefghijklmnopqrstuvwxyz");
  EXPECT_EQ(Similarity(whole, whole), 100);
  // 20 letters are 16 runs, all of which the longer one has.
  EXPECT_EQ(Similarity(whole, Of("abcdefghijklmnopqrst")), 100);
  // 11 of 22 runs: 50 %.
  EXPECT_EQ(Similarity(whole, Of("abcdefghijklmno", "01234567890")), 50);
}

}  // namespace
}  // namespace avvik::campaigns
