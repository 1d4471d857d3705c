#include "common/regimes/condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/regimes/test_regimes.h"

namespace avvik::regimes {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::set<std::string> kStages = {"anmalan", "slutrapport"};

// What is wrong with a condition, as `field: description`.
std::vector<std::string> Wrong(const std::string& text, const std::set<std::string>* stages,
                               const std::vector<Condition>* thresholds = nullptr) {
  std::vector<status::FieldViolation> violations;
  ReadCondition(ParseText<v1::Condition>(text), "c",
                {.questions = TestQuestions(), .stages = stages, .thresholds = thresholds},
                violations);
  std::vector<std::string> lines;
  for (const auto& [field, description] : violations) lines.push_back(field + ": " + description);
  return lines;
}

TEST(ConditionTest, MistakesNameTheirField) {
  EXPECT_THAT(Wrong("", &kStages), ElementsAre("c: is empty: exactly one test must be given"));
  EXPECT_THAT(Wrong("all {}", &kStages), ElementsAre("c.all.of: must hold at least one condition"));
  EXPECT_THAT(Wrong("any { of { fact: 'ongoing' } of { not { fact: 'weather' } } }", &kStages),
              ElementsAre("c.any.of[1].not.fact: 'weather' is not a known fact: personal_data, "
                          "national_security, ongoing, information_system or risk_unlikely"));
  EXPECT_THAT(Wrong("kind_in {}", &kStages),
              ElementsAre("c.kind_in.of: must hold at least one kind"));
  EXPECT_THAT(
      Wrong("kind_in { of: 'INCIDENT' of: 'UNSPECIFIED' }", &kStages),
      ElementsAre("c.kind_in.of[1]: 'UNSPECIFIED' is not a kind: EVENT, WEAKNESS, INCIDENT or "
                  "NEAR_MISS"));
  EXPECT_THAT(Wrong("severity_at_least: 'BAD'", &kStages),
              ElementsAre("c.severity_at_least: 'BAD' is not a severity: LOW, MODERATE, HIGH or "
                          "CRITICAL"));
  EXPECT_THAT(Wrong("affected_persons_at_least: 0", &kStages),
              ElementsAre("c.affected_persons_at_least: must be 1 or more"));
  EXPECT_THAT(Wrong("submitted: 'anmälan'", &kStages),
              ElementsAre("c.submitted: 'anmälan' is not a stage of this version"));
  EXPECT_THAT(Wrong("submitted: 'anmalan'", nullptr),
              ElementsAre("c.submitted: may only stand in a stage"));
}

TEST(ConditionTest, ImpactMustBeAPropertyAndALevel) {
  for (const char* text :
       {"", "availability", "availability>3", "availability>=0", "availability>=5",
        "availability>=33", "availability >=3", "secrecy>=3", ">=3", ">="}) {
    EXPECT_THAT(
        Wrong("impact: '" + std::string(text) + "'", &kStages),
        ElementsAre("c.impact: '" + std::string(text) +
                    "' is not <property>>=<level> with a level from 1 to 4 and a property: any, "
                    "confidentiality, accuracy, availability or traceability"));
  }
  EXPECT_THAT(Wrong("impact: 'any>=4'", nullptr), IsEmpty());
}

TEST(ConditionTest, NestingIsBounded) {
  std::string text = "fact: 'ongoing'";
  for (int depth = 1; depth < kMostConditionDepth; ++depth) text = "not { " + text + " }";
  EXPECT_THAT(Wrong(text, nullptr), IsEmpty());
  const std::vector<std::string> lines = Wrong("not { " + text + " }", nullptr);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], ::testing::HasSubstr("nested deeper than 16 levels"));
}

TEST(ConditionTest, QuestionsMustBeThereAndAnsweredSo) {
  EXPECT_THAT(Wrong("yes: 'sure'", nullptr), IsEmpty());
  EXPECT_THAT(Wrong("yes: 'unsure'", nullptr), ElementsAre("c.yes: 'unsure' is not a question"));
  EXPECT_THAT(Wrong("yes: 'many'", nullptr),
              ElementsAre("c.yes: 'many' is not answered so: it is of kind NUMBER"));
  EXPECT_THAT(Wrong("number { question: 'long' at_least: 1 }", nullptr),
              ElementsAre("c.number.question: 'long' is not answered so: it is of kind DURATION"));
  EXPECT_THAT(Wrong("number { question: 'many' }", nullptr),
              ElementsAre("c.number.at_least: must be 1 or more"));
  EXPECT_THAT(Wrong("lasts { question: 'long' }", nullptr),
              ElementsAre("c.lasts.more_than_hours: must be 1 or more"));
  EXPECT_THAT(Wrong("choice { question: 'which' of: 'red' of: 'blue' }", nullptr),
              ElementsAre("c.choice.of[1]: 'blue' is not an option of 'which'"));
  EXPECT_THAT(Wrong("choice { question: 'which' }", nullptr),
              ElementsAre("c.choice.of: must hold at least one option"));
  EXPECT_THAT(Wrong("category_in { of: 'WEATHER' }", nullptr),
              ElementsAre("c.category_in.of[0]: 'WEATHER' is not a category"));
  EXPECT_THAT(Wrong("entity_in { of: 'TOWN' }", nullptr),
              ElementsAre("c.entity_in.of[0]: 'TOWN' is not a type of unit"));
  EXPECT_THAT(Wrong("entity_in { of: 'COMPANY' }", &kStages),
              ElementsAre("c.entity_in.of: may not stand in a stage"));
}

TEST(ConditionTest, ThresholdsStandForThoseOfTheVersion) {
  const std::vector<Condition> thresholds = {
      {.test = Condition::Test::kThreshold, .parts = {{}}, .name = "A-1"}};
  std::vector<status::FieldViolation> violations;
  const Condition read =
      ReadCondition(ParseText<v1::Condition>("thresholds: true"), "c",
                    {.questions = TestQuestions(), .thresholds = &thresholds}, violations);
  EXPECT_TRUE(violations.empty());
  EXPECT_EQ(read.test, Condition::Test::kAny);
  ASSERT_EQ(read.parts.size(), 1u);
  EXPECT_EQ(read.parts[0].name, "A-1");
  const std::vector<Condition> none;
  EXPECT_THAT(Wrong("thresholds: true", nullptr, &none),
              ElementsAre("c.thresholds: the version has no thresholds"));
  EXPECT_THAT(Wrong("thresholds: false", nullptr, &thresholds),
              ElementsAre("c.thresholds: can only be true"));
  EXPECT_THAT(Wrong("thresholds: true", nullptr),
              ElementsAre("c.thresholds: may not stand in a threshold"));
  EXPECT_THAT(Wrong("thresholds: true", &kStages),
              ElementsAre("c.thresholds: may not stand in a stage"));
}

}  // namespace
}  // namespace avvik::regimes
