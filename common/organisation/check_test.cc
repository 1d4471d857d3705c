#include "common/organisation/check.h"

#include <functional>

#include "common/organisation/example_organisation.h"
#include "common/status/error.h"
#include "common/validate/validate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::organisation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> Faults(const v1::Organisation& organisation) {
  std::vector<std::string> faults;
  for (const auto& violation : status::ViolationsOf(Check(organisation))) {
    faults.push_back(violation.field + " " + violation.description);
  }
  return faults;
}

TEST(Check, AcceptsTheExample) {
  EXPECT_EQ(validate::Validate(ExampleOrganisation()), absl::OkStatus());
  EXPECT_EQ(Check(ExampleOrganisation()), absl::OkStatus());
}

struct Break {
  const char* what;
  std::function<void(v1::Organisation*)> act;
  const char* fault;
};

class CheckTest : public testing::TestWithParam<Break> {};

TEST_P(CheckTest, NamesTheField) {
  v1::Organisation organisation = ExampleOrganisation();
  GetParam().act(&organisation);
  EXPECT_THAT(Faults(organisation), ElementsAre(HasSubstr(GetParam().fault)));
}

INSTANTIATE_TEST_SUITE_P(
    Breaks, CheckTest,
    testing::Values(
        Break{"UnitTwice",
              [](auto* o) {
                o->mutable_units(4)->set_id("it");
                o->mutable_units(5)->set_parent("it");
                o->mutable_people(1)->clear_roles();
                o->mutable_people(1)->clear_unit();
                o->mutable_systems(0)->set_unit("it");
              },
              "units[4].id is the same as of units[2]"},
        Break{"PersonTwice",
              [](auto* o) {
                o->mutable_people(4)->set_login("sam");
                o->mutable_systems(0)->clear_administrator();
              },
              "people[4].login is the same as of people[1]"},
        Break{"SystemTwice", [](auto* o) { *o->add_systems() = o->systems(0); },
              "systems[1].id is the same as of systems[0]"},
        Break{"Pm3ObjectTwice", [](auto* o) { *o->add_pm3_objects() = o->pm3_objects(0); },
              "pm3_objects[1].id is the same as of pm3_objects[0]"},
        Break{"BodyTwice", [](auto* o) { *o->add_bodies() = o->bodies(0); },
              "bodies[1].id is the same as of bodies[0]"},
        Break{"RuleTwice", [](auto* o) { *o->add_routing() = o->routing(2); },
              "routing[3].id is the same as of routing[2]"},
        Break{"TitleTwice", [](auto* o) { *o->add_role_titles() = o->role_titles(0); },
              "role_titles[1].role is the same as of role_titles[0]"},
        Break{"LanguageTwice", [](auto* o) { o->add_languages("sv"); },
              "languages[2] is the same as of languages[0]"},
        Break{"ParentUnknown", [](auto* o) { o->mutable_units(4)->set_parent("sociala"); },
              "units[4].parent names `sociala`, which is not among the units"},
        Break{"SecondRoot", [](auto* o) { o->mutable_units(8)->clear_parent(); },
              "units[8].parent is required: only one unit is without, and that is units[0]"},
        Break{"RootOfWrongType",
              [](auto* o) { o->mutable_units(0)->set_type(v1::UNIT_TYPE_COMPANY); },
              "units[0].parent is required of every unit but the one of type MUNICIPALITY"},
        Break{"MunicipalityBelow",
              [](auto* o) { o->mutable_units(4)->set_type(v1::UNIT_TYPE_MUNICIPALITY); },
              "units[4].parent must be empty"},
        Break{"OwnParent", [](auto* o) { o->mutable_units(8)->set_parent("drift"); },
              "units[8].parent leads back to the unit itself"},
        Break{"PersonsUnit", [](auto* o) { o->mutable_people(0)->set_unit("x"); },
              "people[0].unit names `x`"},
        Break{"PersonsLanguage", [](auto* o) { o->mutable_people(0)->set_language("da"); },
              "people[0].language must be one of the organisation's languages"},
        Break{"RolesUnit", [](auto* o) { o->mutable_people(1)->mutable_roles(0)->set_unit("x"); },
              "people[1].roles[0].unit names `x`"},
        Break{"MachineRole",
              [](auto* o) { o->mutable_people(1)->mutable_roles(0)->set_role(v1::SERVICE); },
              "people[1].roles[0].role must be a role of people"},
        Break{"RoleTwice",
              [](auto* o) { *o->mutable_people(1)->add_roles() = o->people(1).roles(0); },
              "people[1].roles[1] is held already"},
        Break{"NoOfficer", [](auto* o) { o->mutable_people(0)->clear_roles(); },
              "people must have someone who is INFORMATION_SECURITY_OFFICER"},
        Break{"OfficerOfAPartOnly",
              [](auto* o) { o->mutable_people(0)->mutable_roles(0)->set_unit("it"); },
              "people must have someone who is INFORMATION_SECURITY_OFFICER"},
        Break{"Owner", [](auto* o) { o->mutable_systems(0)->set_owner("x"); },
              "systems[0].owner names `x`"},
        Break{"Administrator", [](auto* o) { o->mutable_systems(0)->set_administrator("x"); },
              "systems[0].administrator names `x`"},
        Break{"SystemsUnit", [](auto* o) { o->mutable_systems(0)->set_unit("x"); },
              "systems[0].unit names `x`"},
        Break{"Supplier", [](auto* o) { o->mutable_systems(0)->set_supplier("x"); },
              "systems[0].supplier names `x`"},
        Break{"SupplierIsNone", [](auto* o) { o->mutable_systems(0)->set_supplier("social"); },
              "systems[0].supplier must name a unit of type SUPPLIER or COMPANY"},
        Break{"Pm3System", [](auto* o) { o->mutable_pm3_objects(0)->set_systems(0, "x"); },
              "pm3_objects[0].systems[0] names `x`, which is not among the systems"},
        Break{"Pm3Owner", [](auto* o) { o->mutable_pm3_objects(0)->set_owner("x"); },
              "pm3_objects[0].owner names `x`"},
        Break{"Member", [](auto* o) { o->mutable_bodies(0)->add_members(v1::TICKET_SYSTEM); },
              "bodies[0].members[2] must be a role of people"},
        Break{"Convener", [](auto* o) { o->mutable_bodies(0)->set_convener(v1::SERVICE); },
              "bodies[0].convener must be a role of people"},
        Break{"RulesUnit", [](auto* o) { o->mutable_routing(1)->set_units(0, "x"); },
              "routing[1].units[0] names `x`"},
        Break{"RulesSystem", [](auto* o) { o->mutable_routing(0)->add_systems("x"); },
              "routing[0].systems[0] names `x`"},
        Break{"RoleMissing", [](auto* o) { o->mutable_routing(2)->clear_role(); },
              "routing[2].role is required with ROUTE_TO_ROLE"},
        Break{"RoleOfEverybody", [](auto* o) { o->mutable_routing(2)->set_role(v1::EMPLOYEE); },
              "routing[2].role must be a role that people hold by assignment"},
        Break{"RoleTooMuch", [](auto* o) { o->mutable_routing(0)->set_role(v1::AUDITOR); },
              "routing[0].role must only be given with ROUTE_TO_ROLE"},
        Break{"ZoneUnknown", [](auto* o) { o->set_time_zone("Europe/Kalix"); },
              "time_zone must be a time zone"},
        Break{"ZoneIsPath",
              [](auto* o) { o->set_time_zone("/usr/share/zoneinfo/Europe/Stockholm"); },
              "time_zone must be a time zone"},
        Break{"ZoneClimbs", [](auto* o) { o->set_time_zone("Europe/../Europe/Stockholm"); },
              "time_zone must be a time zone"},
        Break{"Link", [](auto* o) { o->set_base_url("javascript:alert(1)"); },
              "base_url must begin with"},
        Break{"LogoIsNoImage", [](auto* o) { o->mutable_appearance()->set_logo("logo.svg"); },
              "appearance.logo must be an SVG image"},
        Break{"ColorIsAName", [](auto* o) { o->mutable_appearance()->set_main_color("blue"); },
              "appearance.main_color must be a colour"},
        Break{"ColorIsNoNumber",
              [](auto* o) { o->mutable_appearance()->set_second_color("#12345g"); },
              "appearance.second_color must be a colour"},
        Break{"DeskIsAScript",
              [](auto* o) {
                o->mutable_appearance()->mutable_service_desk()->set_url("javascript:alert(1)");
              },
              "appearance.service_desk.url must begin with"},
        Break{"LinkIsAScript",
              [](auto* o) {
                auto* link = o->mutable_appearance()->add_links();
                link->set_title("Policy");
                link->set_url("javascript:alert(1)");
              },
              "appearance.links[0].url must begin with"},
        Break{"BoardUnknown", [](auto* o) { o->set_board("x"); }, "board names `x`"},
        Break{"BoardIsNone", [](auto* o) { o->set_board("it"); },
              "board must name a unit of type COMMITTEE"}),
    [](const auto& row) { return row.param.what; });

