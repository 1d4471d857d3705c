#include "common/organisation/organisation.h"

#include "common/organisation/example_organisation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::organisation {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Property;

class OrganisationTest : public testing::Test {
 protected:
  std::vector<std::string> Holders(v1::Role role, std::string_view unit) const {
    std::vector<std::string> logins;
    for (const v1::Person* person : by_->HoldersAt(role, unit)) logins.push_back(person->login());
    return logins;
  }

  std::shared_ptr<const Organisation> by_ = MakeOrganisation(ExampleOrganisation());
};

TEST_F(OrganisationTest, FindsUnitsPeopleAndSystems) {
  EXPECT_EQ(by_->root().id(), "by");
  EXPECT_EQ(by_->FindUnit("omsorg")->name(), "Omsorgen");
  EXPECT_EQ(by_->FindPerson("ove")->name(), "Ove Lund");
  EXPECT_EQ(by_->FindSystem("journal")->owner(), "siv");
  EXPECT_EQ(by_->FindUnit("nowhere"), nullptr);
  EXPECT_EQ(by_->FindPerson(""), nullptr);
  EXPECT_EQ(by_->FindSystem("x"), nullptr);
}

TEST_F(OrganisationTest, LineageLeadsToTheRoot) {
  EXPECT_THAT(by_->Lineage("hemtjanst"),
              ElementsAre(Property(&v1::Unit::id, "hemtjanst"), Property(&v1::Unit::id, "omsorg"),
                          Property(&v1::Unit::id, "social"), Property(&v1::Unit::id, "by")));
  EXPECT_THAT(by_->Lineage("nowhere"), IsEmpty());
}

TEST_F(OrganisationTest, IsBelowCountsTheUnitItself) {
  EXPECT_TRUE(by_->IsBelow("hemtjanst", "social"));
  EXPECT_TRUE(by_->IsBelow("social", "social"));
  EXPECT_TRUE(by_->IsBelow("drift", "by"));
  EXPECT_FALSE(by_->IsBelow("social", "hemtjanst"));
  EXPECT_FALSE(by_->IsBelow("it", "social"));
  EXPECT_FALSE(by_->IsBelow("", "by"));
  EXPECT_FALSE(by_->IsBelow("", ""));
  EXPECT_FALSE(by_->IsBelow("hemtjanst", ""));
  EXPECT_FALSE(by_->IsBelow("nowhere", "nowhere"));
}

TEST_F(OrganisationTest, SubtreeHoldsTheUnitAndAllBelow) {
  EXPECT_THAT(by_->Subtree("social"), ElementsAre("social", "omsorg", "hemtjanst"));
  EXPECT_EQ(by_->Subtree("by").size(), 9u);
  EXPECT_THAT(by_->Subtree(""), IsEmpty());
}

TEST_F(OrganisationTest, InSwedenTheNearestCommitteeOrCompanyIsController) {
  EXPECT_EQ(by_->ControllerOf("hemtjanst").id(), "social");
  EXPECT_EQ(by_->ControllerOf("social").id(), "social");
  EXPECT_EQ(by_->ControllerOf("it").id(), "styrelsen");
  EXPECT_EQ(by_->ControllerOf("kundtjanst").id(), "energi");
  EXPECT_EQ(by_->ControllerOf("drift").id(), "styrelsen");
  EXPECT_EQ(by_->ControllerOf("by").id(), "styrelsen");
  EXPECT_EQ(by_->ControllerOf("").id(), "styrelsen");
}

TEST_F(OrganisationTest, InSwedenWithoutABoardTheMunicipalityStandsIn) {
  v1::Organisation proto = ExampleOrganisation();
  proto.clear_board();
  EXPECT_EQ(MakeOrganisation(proto)->ControllerOf("drift").id(), "by");
}

TEST_F(OrganisationTest, InDenmarkTheMunicipalityOrCompanyIsController) {
  v1::Organisation proto = ExampleOrganisation();
  proto.set_country(v1::DK);
  auto danish = MakeOrganisation(proto);
  EXPECT_EQ(danish->ControllerOf("hemtjanst").id(), "by");
  EXPECT_EQ(danish->ControllerOf("it").id(), "by");
  EXPECT_EQ(danish->ControllerOf("kundtjanst").id(), "energi");
  EXPECT_EQ(danish->ControllerOf("").id(), "by");
}

TEST_F(OrganisationTest, OperatorIsTheMunicipalityOrACompany) {
  EXPECT_EQ(by_->OperatorOf("hemtjanst").id(), "by");
  EXPECT_EQ(by_->OperatorOf("kundtjanst").id(), "energi");
  EXPECT_EQ(by_->OperatorOf("nowhere").id(), "by");
}

