#include "cli/breach_register.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/protobuf/text_format.h"

namespace avvik::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

escalation::v1::Breach Told(const std::string& text) {
  escalation::v1::Breach breach;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &breach));
  return breach;
}

TEST(BreachRegisterTest, ALineTellsFactsEffectsRemedyAndDecision) {
  const std::string text = BreachRegister({Told(R"pb(
    number: "AVV-2026-000001"
    aware_time { seconds: 1795188000 }
    unit: "social"
    kind: KIND_INCIDENT
    category: CATEGORY_LOST_DEVICE
    impacts { property: SECURITY_PROPERTY_CONFIDENTIALITY level: 2 }
    affected_persons: 40
    answers { answer { question: "high-risk" yes_no: ANSWER_YES } }
    answers { answer { question: "breach-effects" choices: "identity-theft" choices: "safety" } }
    answers { answer { question: "breach-remedies" choices: "locked" } }
    results {
      regime: "SE-GDPR-33"
      entity: "socialnamnden"
      result: ASSESSMENT_RESULT_REQUIRED
      duty_id: "d1"
    }
    duties {
      duty_id: "d1"
      regime: "SE-GDPR-33"
      entity: "socialnamnden"
      state: DUTY_STATE_FULFILLED
      stages {
        stage: "anmalan"
        submit_time { seconds: 1795191600 }
        external_id: "IMY-2026-1"
      }
    })pb")});
  EXPECT_THAT(text, StartsWith("\"number\",\"aware\",\"closed\","));
  EXPECT_THAT(text, HasSubstr("\r\n\"AVV-2026-000001\",\"2026-11-20T15:20:00Z\",\"\",\"social\","
                              "\"INCIDENT\",\"LOST_DEVICE\",\"CONFIDENTIALITY 2\",\"40\","
                              "\"high-risk: yes\",\"\",\"identity-theft, safety\",\"locked\","
                              "\"SE-GDPR-33 socialnamnden: REQUIRED, FULFILLED\","
                              "\"SE-GDPR-33 socialnamnden anmalan 2026-11-20T16:20:00Z IMY-2026-1\","
                              "\"\",\"\"\r\n"));
}

TEST(BreachRegisterTest, WhyNobodyIsToldIsAPersonsWordsOrTheRules) {
  EXPECT_THAT(BreachRegister({Told(R"pb(
                results { result: ASSESSMENT_RESULT_NOT_REQUIRED reasons: "risk_unlikely is yes" }
              )pb")}),
              HasSubstr("\"risk_unlikely is yes\",\"\"\r\n"));
  EXPECT_THAT(BreachRegister({Told("duties { rule_out_reason: '=cmd \"x\"' }")}),
              HasSubstr("\"'=cmd \"\"x\"\"\",\"\"\r\n"));
}

}  // namespace
}  // namespace avvik::cli