void StandIn(v1::Organisation* o, const std::string& person, const std::string& absent,
             const std::string& first = "2026-12-01", const std::string& last = "2026-12-24") {
  v1::StandIn* entry = o->add_stand_ins();
  entry->set_id("s" + std::to_string(o->stand_ins_size()));
  entry->set_person(person);
  entry->set_absent(absent);
  entry->set_first_day(first);
  entry->set_last_day(last);
}

INSTANTIATE_TEST_SUITE_P(
    StandInsAndGroups, CheckTest,
    testing::Values(
        Break{"StandInUnknown", [](auto* o) { StandIn(o, "nobody", "siv"); },
              "stand_ins[0].person names `nobody`"},
        Break{"AbsentUnknown", [](auto* o) { StandIn(o, "sam", "nobody"); },
              "stand_ins[0].absent names `nobody`"},
        Break{"StandsInForOneself", [](auto* o) { StandIn(o, "sam", "sam"); },
              "stand_ins[0].absent must be somebody else"},
        Break{"StandsInForNothing", [](auto* o) { StandIn(o, "sam", ""); },
              "stand_ins[0] must name either `absent` or `role`"},
        Break{"StandsInForBoth",
              [](auto* o) {
                StandIn(o, "sam", "siv");
                o->mutable_stand_ins(0)->set_role(v1::COORDINATOR);
              },
              "stand_ins[0] must name either `absent` or `role`"},
        Break{"StandsInAsService",
              [](auto* o) {
                StandIn(o, "sam", "");
                o->mutable_stand_ins(0)->set_role(v1::SERVICE);
              },
              "stand_ins[0].role must be a role that people hold"},
        Break{"NoDay", [](auto* o) { StandIn(o, "sam", "siv", "2026-12-32"); },
              "stand_ins[0].first_day must be a day"},
        Break{"DayInAnotherForm", [](auto* o) { StandIn(o, "sam", "siv", "2026-12-1"); },
              "stand_ins[0].first_day must be a day"},
        Break{"EndsBeforeItBegins", [](auto* o) { StandIn(o, "sam", "siv", "2026-12-25"); },
              "stand_ins[0].last_day must not be before"},
        Break{"GroupTwice",
              [](auto* o) {
                o->add_group_roles()->set_group("g");
                o->add_group_roles()->set_group("g");
              },
              "group_roles[1].group is the same as of group_roles[0]"},
        Break{"GroupOfMachines",
              [](auto* o) {
                o->add_group_roles()->set_group("g");
                o->mutable_group_roles(0)->add_roles()->set_role(v1::SERVICE);
              },
              "group_roles[0].roles[0].role must be a role of people"},
        Break{"GroupOfUnknownUnit",
              [](auto* o) {
                o->add_group_roles()->set_group("g");
                auto* held = o->mutable_group_roles(0)->add_roles();
                held->set_role(v1::COORDINATOR);
                held->set_unit("x");
              },
              "group_roles[0].roles[0].unit names `x`"}),
    [](const auto& row) { return row.param.what; });

