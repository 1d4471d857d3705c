#include "services/delivery/notice_rules.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::delivery {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;
using triage::v1::CaseFacts;

CaseFacts Facts(const std::string& owner, const std::vector<std::string>& drawn_in = {}) {
  CaseFacts facts;
  facts.set_case_id("case-1");
  facts.set_number("AVV-2026-000001");
  facts.set_report_id("report-1");
  facts.set_unit("social");
  facts.mutable_owner()->set_person_id(owner);
  for (const std::string& person : drawn_in) facts.add_drawn_in()->set_person_id(person);
  facts.set_organisation_version(3);
  return facts;
}

std::vector<Telling> Tell(CaseChange change, const CaseFacts& facts, const CaseFacts* before) {
  if (before == nullptr) return TellingsOfCase("event-1", change, facts, nullptr);
  const KnownCase known = KnownCaseOf(*before);
  return TellingsOfCase("event-1", change, facts, &known);
}

const Telling kAssignedToAnna = {TemplateId::kCaseAssigned, "event-1", "p_anna"};

TEST(TellingsOfCaseTest, ANewCaseIsToldToItsOwner) {
  EXPECT_THAT(Tell(CaseChange::kOther, Facts("p_anna"), nullptr), ElementsAre(kAssignedToAnna));
  EXPECT_THAT(Tell(CaseChange::kOther, Facts(""), nullptr), IsEmpty());
}

TEST(TellingsOfCaseTest, AnOwnerIsToldOncePerAssignment) {
  const CaseFacts anna = Facts("p_anna");
  const CaseFacts hans = Facts("p_hans");
  const CaseFacts nobody = Facts("");
  EXPECT_THAT(Tell(CaseChange::kOther, anna, &anna), IsEmpty());
  EXPECT_THAT(Tell(CaseChange::kOther, anna, &hans), ElementsAre(kAssignedToAnna));
  EXPECT_THAT(Tell(CaseChange::kOther, anna, &nobody), ElementsAre(kAssignedToAnna));
  EXPECT_THAT(Tell(CaseChange::kOther, nobody, &anna), IsEmpty());
}

TEST(TellingsOfCaseTest, AReopenedCaseComesBackToItsOwner) {
  const CaseFacts anna = Facts("p_anna");
  EXPECT_THAT(Tell(CaseChange::kReopened, anna, &anna), ElementsAre(kAssignedToAnna));
}

TEST(TellingsOfCaseTest, ThoseDrawnInAreToldOnceForEachCase) {
  const CaseFacts before = Facts("p_anna", {"p_dso"});
  const CaseFacts after = Facts("p_anna", {"p_dso", "p_chief", "", "p_chief"});
  EXPECT_THAT(Tell(CaseChange::kOther, after, &before),
              ElementsAre(Telling{TemplateId::kCaseDrawnIn, "case-1", "p_chief"}));
  EXPECT_THAT(Tell(CaseChange::kOther, after, &after), IsEmpty());
}

TEST(TellingsOfCaseTest, AnOwnerIsNotDrawnInAsWell) {
  EXPECT_THAT(Tell(CaseChange::kOther, Facts("p_anna", {"p_anna", "p_dso"}), nullptr),
              ElementsAre(kAssignedToAnna, Telling{TemplateId::kCaseDrawnIn, "case-1", "p_dso"}));
}

TEST(TellingsOfCaseTest, AClosedCaseIsToldToTheReporterOnly) {
  const CaseFacts before = Facts("p_anna");
  EXPECT_THAT(Tell(CaseChange::kClosed, Facts("p_hans", {"p_dso"}), &before),
              ElementsAre(Telling{TemplateId::kReportClosed, "event-1", ""}));
}

TEST(TellingsOfStepTest, EverybodyWhomAStepCallsIsTold) {
  escalation::v1::LadderStepTaken taken;
  taken.set_kind(escalation::v1::ALARM_KIND_OVERDUE);
  EXPECT_THAT(TellingsOfStep("event-1", taken), IsEmpty());
  taken.add_person_ids("p_anna");
  taken.add_person_ids("p_hans");
  EXPECT_THAT(TellingsOfStep("event-1", taken),
              ElementsAre(Telling{TemplateId::kStageOverdue, "event-1", "p_anna"},
                          Telling{TemplateId::kStageOverdue, "event-1", "p_hans"}));
  taken.set_kind(escalation::v1::ALARM_KIND_DUE_SOON);
  EXPECT_EQ(TellingsOfStep("event-1", taken)[0].template_id, TemplateId::kStageDueSoon);
}

}  // namespace
}  // namespace avvik::delivery
