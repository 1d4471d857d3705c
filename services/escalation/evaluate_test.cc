#include "services/escalation/evaluate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/escalation/test_support.h"

namespace avvik::escalation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::set<std::string> kStages = {"anmalan", "slutrapport"};

Condition Read(const std::string& text) {
  std::vector<status::FieldViolation> violations;
  Condition condition = regimes::ReadCondition(
      ParseText<v1::Condition>(text), "c",
      {.questions = regimes::TestQuestions(), .stages = &kStages}, violations);
  EXPECT_THAT(violations.size(), 0u) << text << ": " << violations.front().description;
  return condition;
}

Finding Try(const std::string& text, const CaseFacts& facts,
            const std::set<std::string>& submitted = {}) {
  return Evaluate(Read(text), {facts, submitted});
}

Truth TruthOf(const std::string& text, const CaseFacts& facts) { return Try(text, facts).truth; }

TEST(ConditionTest, FactIsYesNoOrUnknown) {
  CaseFacts facts;
  facts.personal_data = Answer::ANSWER_YES;
  facts.ongoing = Answer::ANSWER_NO;
  EXPECT_EQ(TruthOf("fact: 'personal_data'", facts), Truth::kYes);
  EXPECT_EQ(TruthOf("fact: 'ongoing'", facts), Truth::kNo);
  EXPECT_EQ(TruthOf("fact: 'national_security'", facts), Truth::kUnknown);
  EXPECT_EQ(TruthOf("fact: 'information_system'", facts), Truth::kUnknown);
  EXPECT_EQ(TruthOf("fact: 'risk_unlikely'", facts), Truth::kUnknown);
  EXPECT_THAT(Try("fact: 'personal_data'", facts).reasons, ElementsAre("personal_data is yes"));
  EXPECT_THAT(Try("fact: 'risk_unlikely'", facts).reasons, ElementsAre("risk_unlikely is unknown"));
}

// A fact for each truth, to be combined: personal_data yes, ongoing no, risk_unlikely unknown.
TEST(ConditionTest, AllAnyNotAndKnownFollowKleene) {
  CaseFacts facts;
  facts.personal_data = Answer::ANSWER_YES;
  facts.ongoing = Answer::ANSWER_NO;
  const std::string names[] = {"ongoing", "risk_unlikely", "personal_data"};
  const Truth truths[] = {Truth::kNo, Truth::kUnknown, Truth::kYes};
  for (int a = 0; a < 3; ++a) {
    for (int b = 0; b < 3; ++b) {
      const std::string parts =
          "{ of { fact: '" + names[a] + "' } of { fact: '" + names[b] + "' } }";
      EXPECT_EQ(TruthOf("all " + parts, facts), truths[std::min(a, b)]) << parts;
      EXPECT_EQ(TruthOf("any " + parts, facts), truths[std::max(a, b)]) << parts;
    }
    EXPECT_EQ(TruthOf("not { fact: '" + names[a] + "' }", facts), truths[2 - a]);
    EXPECT_EQ(TruthOf("known { fact: '" + names[a] + "' }", facts),
              a == 2 ? Truth::kYes : Truth::kNo);
  }
}

TEST(ConditionTest, KindOfAnUnclassifiedCaseIsUnknown) {
  CaseFacts facts;
  EXPECT_EQ(TruthOf("kind_in { of: 'INCIDENT' }", facts), Truth::kUnknown);
  facts.kind = Kind::KIND_NEAR_MISS;
  EXPECT_EQ(TruthOf("kind_in { of: 'INCIDENT' of: 'NEAR_MISS' }", facts), Truth::kYes);
  EXPECT_EQ(TruthOf("kind_in { of: 'INCIDENT' }", facts), Truth::kNo);
  EXPECT_THAT(Try("kind_in { of: 'INCIDENT' }", facts).reasons, ElementsAre("kind is NEAR_MISS"));
}

