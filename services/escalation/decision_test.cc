#include "services/escalation/decision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/escalation/test_support.h"

namespace avvik::escalation {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

class DecisionTest : public ::testing::Test {
 protected:
  std::vector<Pairing> Assessed(const CaseFacts& facts, const std::vector<Duty>& duties = {}) {
    return Pair(Assess(TestRegimes(), facts, *organisation_), duties);
  }
  // `REGIME before>result` of what is decided after `before`.
  std::vector<std::string> Decided(const v1::StoredResults& before, const CaseFacts& facts) {
    const auto word = [](v1::AssessmentResult result) {
      return v1::AssessmentResult_Name(result).substr(18);
    };
    std::vector<std::string> lines;
    for (const Decision& decision : DecisionsOfRules(before, Assessed(facts), facts)) {
      lines.push_back(decision.regime + " " + word(decision.before) + ">" + word(decision.result));
    }
    return lines;
  }

  std::shared_ptr<const organisation::Organisation> organisation_ = TestOrganisation();
};

TEST_F(DecisionTest, FirstAssessmentDecidesWhatIsAskedForOrDocumented) {
  CaseFacts facts = TestCase();
  EXPECT_THAT(Decided({}, facts), ElementsAre("SE-GDPR-33 UNSPECIFIED>REQUIRED",
                                              "SE-GDPR-34 UNSPECIFIED>MAY_BE"));
  facts.risk_unlikely = Answer::ANSWER_YES;
  EXPECT_THAT(Decided({}, facts), ElementsAre("SE-GDPR-33 UNSPECIFIED>NOT_REQUIRED"));
  facts.personal_data = Answer::ANSWER_NO;
  EXPECT_THAT(Decided({}, facts), IsEmpty());
}

TEST_F(DecisionTest, OnlyWhatChangesIsDecidedAnew) {
  CaseFacts facts = TestCase();
  const v1::StoredResults before = ResultsOf(Assessed(facts));
  EXPECT_THAT(Decided(before, facts), IsEmpty());
  facts.answers["high-risk"].yes = true;
  EXPECT_THAT(Decided(before, facts), ElementsAre("SE-GDPR-34 MAY_BE>REQUIRED"));
  facts.risk_unlikely = Answer::ANSWER_YES;
  EXPECT_THAT(Decided(before, facts), ElementsAre("SE-GDPR-33 REQUIRED>NOT_REQUIRED",
                                                  "SE-GDPR-34 MAY_BE>NOT_REQUIRED"));
}

TEST_F(DecisionTest, WhatItWasMadeOnIsKept) {
  CaseFacts facts = TestCase();
  facts.answers["work-limited"].number = 300;
  facts.answers["activity"].choices = {"health-care", "social-care"};
  facts.answers["high-risk"].yes = false;
  const auto decisions = DecisionsOfRules({}, Assessed(facts), facts);
  ASSERT_FALSE(decisions.empty());
  EXPECT_THAT(decisions[0].facts,
              IsSupersetOf({"kind=INCIDENT", "confidentiality=1", "personal_data=yes",
                            "affected_persons=12", "work-limited=300", "high-risk=no",
                            "activity=health-care,social-care"}));
  EXPECT_THAT(decisions[0].reasons, Contains("personal_data is yes"));
  EXPECT_EQ(decisions[0].regime_version, "2018-05-25");
}

TEST_F(DecisionTest, EntityThatIsNoLongerHitIsDecidedOnce) {
  CaseFacts facts = TestCase();
  facts.answers["affected-units"].units = {{"social", {}}, {"bolaget", {}}};
  std::vector<Duty> duties;
  for (const auto& [decision, duty] : Assessed(facts)) {
    if (decision.need != Need::kRequired) continue;
    duties.push_back(OpenDuty("d" + std::to_string(duties.size()), decision, facts,
                              CalendarOf(*organisation_), facts.as_of)
                         .duty);
  }
  ASSERT_EQ(duties.size(), 2u);
  const v1::StoredResults before = ResultsOf(Assessed(facts, duties));
  facts.answers["affected-units"].units.pop_back();
  const auto pairings = Assessed(facts, duties);
  const auto decisions = DecisionsOfRules(before, pairings, facts);
  const auto of_company = [](const Decision& decision) {
    return decision.regime == "SE-GDPR-33" && decision.entity.unit == "bolaget";
  };
  const auto found = std::find_if(decisions.begin(), decisions.end(), of_company);
  ASSERT_NE(found, decisions.end());
  EXPECT_EQ(found->result, v1::ASSESSMENT_RESULT_NOT_REQUIRED);
  EXPECT_THAT(found->reasons, ElementsAre("bolaget is not hit"));
  EXPECT_THAT(DecisionsOfRules(ResultsOf(pairings), pairings, facts), IsEmpty());
}

TEST_F(DecisionTest, ChangesAreOfResults) {
  CaseFacts facts = TestCase();
  const v1::StoredResults before = ResultsOf(Assessed(facts));
  facts.answers["high-risk"].yes = true;
  const auto changes = ChangesBetween(before, ResultsOf(Assessed(facts)));
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].regime(), "SE-GDPR-34");
  EXPECT_EQ(changes[0].entity(), "socialnamnden");
  EXPECT_EQ(changes[0].before(), v1::ASSESSMENT_RESULT_MAY_BE);
  EXPECT_EQ(changes[0].after(), v1::ASSESSMENT_RESULT_REQUIRED);
  EXPECT_THAT(ChangesBetween(before, before), IsEmpty());
}

TEST_F(DecisionTest, PersonDecidesByRulingOutAndByTelling) {
  const CaseFacts facts = TestCase();
  const Duty duty = OpenDuty("d1", AssessRegime(*TestRegimes().Find("SE-GDPR-33"), facts,
                                                *organisation_)
                                       .front(),
                             facts, CalendarOf(*organisation_), facts.as_of)
                        .duty;
  const auto ruled_out = RuleOutDuty(duty, "krypterad", "p_dpo");
  ASSERT_TRUE(ruled_out.ok());
  const auto decision = DecisionOfPerson(duty, *ruled_out, facts, facts.as_of);
  ASSERT_TRUE(decision.has_value());
  EXPECT_EQ(decision->cause, v1::DECISION_CAUSE_RULED_OUT);
  EXPECT_EQ(decision->before, v1::ASSESSMENT_RESULT_REQUIRED);
  EXPECT_EQ(decision->result, v1::ASSESSMENT_RESULT_NOT_REQUIRED);
  EXPECT_EQ(decision->statement, "krypterad");
  EXPECT_EQ(decision->person, "p_dpo");
  auto told = SubmitStage(duty,
                          {TestRegimes().Find("SE-GDPR-33")->versions[0], CalendarOf(*organisation_)},
                          facts, {.stage = "anmalan", .external_id = "IMY-1", .reason = {}},
                          facts.as_of);
  ASSERT_TRUE(told.ok());
  told->person = "p_sam";
  const auto telling = DecisionOfPerson(duty, *told, facts, facts.as_of);
  ASSERT_TRUE(telling.has_value());
  EXPECT_EQ(telling->cause, v1::DECISION_CAUSE_TOLD);
  EXPECT_EQ(telling->stage, "anmalan");
  EXPECT_EQ(telling->person, "p_sam");
  EXPECT_EQ(DecisionOfPerson(duty, {duty, {}}, facts, facts.as_of), std::nullopt);
}

}  // namespace
}  // namespace avvik::escalation