TEST_F(OrganisationTest, PersonIdIsAStablePseudonym) {
  // printf %s by/ove | sha256sum
  EXPECT_EQ(PersonId("by", "ove"), "p_07d9cac001d5e6c2a7a3");
  EXPECT_NE(PersonId("by", "ove"), PersonId("bo", "ove"));
  EXPECT_EQ(by_->FindPersonById(PersonId("by", "ove"))->login(), "ove");
  EXPECT_EQ(by_->FindPersonById(PersonId("by", "nobody")), nullptr);
}

TEST_F(OrganisationTest, RolesIncludeWhatSystemsSay) {
  EXPECT_THAT(
      by_->RolesOf("siv"),
      ElementsAre(HeldRole{v1::EMPLOYEE, ""}, HeldRole{v1::COORDINATOR, "social"},
                  HeldRole{v1::SYSTEM_OWNER, "omsorg"}, HeldRole{v1::INFORMATION_OWNER, "social"}));
  EXPECT_THAT(by_->RolesOf("ove"), ElementsAre(HeldRole{v1::EMPLOYEE, ""},
                                               HeldRole{v1::SYSTEM_ADMINISTRATOR, "omsorg"}));
  EXPECT_THAT(by_->RolesOf("stranger"), ElementsAre(HeldRole{v1::EMPLOYEE, ""}));
}

TEST_F(OrganisationTest, RoleForTheRootIsOneForTheWholeMunicipality) {
  EXPECT_THAT(by_->RolesOf("root"),
              ElementsAre(HeldRole{v1::EMPLOYEE, ""}, HeldRole{v1::COORDINATOR, ""},
                          HeldRole{v1::AUDITOR, ""}));
}

TEST_F(OrganisationTest, HoldersAreSoughtUpwards) {
  EXPECT_THAT(Holders(v1::COORDINATOR, "hemtjanst"), ElementsAre("sam"));
  EXPECT_THAT(Holders(v1::COORDINATOR, "omsorg"), ElementsAre("sam"));
  EXPECT_THAT(Holders(v1::COORDINATOR, "social"), ElementsAre("siv"));
  EXPECT_THAT(Holders(v1::COORDINATOR, "it"), ElementsAre("root"));
  EXPECT_THAT(Holders(v1::COORDINATOR, ""), ElementsAre("root"));
  EXPECT_THAT(Holders(v1::COORDINATOR, "nowhere"), ElementsAre("root"));
  EXPECT_THAT(Holders(v1::INFORMATION_SECURITY_OFFICER, "hemtjanst"), ElementsAre("cleo"));
  EXPECT_THAT(Holders(v1::DATA_PROTECTION_OFFICER, "hemtjanst"), IsEmpty());
}

TEST_F(OrganisationTest, SeveralHoldersComeInTheOrderOfTheFile) {
  v1::Organisation proto = ExampleOrganisation();
  auto* assignment = proto.mutable_people(0)->add_roles();
  assignment->set_role(v1::COORDINATOR);
  assignment->set_unit("omsorg");
  by_ = MakeOrganisation(proto);
  EXPECT_THAT(Holders(v1::COORDINATOR, "hemtjanst"), ElementsAre("cleo", "sam"));
}

TEST_F(OrganisationTest, LanguageIsOnesOwnOrTheFirst) {
  EXPECT_EQ(by_->LanguageOf("ove"), "en");
  EXPECT_EQ(by_->LanguageOf("siv"), "sv");
  EXPECT_EQ(by_->LanguageOf("stranger"), "sv");
}

TEST_F(OrganisationTest, MonthAndYearAreLocal) {
  absl::Time just_before_midnight_utc =
      absl::FromCivil(absl::CivilSecond(2026, 12, 31, 23, 30), absl::UTCTimeZone());
  EXPECT_EQ(by_->LocalYear(just_before_midnight_utc), 2027);
  EXPECT_EQ(by_->LocalMonth(just_before_midnight_utc), "2027-01");
}

TEST_F(OrganisationTest, RolesHaveTheMunicipalitysOwnWord) {
  EXPECT_EQ(by_->TitleOf(v1::COORDINATOR), "samordnare");
  EXPECT_EQ(by_->TitleOf(v1::AUDITOR), "");
}

TEST_F(OrganisationTest, WhatDoesNotHoldTogetherIsNotCreated) {
  EXPECT_EQ(Organisation::Create(v1::Organisation(), 1).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace avvik::organisation