TEST(ConditionTest, ImpactComparesTheLevelOfAProperty) {
  CaseFacts facts = TestCase();
  facts.impacts = {0, 1, 2, 3, 0};
  EXPECT_EQ(TruthOf("impact: 'confidentiality>=1'", facts), Truth::kYes);
  EXPECT_EQ(TruthOf("impact: 'confidentiality>=2'", facts), Truth::kNo);
  EXPECT_EQ(TruthOf("impact: 'accuracy>=2'", facts), Truth::kYes);
  EXPECT_EQ(TruthOf("impact: 'availability>=3'", facts), Truth::kYes);
  EXPECT_EQ(TruthOf("impact: 'traceability>=1'", facts), Truth::kNo);
  EXPECT_EQ(TruthOf("impact: 'any>=3'", facts), Truth::kYes);
  EXPECT_EQ(TruthOf("impact: 'any>=4'", facts), Truth::kNo);
  EXPECT_THAT(Try("impact: 'accuracy>=3'", facts).reasons, ElementsAre("accuracy is 2, below 3"));
  EXPECT_THAT(Try("impact: 'any>=3'", facts).reasons, ElementsAre("impact is 3, at least 3"));
  facts.kind = Kind::KIND_UNSPECIFIED;
  EXPECT_EQ(TruthOf("impact: 'any>=4'", facts), Truth::kUnknown);
}

TEST(ConditionTest, SeverityAndPersonsCompareOrAreUnknown) {
  CaseFacts facts;
  EXPECT_EQ(TruthOf("severity_at_least: 'LOW'", facts), Truth::kUnknown);
  EXPECT_EQ(TruthOf("affected_persons_at_least: 500", facts), Truth::kUnknown);
  facts.severity = Severity::SEVERITY_HIGH;
  facts.affected_persons = 500;
  EXPECT_EQ(TruthOf("severity_at_least: 'HIGH'", facts), Truth::kYes);
  EXPECT_EQ(TruthOf("severity_at_least: 'CRITICAL'", facts), Truth::kNo);
  EXPECT_EQ(TruthOf("affected_persons_at_least: 500", facts), Truth::kYes);
  facts.affected_persons = 499;
  EXPECT_THAT(Try("affected_persons_at_least: 500", facts).reasons,
              ElementsAre("affected_persons is 499, below 500"));
}

TEST(ConditionTest, SubmittedLooksAtTheStagesTold) {
  const CaseFacts facts;
  EXPECT_EQ(Try("submitted: 'anmalan'", facts, {"anmalan"}).truth, Truth::kYes);
  EXPECT_EQ(Try("submitted: 'anmalan'", facts, {"slutrapport"}).truth, Truth::kNo);
}

TEST(ConditionTest, ReasonsNameEachFactOnceInOrder) {
  CaseFacts facts = TestCase();
  const Finding found = Try(R"pb(
                              all {
                                of { fact: 'personal_data' }
                                of {
                                  any {
                                    of { fact: 'ongoing' }
                                    of { fact: 'personal_data' }
                                  }
                                }
                              })pb",
                            facts);
  EXPECT_THAT(found.reasons, ElementsAre("personal_data is yes", "ongoing is unknown"));
}

