#include "services/escalation/answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/rpc/time.h"
#include "common/status/error.h"
#include "services/escalation/test_support.h"

namespace avvik::escalation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class AnswersTest : public ::testing::Test {
 protected:
  absl::StatusOr<Answers> Take(const std::string& text, const Answers& before = {}) {
    const auto request = ParseText<v1::AnswerQuestionsRequest>(text);
    return TakeAnswers(before, request.answers(),
                       {regimes::TestQuestions(), *organisation_, person_, now_});
  }
  std::vector<std::string> Wrong(const std::string& text) {
    std::vector<std::string> lines;
    for (const auto& [field, description] : status::ViolationsOf(Take(text).status())) {
      lines.push_back(field + ": " + description);
    }
    return lines;
  }

  std::shared_ptr<const organisation::Organisation> organisation_ = TestOrganisation();
  std::string person_ = "p_sam";
  absl::Time now_ = TestCase().aware_time + absl::Hours(2);
};

TEST_F(AnswersTest, EachKindIsTakenAsItIs) {
  const auto answers = Take(R"pb(
    answers { question: "sure" yes_no: ANSWER_NO }
    answers { question: "many" number: 0 }
    answers { question: "long" minutes: 90 }
    answers { question: "which" choices: "green" choices: "red" choices: "green" }
    answers { question: "where" units { unit: "social" } units { unit: "bolaget" } }
  )pb");
  ASSERT_TRUE(answers.ok()) << answers.status();
  EXPECT_FALSE(answers->at("sure").yes);
  EXPECT_EQ(answers->at("many").number, 0);
  EXPECT_EQ(answers->at("long").number, 90);
  EXPECT_THAT(answers->at("which").choices, ElementsAre("green", "red"));
  EXPECT_EQ(answers->at("where").units.size(), 2u);
  EXPECT_EQ(answers->at("sure").person, "p_sam");
  EXPECT_EQ(answers->at("sure").time, now_);
}

TEST_F(AnswersTest, AnswersAreReplacedAndTakenBack) {
  Answers before = *Take("answers { question: 'sure' yes_no: ANSWER_YES }");
  now_ += absl::Hours(1);
  person_ = "p_dora";
  // As before: who answered first stays.
  EXPECT_EQ(*Take("answers { question: 'sure' yes_no: ANSWER_YES }", before), before);
  const Answers other = *Take("answers { question: 'sure' yes_no: ANSWER_NO }", before);
  EXPECT_EQ(other.at("sure").person, "p_dora");
  EXPECT_EQ(other.at("sure").time, now_);
  EXPECT_THAT(*Take("answers { question: 'sure' }", before), IsEmpty());
  EXPECT_EQ(Take("answers { question: 'many' number: 1 }", before)->size(), 2u);
}

TEST_F(AnswersTest, WrongAnswersNameTheirField) {
  EXPECT_THAT(Wrong(R"pb(
                answers { question: "why" number: 1 }
                answers { question: "many" yes_no: ANSWER_YES }
                answers { question: "which" choices: "blue" }
                answers { question: "where" units { unit: "moon" } }
                answers { question: "sure" yes_no: ANSWER_YES }
                answers { question: "sure" yes_no: ANSWER_NO }
              )pb"),
              UnorderedElementsAre("answers[0].question: 'why' is not a question",
                                   "answers[1]: must be answered by its kind, NUMBER",
                                   "answers[2].choices[0]: 'blue' is not an option of 'which'",
                                   "answers[3].units[0].unit: 'moon' is not a unit",
                                   "answers[5].question: is answered twice"));
}

TEST_F(AnswersTest, UnitIsNotAwareInTheFuture) {
  v1::AnswerQuestionsRequest request;
  v1::QuestionAnswer* answer = request.add_answers();
  answer->set_question("where");
  answer->add_units()->set_unit("social");
  *answer->mutable_units(0)->mutable_aware_time() = rpc::ToProtoTime(now_ + absl::Hours(1));
  const auto taken = TakeAnswers({}, request.answers(),
                                 {regimes::TestQuestions(), *organisation_, person_, now_});
  EXPECT_EQ(status::ViolationsOf(taken.status()).at(0).field, "answers[0].units[0].aware_time");
}

TEST_F(AnswersTest, AnswersComeBackAsKept) {
  const Answers answers = *Take(R"pb(
    answers { question: "where" units { unit: "social" aware_time { seconds: 1795000000 } } }
    answers { question: "long" minutes: 90 }
    answers { question: "many" number: 0 }
    answers { question: "sure" yes_no: ANSWER_NO }
  )pb");
  v1::StoredAnswers stored;
  std::vector<std::string> order;
  for (const v1::Answered& one : ToProto(answers, regimes::TestQuestions())) {
    order.push_back(one.answer().question());
    *stored.add_answers() = one;
  }
  EXPECT_THAT(order, ElementsAre("sure", "many", "long", "where"));
  EXPECT_EQ(AnswersFromProto(stored.answers()), answers);
}

}  // namespace
}  // namespace avvik::escalation