TEST(Check, EveryUnitOfACycleIsNamed) {
  v1::Organisation organisation = ExampleOrganisation();
  organisation.mutable_units(3)->set_parent("hemtjanst");
  EXPECT_THAT(Faults(organisation), ElementsAre("units[3].parent leads back to the unit itself",
                                                "units[4].parent leads back to the unit itself",
                                                "units[5].parent leads back to the unit itself"));
}

TEST(Check, RetentionRuleThatIsNeverReachedIsAFault) {
  v1::Organisation organisation = ExampleOrganisation();
  auto* all = organisation.add_retention();
  all->set_id("all");
  all->set_years(10);
  auto* late = organisation.add_retention();
  late->set_id("all");
  late->set_category(type::v1::CATEGORY_LOST_DEVICE);
  late->set_years(2);
  EXPECT_THAT(Faults(organisation),
              ElementsAre(HasSubstr("retention[1].id is the same as of retention[0]"),
                          HasSubstr("retention[1] is never reached")));
}

TEST(Check, ContactsForAuthoritiesCanBeReached) {
  v1::Organisation organisation = ExampleOrganisation();
  for (const char* id : {"all", "all"}) {
    organisation.add_authority_contacts()->set_id(id);
    organisation.mutable_authority_contacts()->rbegin()->set_name("Dataskyddsombudet");
  }
  organisation.mutable_authority_contacts(0)->set_phone("0570-00 00 00");
  organisation.mutable_authority_contacts(0)->add_units("x");
  EXPECT_THAT(Faults(organisation),
              ElementsAre(HasSubstr("authority_contacts[0].units[0]"),
                          HasSubstr("authority_contacts[1].id is the same as of authority_contacts[0]"),
                          "authority_contacts[1] must say how it is reached: email, phone or address"));
}