TEST(ConditionTest, AnswersAreComparedOrAskedFor) {
  CaseFacts facts;
  for (const char* text :
       {"yes: 'sure'", "number { question: 'many' at_least: 5 }",
        "lasts { question: 'long' more_than_hours: 4 }", "choice { question: 'which' of: 'red' }"}) {
    EXPECT_EQ(TruthOf(text, facts), Truth::kUnknown) << text;
  }
  EXPECT_THAT(Try("yes: 'sure'", facts).asks, ElementsAre("sure"));
  EXPECT_THAT(Try("yes: 'sure'", facts).reasons, ElementsAre("sure is not answered"));
  facts.answers["sure"].yes = true;
  facts.answers["many"].number = 5;
  facts.answers["long"].number = 241;
  facts.answers["which"].choices = {"green", "red"};
  EXPECT_EQ(TruthOf("yes: 'sure'", facts), Truth::kYes);
  EXPECT_EQ(TruthOf("number { question: 'many' at_least: 5 }", facts), Truth::kYes);
  EXPECT_EQ(TruthOf("number { question: 'many' at_least: 6 }", facts), Truth::kNo);
  EXPECT_EQ(TruthOf("lasts { question: 'long' more_than_hours: 4 }", facts), Truth::kYes);
  EXPECT_EQ(TruthOf("choice { question: 'which' of: 'red' }", facts), Truth::kYes);
  EXPECT_THAT(Try("lasts { question: 'long' more_than_hours: 4 }", facts).reasons,
              ElementsAre("long is 4 h 1 min, more than 4 h"));
  EXPECT_THAT(Try("choice { question: 'which' of: 'red' }", facts).reasons,
              ElementsAre("which is green, red"));
  facts.answers["sure"].yes = false;
  facts.answers["long"].number = 240;  // Exactly four hours are not more than four.
  facts.answers["which"].choices = {"green"};
  EXPECT_EQ(TruthOf("yes: 'sure'", facts), Truth::kNo);
  EXPECT_EQ(TruthOf("lasts { question: 'long' more_than_hours: 4 }", facts), Truth::kNo);
  EXPECT_EQ(TruthOf("choice { question: 'which' of: 'red' }", facts), Truth::kNo);
}

TEST(ConditionTest, OnlyWhatCanStillChangeTheTruthIsAsked) {
  CaseFacts facts;
  facts.personal_data = Answer::ANSWER_YES;
  facts.ongoing = Answer::ANSWER_NO;
  const auto asks = [&](const std::string& text) { return Try(text, facts).asks; };
  const auto missing = [&](const std::string& text) { return Try(text, facts).missing; };
  // Decided whatever the answer.
  EXPECT_THAT(asks("all { of { yes: 'sure' } of { fact: 'ongoing' } }"), IsEmpty());
  EXPECT_THAT(asks("any { of { yes: 'sure' } of { fact: 'personal_data' } }"), IsEmpty());
  // Open.
  EXPECT_THAT(asks("all { of { yes: 'sure' } of { fact: 'personal_data' } }"), ElementsAre("sure"));
  EXPECT_THAT(asks("any { of { yes: 'sure' } of { number { question: 'many' at_least: 1 } } }"),
              ElementsAre("sure", "many"));
  // What comes later in an `all` waits.
  EXPECT_THAT(asks("all { of { yes: 'sure' } of { number { question: 'many' at_least: 1 } } }"),
              ElementsAre("sure"));
  // Not knowing counts as no, and an answer can still change it.
  EXPECT_EQ(TruthOf("known { yes: 'sure' }", facts), Truth::kNo);
  EXPECT_THAT(asks("all { of { fact: 'personal_data' } of { known { yes: 'sure' } } }"),
              ElementsAre("sure"));
  EXPECT_THAT(asks("any { of { fact: 'personal_data' } of { known { yes: 'sure' } } }"), IsEmpty());
  EXPECT_THAT(missing("all { of { fact: 'risk_unlikely' } of { yes: 'sure' } }"),
              ElementsAre("risk_unlikely"));
  EXPECT_THAT(missing("all { of { fact: 'risk_unlikely' } of { fact: 'ongoing' } }"), IsEmpty());
}

TEST(ConditionTest, CategoryAndEntityAreOfAList) {
  CaseFacts facts;
  EXPECT_EQ(TruthOf("category_in { of: 'INTRUSION' }", facts), Truth::kUnknown);
  facts.category = type::v1::CATEGORY_INTRUSION;
  EXPECT_EQ(TruthOf("category_in { of: 'OTHER' of: 'INTRUSION' }", facts), Truth::kYes);
  EXPECT_EQ(TruthOf("category_in { of: 'OTHER' }", facts), Truth::kNo);
}

}  // namespace
}  // namespace avvik::escalation
