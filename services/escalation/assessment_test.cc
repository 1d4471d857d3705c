// The regimes of this repository, tried on cases.
#include "services/escalation/assessment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "services/escalation/test_support.h"

namespace avvik::escalation {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// What each regime of the country says of a case.
std::map<std::string, DutyDecision> Decide(const CaseFacts& facts,
                                           const std::string& country = "SE") {
  std::map<std::string, DutyDecision> by_regime;
  for (DutyDecision& decision : Assess(TestRegimes(), facts, *TestOrganisation(country))) {
    by_regime.emplace(decision.regime->id, std::move(decision));
  }
  return by_regime;
}

Need NeedOf(const CaseFacts& facts, const std::string& regime) {
  return Decide(facts, regime.substr(0, 2)).at(regime).need;
}

TEST(AssessmentTest, EachCountryHasItsRegimes) {
  std::vector<std::string> sweden, denmark;
  for (const auto& [id, decision] : Decide(TestCase(), "SE")) sweden.push_back(id);
  for (const auto& [id, decision] : Decide(TestCase(), "DK")) denmark.push_back(id);
  EXPECT_THAT(sweden, ElementsAre("EU-AI-73", "EU-OMNIBUS-33", "SE-CER", "SE-EIDAS", "SE-GDPR-33",
                                  "SE-GDPR-34", "SE-LEH", "SE-LEK-INT", "SE-LSS", "SE-NIS2",
                                  "SE-POLIS", "SE-POLIS-ANST", "SE-PSL", "SE-SAK", "SE-SOL",
                                  "SE-STATE", "SE-VB"));
  EXPECT_THAT(denmark, ElementsAre("DK-CER", "DK-GDPR-33", "DK-GDPR-34", "DK-NIS2", "DK-VB",
                                   "EU-AI-73", "EU-OMNIBUS-33"));
}

TEST(AssessmentTest, BreachOfPersonalDataIsToBeNotified) {
  for (const char* regime : {"SE-GDPR-33", "DK-GDPR-33"}) {
    CaseFacts facts = TestCase();
    EXPECT_EQ(NeedOf(facts, regime), Need::kRequired);
    // Whether a system is affected does not matter: paper is personal data too.
    facts.information_system = Answer::ANSWER_NO;
    facts.affected_persons.reset();
    EXPECT_EQ(NeedOf(facts, regime), Need::kRequired);
    facts.kind = Kind::KIND_EVENT;
    EXPECT_EQ(NeedOf(facts, regime), Need::kRequired);
  }
}

TEST(AssessmentTest, UnknownPersonalDataIsToBeAssessed) {
  CaseFacts facts = TestCase();
  facts.personal_data = Answer::ANSWER_UNSPECIFIED;
  EXPECT_EQ(NeedOf(facts, "SE-GDPR-33"), Need::kToAssess);
  facts.kind = Kind::KIND_EVENT;
  EXPECT_EQ(NeedOf(facts, "SE-GDPR-33"), Need::kToAssess);
  EXPECT_THAT(Decide(facts).at("SE-GDPR-33").reasons,
              ElementsAre("personal_data is unknown", "kind is EVENT", "risk_unlikely is unknown"));
  facts.kind = Kind::KIND_UNSPECIFIED;
  facts.personal_data = Answer::ANSWER_YES;
  EXPECT_EQ(NeedOf(facts, "SE-GDPR-33"), Need::kToAssess);
}

TEST(AssessmentTest, WithoutPersonalDataOrBreachThereIsNothingToNotify) {
  CaseFacts facts = TestCase();
  facts.personal_data = Answer::ANSWER_NO;
  EXPECT_EQ(NeedOf(facts, "SE-GDPR-33"), Need::kNone);
  for (const Kind kind : {Kind::KIND_WEAKNESS, Kind::KIND_NEAR_MISS}) {
    for (const Answer personal_data : {Answer::ANSWER_YES, Answer::ANSWER_UNSPECIFIED}) {
      facts.kind = kind;
      facts.personal_data = personal_data;
      EXPECT_EQ(NeedOf(facts, "SE-GDPR-33"), Need::kNone);
    }
  }
}

TEST(AssessmentTest, OnlyAShownLackOfRiskExempts) {
  CaseFacts facts = TestCase();
  facts.risk_unlikely = Answer::ANSWER_NO;
  EXPECT_EQ(NeedOf(facts, "SE-GDPR-33"), Need::kRequired);
  facts.risk_unlikely = Answer::ANSWER_YES;
  EXPECT_EQ(NeedOf(facts, "SE-GDPR-33"), Need::kNone);
  EXPECT_THAT(Decide(facts).at("SE-GDPR-33").reasons, Contains("risk_unlikely is yes"));
}

TEST(AssessmentTest, SeriousDisruptionOfASystemIsSignificant) {
  for (const char* regime : {"SE-NIS2", "DK-NIS2"}) {
    EXPECT_EQ(NeedOf(TestCase(), regime), Need::kNone);
    for (const int property : {1, 2, 3}) {
      CaseFacts facts = TestCase();
      facts.impacts[static_cast<std::size_t>(property)] = 3;
      EXPECT_EQ(NeedOf(facts, regime), Need::kRequired) << property;
      facts.information_system = Answer::ANSWER_UNSPECIFIED;
      EXPECT_EQ(NeedOf(facts, regime), Need::kToAssess);
      facts.information_system = Answer::ANSWER_NO;
      EXPECT_EQ(NeedOf(facts, regime), Need::kNone);
    }
    CaseFacts facts = SignificantCase();
    facts.kind = Kind::KIND_WEAKNESS;
    EXPECT_EQ(NeedOf(facts, regime), Need::kNone);
  }
}

TEST(AssessmentTest, InformationOfManyPeopleIsSignificant) {
  CaseFacts facts = TestCase();
  facts.impacts[SecurityProperty::SECURITY_PROPERTY_CONFIDENTIALITY] = 2;
  facts.affected_persons = 500;
  EXPECT_EQ(NeedOf(facts, "SE-NIS2"), Need::kRequired);
  facts.affected_persons = 499;  // Other thresholds may be reached.
  EXPECT_EQ(NeedOf(facts, "SE-NIS2"), Need::kMayBe);
  facts.affected_persons.reset();
  EXPECT_EQ(NeedOf(facts, "SE-NIS2"), Need::kToAssess);
  facts.impacts[SecurityProperty::SECURITY_PROPERTY_CONFIDENTIALITY] = 1;
  EXPECT_EQ(NeedOf(facts, "SE-NIS2"), Need::kNone);
}

TEST(AssessmentTest, NationalSecurityGoesToItsOwnAuthorityOnly) {
  CaseFacts facts = SignificantCase();
  EXPECT_EQ(NeedOf(facts, "SE-SAK"), Need::kNone);  // Nobody has reason to assume it.
  facts.national_security = Answer::ANSWER_YES;
  EXPECT_EQ(NeedOf(facts, "SE-SAK"), Need::kRequired);
  EXPECT_EQ(NeedOf(facts, "SE-NIS2"), Need::kNone);
  facts.national_security = Answer::ANSWER_NO;
  EXPECT_EQ(NeedOf(facts, "SE-SAK"), Need::kNone);
  EXPECT_EQ(NeedOf(facts, "SE-NIS2"), Need::kRequired);
  facts.impacts[SecurityProperty::SECURITY_PROPERTY_AVAILABILITY] = 4;
  EXPECT_EQ(NeedOf(facts, "SE-SAK"), Need::kRequired);
}

TEST(AssessmentTest, TheOneWhoHasTheDutyFollowsFromTheUnit) {
  CaseFacts facts = TestCase();
  EXPECT_EQ(Decide(facts).at("SE-GDPR-33").entity, (Entity{"socialnamnden", "Socialnämnden"}));
  EXPECT_EQ(Decide(facts).at("SE-NIS2").entity, (Entity{"kommun", "Exempel kommun"}));
  EXPECT_EQ(Decide(facts, "DK").at("DK-GDPR-33").entity, (Entity{"kommun", "Exempel kommun"}));
  facts.unit = "bolaget";
  EXPECT_EQ(Decide(facts).at("SE-GDPR-33").entity.unit, "bolaget");
  EXPECT_EQ(Decide(facts).at("SE-NIS2").entity.unit, "bolaget");
  facts.unit = "";
  EXPECT_EQ(Decide(facts).at("SE-GDPR-33").entity.unit, "styrelsen");
  EXPECT_EQ(Decide(facts).at("SE-NIS2").entity.unit, "kommun");
}

TEST(AssessmentTest, VersionIsThatOfTheLocalDayOfAwareness) {
  CaseFacts facts = SignificantCase();
  facts.aware_time = At("2026-06-30T23:59:59+02:00");
  EXPECT_EQ(Decide(facts).at("SE-NIS2").version->version, "2026-01-15");
  facts.aware_time = At("2026-06-30T22:00:00Z");  // Midnight in Stockholm.
  EXPECT_EQ(Decide(facts).at("SE-NIS2").version->version, "2026-07-01");
}

TEST(AssessmentTest, BeforeTheLawThereIsNoDuty) {
  CaseFacts facts = SignificantCase();
  facts.aware_time = At("2026-01-14T12:00:00+01:00");
  EXPECT_EQ(NeedOf(facts, "SE-NIS2"), Need::kNone);
  EXPECT_THAT(Decide(facts).at("SE-NIS2").reasons, ElementsAre("no rule holds on 2026-01-14"));
}

TEST(AssessmentTest, OldRegistersAreFollowedByTheClockOfTheRegulation) {
  CaseFacts facts = TestCase();
  facts.imported = true;
  facts.aware_time = At("2009-10-21T00:00:00+02:00");
  EXPECT_EQ(NeedOf(facts, "SE-GDPR-33"), Need::kRequired);
  EXPECT_EQ(NeedOf(facts, "DK-GDPR-33"), Need::kRequired);
  EXPECT_EQ(NeedOf(facts, "SE-NIS2"), Need::kNone);
  EXPECT_EQ(NeedOf(facts, "SE-SAK"), Need::kNone);
}

TEST(AssessmentTest, CaseClosedBecauseNothingHadGoneWrongBringsNoDuty) {
  CaseFacts facts = SignificantCase();
  facts.close_time = facts.as_of;
  EXPECT_EQ(NeedOf(facts, "SE-GDPR-33"), Need::kRequired);
  facts.no_deviation = true;
  for (const auto& [id, decision] : Decide(facts)) {
    EXPECT_EQ(decision.need, Need::kNone) << id;
    EXPECT_EQ(decision.result, v1::ASSESSMENT_RESULT_NOT_REQUIRED) << id;
    if (decision.version == nullptr) continue;
    EXPECT_THAT(decision.reasons, ElementsAre("the case was closed: nothing had gone wrong"));
    EXPECT_THAT(decision.asks, IsEmpty());
  }
}

TEST(AssessmentTest, DisabledVersionIsNotApplied) {
  v1::Regime message;
  for (const v1::Regime& known : TestRegimes().messages()) {
    if (known.id() == "DK-GDPR-33") message = known;
  }
  message.mutable_versions(0)->set_disabled(true);
  const auto catalogue = RegimeCatalogue::Make({message}, {"test"}, TestRegimes().questions());
  ASSERT_TRUE(catalogue.ok()) << catalogue.status();
  const auto decisions = Assess(*catalogue, TestCase(), *TestOrganisation("DK"));
  ASSERT_EQ(decisions.size(), 1u);
  EXPECT_EQ(decisions[0].need, Need::kNone);
  EXPECT_EQ(decisions[0].version, nullptr);
}

TEST(AssessmentTest, WhatIsPossibleOpensNoDutyUnlessTheLawPresumesIt) {
  CaseFacts facts = TestCase();
  facts.impacts[SecurityProperty::SECURITY_PROPERTY_AVAILABILITY] = 1;
  const auto asked = Decide(facts).at("SE-NIS2");
  EXPECT_EQ(asked.result, v1::ASSESSMENT_RESULT_MAY_BE);
  EXPECT_EQ(asked.need, Need::kMayBe);
  EXPECT_THAT(asked.asks, ElementsAre("work-limited", "alternative-routines", "activity"));
  facts.personal_data = Answer::ANSWER_UNSPECIFIED;
  EXPECT_EQ(Decide(facts).at("SE-GDPR-33").result, v1::ASSESSMENT_RESULT_MAY_BE);
  EXPECT_EQ(Decide(facts).at("SE-GDPR-33").need, Need::kToAssess);
  EXPECT_THAT(Decide(facts).at("SE-GDPR-33").missing, ElementsAre("personal_data", "risk_unlikely"));
}

TEST(AssessmentTest, WhatIsDocumentedIsSoWhetherItIsToldOrNot) {
  CaseFacts facts = TestCase();
  EXPECT_TRUE(Decide(facts).at("SE-GDPR-33").documented);
  facts.risk_unlikely = Answer::ANSWER_YES;
  const DutyDecision exempt = Decide(facts).at("SE-GDPR-33");
  EXPECT_EQ(exempt.result, v1::ASSESSMENT_RESULT_NOT_REQUIRED);
  EXPECT_TRUE(exempt.documented);
  EXPECT_THAT(exempt.asks, IsEmpty());
  EXPECT_THAT(exempt.document_asks, ElementsAre("breach-cause", "breach-effects", "breach-remedies"));
  facts.answers["breach-effects"].choices = {"none"};
  EXPECT_THAT(Decide(facts).at("SE-GDPR-33").document_asks,
              ElementsAre("breach-cause", "breach-remedies"));
  facts.personal_data = Answer::ANSWER_NO;
  EXPECT_FALSE(Decide(facts).at("SE-GDPR-33").documented);
}

TEST(AssessmentTest, EachWhoIsHitHasADutyAndAClock) {
  CaseFacts facts = TestCase();
  const absl::Time later = facts.aware_time + absl::Hours(6);
  facts.answers["affected-units"].units = {{"social", {}}, {"bolaget", later}};
  const auto decisions =
      AssessRegime(*TestRegimes().Find("SE-GDPR-33"), facts, *TestOrganisation());
  ASSERT_EQ(decisions.size(), 2u);
  EXPECT_EQ(decisions[0].entity.unit, "socialnamnden");
  EXPECT_EQ(decisions[0].aware_time, facts.aware_time);
  EXPECT_EQ(decisions[1].entity.unit, "bolaget");
  EXPECT_EQ(decisions[1].aware_time, later);
  // The whole municipality is one operator, whoever is hit.
  EXPECT_EQ(AssessRegime(*TestRegimes().Find("SE-NIS2"), facts, *TestOrganisation()).size(), 1u);
}

}  // namespace
}  // namespace avvik::escalation