TEST(Check, LaddersNameUnitsAndRolesThatThereAre) {
  v1::Organisation organisation = ExampleOrganisation();
  organisation.set_office_hours("8-17");
  for (const char* id : {"all", "all"}) organisation.add_ladders()->set_id(id);
  v1::Ladder* ladder = organisation.mutable_ladders(0);
  ladder->add_units("x");
  ladder->add_steps()->set_tell(v1::LADDER_TELL_ROLE);
  v1::LadderStep* owner = ladder->add_steps();
  owner->set_tell(v1::LADDER_TELL_OWNER);
  owner->set_role(v1::COORDINATOR);
  v1::LadderStep* employee = ladder->add_steps();
  employee->set_tell(v1::LADDER_TELL_ROLE);
  employee->set_role(v1::EMPLOYEE);
  EXPECT_THAT(Faults(organisation),
              testing::UnorderedElementsAre(
                  HasSubstr("office_hours must be"), HasSubstr("ladders[0].units[0]"),
                  "ladders[0].steps[0].role is required with LADDER_TELL_ROLE",
                  "ladders[0].steps[1].role must only be given with LADDER_TELL_ROLE",
                  "ladders[0].steps[2].role must be a role that people hold by assignment",
                  HasSubstr("ladders[1].id is the same as of ladders[0]")));
}

TEST(Check, EveryViolationIsReported) {
  v1::Organisation organisation = ExampleOrganisation();
  organisation.mutable_units(2)->set_parent("x");
  organisation.mutable_systems(0)->set_owner("y");
  organisation.set_time_zone("z");
  EXPECT_EQ(Faults(organisation).size(), 3u);
}

TEST(Check, EmptyAndHalfFilledOrganisationsAreSafe) {
  EXPECT_THAT(Faults(v1::Organisation()), testing::Not(IsEmpty()));
  v1::Organisation blank;
  blank.add_units();
  blank.add_units();
  blank.add_people()->add_roles();
  blank.add_systems();
  blank.add_pm3_objects()->add_systems("");
  blank.add_bodies()->add_members(v1::ROLE_UNSPECIFIED);
  blank.add_routing()->add_units("");
  blank.add_role_titles();
  EXPECT_THAT(Faults(blank), testing::Not(IsEmpty()));
}

}  // namespace
}  // namespace avvik::organisation
