// What is written to an authority, with the regimes of this repository.
#include "services/escalation/dossier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/rpc/time.h"
#include "common/status/error.h"
#include "services/escalation/dossier_fill.h"
#include "services/escalation/receipt_type.h"
#include "services/escalation/test_support.h"
#include "tests/support/status_matchers.h"

namespace avvik::escalation {
namespace {

using avvik::testing::IsError;
using avvik::testing::NamesField;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr auto kFailedPrecondition = absl::StatusCode::kFailedPrecondition;

class DossierTest : public ::testing::Test {
 protected:
  DossierTest() {
    organisation::v1::Organisation proto = TestOrganisationProto();
    proto.mutable_units(0)->set_registration_number("212000-0000");
    *proto.add_authority_contacts() = ParseText<organisation::v1::AuthorityContact>(R"pb(
      id: "company" units: "bolaget" name: "Bolagets kontakt" phone: "1"
    )pb");
    *proto.add_authority_contacts() = ParseText<organisation::v1::AuthorityContact>(R"pb(
      id: "breaches"
      regimes: "SE-GDPR-33"
      name: "Dataskyddsombudet"
      email: "dso@exempel.se"
      phone: "0570-00 00 00"
      address: "Torget 1, 000 00 Exempel"
    )pb");
    organisation_ = *organisation::Organisation::Create(proto, 1);
    facts_.occur_time = At("2026-11-20T15:00:00+01:00");
    facts_.report_time = At("2026-11-20T16:00:00+01:00");
    Open("SE-GDPR-33", "anmalan");
  }

