#include "common/search/words.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::search {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Words, LettersAreSmallAndWithoutAccentsButNordicLettersStayApart) {
  EXPECT_THAT(WordsOf("KAFÉ Malmö, Ærø; Åsa–Älv"), ElementsAre("kafe", "malmö", "ærø", "åsa", "älv"));
  EXPECT_NE(WordsOf("rån"), WordsOf("ran"));
  EXPECT_NE(WordsOf("möte"), WordsOf("mote"));
}

TEST(Words, DecomposedLettersAreTheSame) {
  EXPECT_EQ(WordsOf("A\u030asa mo\u0308te A\u0308lv cafe\u0301"), WordsOf("Åsa möte Älv café"));
}

TEST(Words, EndingsComeOffWhileFourLettersRemain) {
  for (const char* form : {"journal", "journalen", "journaler", "journalernas", "journals", "journalens"}) {
    EXPECT_THAT(WordsOf(form), ElementsAre("journal")) << form;
  }
  for (const char* form : {"läckan", "läcka", "läckor", "läckorna"}) {
    EXPECT_THAT(WordsOf(form), ElementsAre("läck")) << form;
  }
  EXPECT_THAT(WordsOf("skade skader"), ElementsAre("skad"));
  EXPECT_THAT(WordsOf("mus ros"), ElementsAre("mus", "ros"));
}

TEST(Words, WordsOfEveryTextAndSingleLettersAreLeftOut) {
  EXPECT_THAT(WordsOf("det är en och jag i the a"), IsEmpty());
  EXPECT_THAT(WordsOf("Å, x"), IsEmpty());
}

TEST(Words, NumbersLoseTheirLeadingZeros) {
  EXPECT_THAT(WordsOf("000123 0 00 kb5021"), ElementsAre("123", "0", "kb5021"));
}

TEST(Words, CaseNumberIsOneWordAndItsLastPartAnother) {
  EXPECT_THAT(WordsOf("se avv-2026-000123!"), ElementsAre("se", "avv-2026-000123", "123"));
  EXPECT_EQ(WordsOf("AVV-2026-000123"), WordsOf("avv-2026-000123"));
  EXPECT_THAT(WordsOf("avv-2026-12"), ElementsAre("2026", "12"));
}

TEST(Words, EachOnceInTheOrderOfTheTextAndNoMoreThanAsked) {
  EXPECT_THAT(WordsOf("skrivare dator skrivaren fax", 2), ElementsAre("skriv", "dator"));
}

TEST(Words, WhatIsNotUtf8EndsAWord) {
  EXPECT_THAT(WordsOf("brev\xff\xc3tapp\xed\xa0"), ElementsAre("brev", "tapp"));
  EXPECT_THAT(WordsOf(std::string(300, 'x')), ElementsAre(std::string(kMostLetters, 'x')));
}

}  // namespace
}  // namespace avvik::search
