#include "services/escalation/condition.h"

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
  Condition condition = ReadCondition(ParseText<v1::Condition>(text), "c", &kStages, violations);
  EXPECT_THAT(violations.size(), 0u) << text << ": " << violations.front().description;
  return condition;
}

Finding Try(const std::string& text, const CaseFacts& facts,
            const std::set<std::string>& submitted = {}) {
  return Evaluate(Read(text), {facts, submitted});
}

Truth TruthOf(const std::string& text, const CaseFacts& facts) { return Try(text, facts).truth; }

// What is wrong with a condition, as `field: description`.
std::vector<std::string> Wrong(const std::string& text, const std::set<std::string>* stages) {
  std::vector<status::FieldViolation> violations;
  ReadCondition(ParseText<v1::Condition>(text), "c", stages, violations);
  std::vector<std::string> lines;
  for (const auto& [field, description] : violations) lines.push_back(field + ": " + description);
  return lines;
}

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

}  // namespace
}  // namespace avvik::escalation