  // Goes on with a stage of the regime's version in force.
  void Open(const std::string& regime, const std::string& stage) {
    version_ = TestRegimes().Find(regime)->VersionOn(absl::CivilDay(2026, 11, 20));
    ASSERT_NE(version_, nullptr);
    stage_ = version_->FindStage(stage);
    ASSERT_NE(stage_, nullptr);
    duty_.id = "duty-1";
    duty_.regime = regime;
    duty_.number = facts_.number;
    duty_.entity = {"socialnamnden", "Socialnämnden"};
    duty_.state = DutyState::DUTY_STATE_REQUIRED;
    duty_.aware_time = facts_.aware_time;
    duty_.stages = {DutyStage{.id = stage, .state = StageState::STAGE_STATE_RUNNING}};
    duty_.stages[0].times.target = facts_.aware_time + absl::Hours(72);
    dossier_ = {};
    dossier_.stage = stage;
  }
  DossierRules Rules() const { return {*version_, *stage_}; }
  FieldValues Filled() const {
    return FillIn(Rules(), {.duty = duty_,
                            .facts = facts_,
                            .organisation = *organisation_,
                            .questions = TestRegimes().questions(),
                            .others = others_});
  }
  std::string TextOf(const std::string& field) const {
    const FieldValues filled = Filled();
    const auto found = filled.find(field);
    return found == filled.end() ? "" : found->second.value.text();
  }
  absl::StatusOr<std::optional<DossierVersion>> Write(const std::string& text,
                                                      const std::string& person = "p_writer") {
    const auto request = ParseText<v1::SaveDossierRequest>(text);
    std::vector<const v1::FieldEntry*> entries;
    for (const v1::FieldEntry& entry : request.values()) entries.push_back(&entry);
    auto version = WriteDossier(duty_, Rules(), dossier_, Filled(), entries, {person, now_});
    if (version.ok() && *version) dossier_.versions.push_back(**version);
    return version;
  }
  absl::Status Take(absl::StatusOr<DossierStep> step) {
    if (step.ok()) dossier_.steps.push_back(*step);
    return step.status();
  }
  absl::Status Ask() {
    return Take(AskForReview(duty_, Rules(), dossier_, {"p_writer", now_}));
  }
  absl::Status Approve(const std::string& person = "p_other", const std::string& reason = "") {
    return Take(ApproveDossier(duty_, Rules(), dossier_, reason, {person, now_}));
  }
  // Everything that the authority demands and the data do not know.
  void WriteAll(const std::string& course = "En dator stals.") {
    ASSERT_OK(Write(R"pb(values { field: "type" value { choices { options: "stolen" } } }
                         values { field: "cause" value { choices { options: "human" } } }
                         values { field: "course" value { text: ")pb" +
                    course + R"pb(" } }
                         values { field: "groups" value { choices { options: "clients" } } }
                         values { field: "data" value { choices { options: "health" options: "identity" } } }
                         values { field: "consequences" value { choices { options: "secrecy" } } }
                         values { field: "measures" value { text: "Datorn spärrades." } }
                         values { field: "informed" value { yes_no: ANSWER_NO } })pb"));
  }
  v1::DossierState State() const {
    return StateOf(dossier_, dossier_.newest() == nullptr ? 0 : dossier_.newest()->version);
  }

  absl::Time now_ = At("2026-11-21T09:00:00+01:00");
  std::shared_ptr<const organisation::Organisation> organisation_;
  CaseFacts facts_ = TestCase();
  const RegimeVersion* version_ = nullptr;
  const StageRule* stage_ = nullptr;
  Duty duty_;
  StageDossier dossier_;
  std::map<std::string, FieldValues> others_;
};

TEST_F(DossierTest, WhatIsKnownIsFilledIn) {
  EXPECT_EQ(TextOf("controller"), "Socialnämnden");
  EXPECT_EQ(TextOf("organisation-number"), "212000-0000") << "a committee is part of the municipality";
  EXPECT_EQ(TextOf("contact"), "Dataskyddsombudet\ndso@exempel.se\n0570-00 00 00");
  EXPECT_EQ(TextOf("address"), "Torget 1, 000 00 Exempel");
  EXPECT_EQ(TextOf("own-reference"), "AVV-2026-000123");
  EXPECT_EQ(TextOf("discovered"), "2026-11-20 16:00") << "a time in a text is a local one";
  EXPECT_EQ(TextOf("persons"), "12");
  const FieldValues filled = Filled();
  EXPECT_EQ(rpc::FromProtoTime(filled.at("started").value.time()), facts_.occur_time);
  EXPECT_EQ(filled.at("started").origin, v1::VALUE_ORIGIN_CASE);
  EXPECT_EQ(filled.at("controller").origin, v1::VALUE_ORIGIN_ORGANISATION);
  EXPECT_EQ(filled.count("course"), 0u) << "only people know";
  EXPECT_EQ(filled.count("ended"), 0u) << "it is open";
}

TEST_F(DossierTest, CompanyIsALegalPersonOfItsOwn) {
  duty_.entity = {"bolaget", "Bostadsbolaget AB"};
  EXPECT_EQ(TextOf("organisation-number"), "") << "the municipality's is not its";
  EXPECT_EQ(TextOf("contact"), "Bolagets kontakt\n1");
}

TEST_F(DossierTest, AnswersAreFilledInAsTheAuthoritysOptions) {
  facts_.answers["breach-cause"].choices = {"human"};
  facts_.answers["breach-effects"].choices = {"reputation", "broken-secrecy", "identity-theft"};
  FieldValues filled = Filled();
  EXPECT_THAT(filled.at("cause").value.choices().options(), ElementsAre("human"));
  EXPECT_THAT(filled.at("consequences").value.choices().options(),
              ElementsAre("identity-theft", "reputation")) << "in its order, without what it has not";
  EXPECT_EQ(filled.at("cause").origin, v1::VALUE_ORIGIN_ANSWER);
  // Of several causes a field that takes one has none.
  facts_.answers["breach-cause"].choices = {"human", "supplier"};
  EXPECT_EQ(Filled().count("cause"), 0u);
}

TEST_F(DossierTest, ReasonsForLatenessAreCarriedIntoTheirField) {
  duty_.stages[0].reason = "Larmet gick till fel person.";
  EXPECT_EQ(TextOf("late-reason"), "") << "it has not been told";
  duty_.stages[0].submit_time = *duty_.stages[0].times.target + absl::Hours(1);
  EXPECT_EQ(TextOf("late-reason"), "Larmet gick till fel person.");
  duty_.stages[0].submit_time = *duty_.stages[0].times.target;
  EXPECT_EQ(TextOf("late-reason"), "") << "told in time, the reason is another one";
}

TEST_F(DossierTest, LaterStageGoesOnFromAnEarlierOne) {
  WriteAll();
  others_["anmalan"] = *dossier_.newest()->values;
  Open("SE-GDPR-33", "komplettering");
  const FieldValues filled = Filled();
  EXPECT_EQ(filled.at("course").value.text(), "En dator stals.");
  EXPECT_EQ(filled.at("course").origin, v1::VALUE_ORIGIN_EARLIER_STAGE);
  Open("SE-NIS2", "slutrapport");
  others_["incidentanmalan"]["cause"].value.set_text("Ett skript");
  EXPECT_EQ(TextOf("root-cause"), "Ett skript");
}

TEST_F(DossierTest, FirstVersionTakesOverWhatIsFilledIn) {
  ASSERT_OK(Write(""));
  ASSERT_EQ(dossier_.versions.size(), 1u);
  EXPECT_TRUE(Same(*dossier_.newest()->values, Filled()));
  EXPECT_EQ(dossier_.newest()->person, "p_writer");
  EXPECT_EQ(State(), v1::DOSSIER_STATE_DRAFT);
}

TEST_F(DossierTest, FieldsThatAreNotNamedStayAndVersionsAreNotAltered) {
  ASSERT_OK(Write("values { field: 'course' value { text: 'Ett' } }"));
  ASSERT_OK(Write("values { field: 'course' value { text: 'Två' } } "
                  "values { field: 'persons' value { text: '12 och 40 poster' } }"));
  ASSERT_OK(Write("values { field: 'persons' }"));
  ASSERT_EQ(dossier_.versions.size(), 3u);
  EXPECT_EQ(dossier_.Find(1)->values->at("course").value.text(), "Ett");
  EXPECT_EQ(dossier_.Find(3)->values->at("course").value.text(), "Två");
  EXPECT_EQ(dossier_.Find(2)->values->at("persons").origin, v1::VALUE_ORIGIN_PERSON);
  EXPECT_EQ(dossier_.Find(3)->values->count("persons"), 0u) << "emptied by a person, it stays empty";
}

TEST_F(DossierTest, SameValuesAgainMakeNoVersion) {
  ASSERT_OK(Write("values { field: 'course' value { text: 'Ett' } }"));
  const auto again = Write("values { field: 'course' value { text: 'Ett' } } values { field: 'other' value { text: ' \\n' } }");
  ASSERT_OK(again);
  EXPECT_FALSE(again->has_value());
}

TEST_F(DossierTest, WhatTheDataFillInComesFromThemWhoeverSendsIt) {
  ASSERT_OK(Write("values { field: 'persons' value { text: '13' } }"));
  EXPECT_EQ(dossier_.newest()->values->at("persons").origin, v1::VALUE_ORIGIN_PERSON);
  facts_.affected_persons = 14;
  ASSERT_OK(Write("values { field: 'persons' value { text: '14' } }"));
  EXPECT_EQ(dossier_.newest()->values->at("persons").origin, v1::VALUE_ORIGIN_CASE);
}

TEST_F(DossierTest, ValuesMustFitTheirFields) {
  EXPECT_THAT(Write("values { field: 'weather' value { text: 'x' } }").status(),
              NamesField("values[0].field"));
  EXPECT_THAT(Write("values { field: 'course' value { number: 1 } }").status(),
              NamesField("values[0].value"));
  EXPECT_THAT(Write("values { field: 'controller' value { text: 'a\\nb' } }").status(),
              NamesField("values[0].value"));
  EXPECT_THAT(Write("values { field: 'cause' value { choices { options: 'weather' } } }").status(),
              NamesField("values[0].value"));
  EXPECT_THAT(Write("values { field: 'cause' value { choices { options: 'human' options: 'attack' } } }").status(),
              NamesField("values[0].value"));
  EXPECT_THAT(Write("values { field: 'data' value { choices { options: 'health' options: 'health' } } }").status(),
              NamesField("values[0].value"));
  EXPECT_THAT(Write("values { field: 'course' value { text: 'a' } } values { field: 'course' }").status(),
              NamesField("values[1].field"));
  EXPECT_THAT(dossier_.versions, IsEmpty());
}

TEST_F(DossierTest, SomebodyElseApproves) {
  EXPECT_THAT(Ask(), IsError(kFailedPrecondition, "DOSSIER_EMPTY"));
  WriteAll();
  EXPECT_THAT(Approve(), IsError(kFailedPrecondition, "DOSSIER_NOT_IN_REVIEW"));
  ASSERT_OK(Ask());
  EXPECT_EQ(State(), v1::DOSSIER_STATE_IN_REVIEW);
  EXPECT_THAT(Ask(), IsError(kFailedPrecondition, "DOSSIER_NOT_DRAFT"));
  EXPECT_THAT(Approve("p_writer"), IsError(kFailedPrecondition, "FOUR_EYES"));
  EXPECT_THAT(Approve(""), IsError(kFailedPrecondition, "FOUR_EYES")) << "a machine has no eyes";
  ASSERT_OK(Approve());
  EXPECT_EQ(State(), v1::DOSSIER_STATE_APPROVED);
  // Who writes on it makes a draft of it.
  ASSERT_OK(Write("values { field: 'course' value { text: 'Mer' } }", "p_other"));
  EXPECT_EQ(State(), v1::DOSSIER_STATE_DRAFT);
  EXPECT_EQ(StateOf(dossier_, 1), v1::DOSSIER_STATE_APPROVED);
  ASSERT_OK(Ask());
  EXPECT_THAT(Approve("p_other"), IsError(kFailedPrecondition, "FOUR_EYES"));
}

TEST_F(DossierTest, GivenBackItIsADraftAndMayBeAskedForAgain) {
  WriteAll();
  ASSERT_OK(Ask());
  ASSERT_OK(Take(ReturnDossier(duty_, Rules(), dossier_, "Skriv när", {"p_other", now_})));
  EXPECT_EQ(State(), v1::DOSSIER_STATE_DRAFT);
  EXPECT_EQ(dossier_.LastStep(1, DossierStepKind::kReturned)->statement, "Skriv när");
  EXPECT_THAT(Take(ReturnDossier(duty_, Rules(), dossier_, "x", {"p_other", now_})),
              IsError(kFailedPrecondition, "DOSSIER_NOT_IN_REVIEW"));
  EXPECT_OK(Ask());
}

TEST_F(DossierTest, WhatTheAuthorityDemandsMustBeThere) {
  ASSERT_OK(Write("values { field: 'course' value { text: 'Ett' } }"));
  std::vector<std::string> missing;
  for (const v1::DossierProblem& problem : ProblemsIn(Rules(), *dossier_.newest()->values)) {
    EXPECT_EQ(problem.kind(), v1::PROBLEM_KIND_MISSING);
    missing.push_back(problem.field());
  }
  EXPECT_THAT(missing, ElementsAre("type", "cause", "groups", "data", "consequences", "measures", "informed"));
  ASSERT_OK(Ask());
  EXPECT_THAT(Approve(), IsError(kFailedPrecondition, "DOSSIER_INCOMPLETE"));
}

TEST_F(DossierTest, FindingsBlockUntilSomebodySaysWhyTheyMayStand) {
  WriteAll("Hon, 900101-2385, ringde.");
  const auto problems = ProblemsIn(Rules(), *dossier_.newest()->values);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].kind(), v1::PROBLEM_KIND_SWEDISH_IDENTITY_NUMBER);
  EXPECT_EQ(problems[0].field(), "course");
  EXPECT_EQ(problems[0].offset(), 5);
  EXPECT_EQ(problems[0].length(), 11);
  EXPECT_EQ(problems[0].DebugString().find("900101"), std::string::npos) << "it says where, not what";
  EXPECT_THAT(MayLeave(Rules(), dossier_, *dossier_.newest()),
              IsError(kFailedPrecondition, "DOSSIER_FINDINGS"));
  ASSERT_OK(Ask());
  EXPECT_THAT(Approve(), IsError(kFailedPrecondition, "DOSSIER_FINDINGS"));
  EXPECT_THAT(Approve("p_other", " \n"), IsError(kFailedPrecondition, "DOSSIER_FINDINGS"));
  ASSERT_OK(Approve("p_other", "Det är ett ordernummer."));
  EXPECT_EQ(dossier_.steps.back().statement, "Det är ett ordernummer.");
  EXPECT_OK(MayLeave(Rules(), dossier_, *dossier_.newest()));
}

TEST_F(DossierTest, ReasonThatNothingNeedsIsNotKept) {
  WriteAll();
  ASSERT_OK(Ask());
  ASSERT_OK(Approve("p_other", "för säkerhets skull"));
  EXPECT_EQ(dossier_.steps.back().statement, "");
}

TEST_F(DossierTest, WhatIsNotKeptHereHasNoDossier) {
  Open("SE-SAK", TestRegimes().Find("SE-SAK")->versions.back().stages.front().id);
  ASSERT_TRUE(version_->content_elsewhere);
  EXPECT_THAT(Write("").status(), IsError(kFailedPrecondition, "CONTENT_ELSEWHERE"));
  EXPECT_THAT(Ask(), IsError(kFailedPrecondition, "CONTENT_ELSEWHERE"));
}

TEST_F(DossierTest, NothingIsWrittenOfWhatIsErasedRuledOutOrWithoutAForm) {
  duty_.state = DutyState::DUTY_STATE_RULED_OUT;
  EXPECT_THAT(Write("").status(), IsError(kFailedPrecondition, "DUTY_RULED_OUT"));
  duty_.erase_time = now_;
  EXPECT_THAT(Write("").status(), IsError(kFailedPrecondition, "CASE_ERASED"));
  duty_.erase_time.reset();
  Open("SE-NIS2", "delrapport");
  EXPECT_THAT(Write("").status(), IsError(kFailedPrecondition, "STAGE_HAS_NO_FIELDS"));
}

TEST_F(DossierTest, ToldIsTheNewestThatIsApprovedUnlessAnotherIsNamed) {
  EXPECT_EQ(ToldVersion(dossier_, 0), nullptr);
  WriteAll();
  EXPECT_EQ(ToldVersion(dossier_, 0)->version, 1) << "better that than none";
  ASSERT_OK(Ask());
  ASSERT_OK(Approve());
  ASSERT_OK(Write("values { field: 'course' value { text: 'Mer' } }"));
  EXPECT_EQ(ToldVersion(dossier_, 0)->version, 1);
  EXPECT_EQ(ToldVersion(dossier_, 2)->version, 2);
  EXPECT_EQ(ToldVersion(dossier_, 3), nullptr);
  dossier_.steps.push_back({.kind = DossierStepKind::kSent, .version = 2});
  EXPECT_EQ(State(), v1::DOSSIER_STATE_SENT);
}

TEST_F(DossierTest, LatenessIsThatOfTheClock) {
  const DutyStage& stage = duty_.stages[0];
  EXPECT_FALSE(IsLate(stage, *stage.times.target));
  EXPECT_TRUE(IsLate(stage, *stage.times.target + absl::Microseconds(1)));
  ASSERT_OK(Write("values { field: 'late-reason' value { text: 'Helgen' } }"));
  EXPECT_EQ(LateReasonsIn(*stage_, *dossier_.newest()->values), "Helgen");
}

TEST(ReceiptTypeTest, IsToldByContentAlone) {
  EXPECT_STREQ(TypeOfReceipt("%PDF-1.7\n...")->media_type, "application/pdf");
  EXPECT_STREQ(TypeOfReceipt("\x89PNG\r\n\x1a\n...")->media_type, "image/png");
  EXPECT_STREQ(TypeOfReceipt("\xff\xd8\xff\xe0")->media_type, "image/jpeg");
  EXPECT_STREQ(TypeOfReceipt("Tack för er anmälan.\n")->media_type, "text/plain");
  for (const char* other : {"", " \n", "MZ\x90\x01", "<html>", "  <?xml", "#!/bin/sh", "PK\x03\x04", "\xc3("}) {
    EXPECT_FALSE(TypeOfReceipt(other)) << other;
  }
}

TEST(ReceiptTypeTest, NameSaysWhatItIs) {
  const ReceiptType text = *TypeOfReceipt("x");
  EXPECT_EQ(ReceiptName("svar.TXT", text), "svar.TXT");
  EXPECT_EQ(ReceiptName("svar.html", text), "svar.html.txt");
  EXPECT_EQ(ReceiptName("kvitto.jpeg", *TypeOfReceipt("\xff\xd8\xff")), "kvitto.jpeg");
  EXPECT_OK(CheckReceiptName("kvittens från IMY.pdf"));
  for (const char* name : {"../a.pdf", "a\\b.pdf", ". .", "a\u202efdp.txt"}) {
    EXPECT_THAT(CheckReceiptName(name), NamesField("filename")) << name;
  }
}

}  // namespace
}  // namespace avvik::escalation
