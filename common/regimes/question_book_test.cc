#include "common/regimes/question_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/regimes/test_regimes.h"
#include "common/status/error.h"

namespace avvik::regimes {
namespace {

using ::testing::UnorderedElementsAre;

std::vector<std::string> Wrong(const std::string& text) {
  std::vector<std::string> lines;
  const auto book = QuestionBook::Make(ParseText<v1::Questions>(text));
  for (const auto& [field, description] : status::ViolationsOf(book.status())) {
    lines.push_back(field + ": " + description);
  }
  return lines;
}

TEST(QuestionBookTest, QuestionsAreFoundAndInOrder) {
  const QuestionBook& book = TestQuestions();
  EXPECT_EQ(book.Find("many")->kind(), v1::ANSWER_KIND_NUMBER);
  EXPECT_EQ(book.Find("few"), nullptr);
  EXPECT_LT(book.PlaceOf("sure"), book.PlaceOf("many"));
  EXPECT_EQ(book.PlaceOf("few"), 5u);
  EXPECT_TRUE(HasOption(*book.Find("which"), "green"));
  EXPECT_FALSE(HasOption(*book.Find("which"), "blue"));
}

TEST(QuestionBookTest, EveryTextIsThereInEveryLanguage) {
  EXPECT_THAT(Wrong("questions { id: 'a' kind: ANSWER_KIND_YES_NO text { sv: 'S' } help { da: 'D' } }"),
              UnorderedElementsAre("questions[0].text.da: is required",
                                   "questions[0].text.en: is required",
                                   "questions[0].help.sv: is required",
                                   "questions[0].help.en: is required"));
}

TEST(QuestionBookTest, IdsAndOptionsAreChecked) {
  const std::string text = " text { sv: 'S' da: 'D' en: 'E' } ";
  const std::string label = " label { sv: 'S' da: 'D' en: 'E' } ";
  EXPECT_THAT(
      Wrong("questions { id: 'a' kind: ANSWER_KIND_NUMBER several: true" + text + "options { id: 'x'" +
            label + "} } questions { id: 'a' kind: ANSWER_KIND_CHOICE" + text + "options { id: 'x'" +
            label + "} } questions { " + text + "} questions { id: 'b' kind: ANSWER_KIND_CHOICE" +
            text + "options { id: 'x'" + label + "} options { id: 'x'" + label + "} }"),
      UnorderedElementsAre("questions[0].options: may only stand with CHOICE",
                           "questions[0].several: may only stand with CHOICE",
                           "questions[1].id: 'a' is used twice",
                           "questions[1].options: must hold at least two options",
                           "questions[2].id: is required", "questions[2].kind: is required",
                           "questions[3].options[1].id: 'x' is used twice"));
}

}  // namespace
}  // namespace avvik::regimes
