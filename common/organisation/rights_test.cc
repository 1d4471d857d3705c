#include "common/organisation/rights.h"

#include "common/organisation/example_organisation.h"
#include "common/status/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::organisation {

void PrintTo(const Grant& grant, std::ostream* out) {
  *out << (grant.held ? "held" : "not held");
  for (const auto& [sphere, extent] : grant.spheres) {
    *out << " " << type::v1::Sphere_Name(sphere) << ":"
         << (extent.everything ? "everything" : testing::PrintToString(extent.units));
  }
}

namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

RoleCatalogue Catalogue() {
  v1::RoleCatalogue proto;
  google::protobuf::TextFormat::ParseFromString(
      R"pb(
        roles {
          role: EMPLOYEE
          grants { permission: "reports.submit" reach: REACH_ALL }
          grants { permission: "reports.read" reach: REACH_OWN }
        }
        roles {
          role: COORDINATOR
          grants { permission: "cases.read" reach: REACH_UNIT }
          grants { permission: "reports.read" reach: REACH_UNIT }
        }
        roles {
          role: SYSTEM_OWNER
          grants { permission: "cases.read" reach: REACH_OWN }
        }
        roles {
          role: AUDITOR
          grants { permission: "cases.read" reach: REACH_ALL }
        }
        roles {
          role: DATA_PROTECTION_OFFICER
          grants { permission: "cases.read" reach: REACH_UNIT spheres: SPHERE_RESTRICTED }
        }
        roles {
          role: SERVICE
          grants { permission: "events.read" reach: REACH_ALL }
        }
        roles { role: TICKET_SYSTEM }
      )pb",
      &proto);
  return *RoleCatalogue::Create(proto);
}

const Grant kNone;
const Grant kOwn = {.held = true, .spheres = {}};
const Grant kAll = {
    .held = true,
    .spheres = {{type::v1::SPHERE_OPEN, {true, {}}}, {type::v1::SPHERE_PERSONAL_DATA, {true, {}}}}};

Grant Units(const std::vector<std::string>& units) {
  return {.held = true,
          .spheres = {{type::v1::SPHERE_OPEN, {false, units}},
                      {type::v1::SPHERE_PERSONAL_DATA, {false, units}}}};
}

Grant And(Grant grant, Sphere sphere, const Extent& extent) {
  grant.spheres[sphere] = extent;
  return grant;
}

struct Row {
  const char* what;
  std::vector<HeldRole> roles;
  const char* permission;
  Grant grant;
};

class DecideTest : public testing::TestWithParam<Row> {};

TEST_P(DecideTest, FollowsTheTable) {
  EXPECT_EQ(Decide(Catalogue(), GetParam().roles, GetParam().permission), GetParam().grant);
}

INSTANTIATE_TEST_SUITE_P(
    Table, DecideTest,
    testing::Values(
        Row{"NobodyMayNothing", {}, "reports.submit", kNone},
        Row{"UnknownPermissionIsDenied", {{v1::AUDITOR, ""}}, "cases.forge", kNone},
        Row{"EmptyPermissionIsDenied", {{v1::AUDITOR, ""}}, "", kNone},
        Row{"RoleWithoutGrantsIsDenied", {{v1::TICKET_SYSTEM, ""}}, "cases.read", kNone},
        Row{"RoleNotInTheCatalogueIsDenied", {{v1::DIRECTOR, ""}}, "cases.read", kNone},
        Row{"UnspecifiedRoleIsDenied", {{v1::ROLE_UNSPECIFIED, ""}}, "cases.read", kNone},
        Row{"OneRolesGrantIsNotAnothers", {{v1::EMPLOYEE, ""}}, "cases.read", kNone},
        Row{"EmployeeReachesTheirOwn", {{v1::EMPLOYEE, ""}}, "reports.read", kOwn},
        Row{"CoordinatorReachesTheirUnit",
            {{v1::COORDINATOR, "social"}},
            "cases.read",
            Units({"social"})},
        Row{"UnitsAddUpInOrderEachOnce",
            {{v1::COORDINATOR, "social"}, {v1::COORDINATOR, "it"}, {v1::COORDINATOR, "social"}},
            "cases.read",
            Units({"it", "social"})},
        Row{"UnitBeatsOwn",
            {{v1::SYSTEM_OWNER, "it"}, {v1::COORDINATOR, "social"}},
            "cases.read",
            Units({"social"})},
        Row{"AllBeatsUnit", {{v1::COORDINATOR, "social"}, {v1::AUDITOR, ""}}, "cases.read", kAll},
        Row{"UnitOfTheWholeMunicipalityIsAll", {{v1::COORDINATOR, ""}}, "cases.read", kAll},
        Row{"OwnHeldForTheWholeStaysOwn", {{v1::SYSTEM_OWNER, ""}}, "cases.read", kOwn},
        Row{"AllHeldForAUnitIsAll", {{v1::AUDITOR, "social"}}, "cases.read", kAll},
        Row{"SpheresThatAreNamedAreTheOnlyOnes",
            {{v1::DATA_PROTECTION_OFFICER, ""}},
            "cases.read",
            And(kOwn, type::v1::SPHERE_RESTRICTED, {true, {}})},
        Row{"EachSphereHasItsOwnExtent",
            {{v1::DATA_PROTECTION_OFFICER, "it"}, {v1::COORDINATOR, "social"}},
            "cases.read",
            And(Units({"social"}), type::v1::SPHERE_RESTRICTED, {false, {"it"}})}),
    [](const auto& row) { return row.param.what; });

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);  // 2026-09-21.

Rights Of(const v1::Organisation& proto, const std::string& login,
          const std::vector<std::string>& groups = {}, absl::Time now = kNow) {
  return RightsOf(MakeOrganisation(proto).get(), {"by", login, groups}, now);
}

v1::StandIn* AddStandIn(v1::Organisation* proto, const std::string& person,
                        const std::string& absent) {
  v1::StandIn* entry = proto->add_stand_ins();
  entry->set_id(person + "-" + absent);
  entry->set_person(person);
  entry->set_absent(absent);
  entry->set_first_day("2026-09-20");
  entry->set_last_day("2026-09-22");
  return entry;
}

TEST(RightsOf, PeopleAreAlwaysEmployees) {
  auto by = MakeOrganisation(ExampleOrganisation());
  EXPECT_THAT(RightsOf(by.get(), {"by", "stranger", {}}, kNow).roles,
              ElementsAre(HeldRole{v1::EMPLOYEE, ""}));
  EXPECT_THAT(RightsOf(nullptr, {"by", "siv", {}}, kNow).roles,
              ElementsAre(HeldRole{v1::EMPLOYEE, ""}));
  for (const auto& person : by->proto().people()) {
    EXPECT_TRUE(RightsOf(by.get(), {"by", person.login(), {}}, kNow).Holds(v1::EMPLOYEE))
        << person.login();
  }
  EXPECT_TRUE(Of(ExampleOrganisation(), "siv").Holds(v1::SYSTEM_OWNER));
  EXPECT_FALSE(Of(ExampleOrganisation(), "ove").Holds(v1::SYSTEM_OWNER));
}

TEST(RightsOf, KeysArePersonAndFunctionsAndSystems) {
  EXPECT_THAT(
      Of(ExampleOrganisation(), "siv").keys,
      UnorderedElementsAre(PersonId("by", "siv"), FunctionKey(v1::COORDINATOR, "social", ""),
                           FunctionKey(v1::INFORMATION_OWNER, "social", ""),
                           FunctionKey(v1::SYSTEM_OWNER, "", "journal")));
  EXPECT_THAT(Of(ExampleOrganisation(), "stranger").keys, ElementsAre(PersonId("by", "stranger")));
  EXPECT_NE(FunctionKey(v1::COORDINATOR, "social", ""), FunctionKey(v1::COORDINATOR, "", ""));
  EXPECT_EQ(FunctionKey(v1::EMPLOYEE, "social", ""), "");
  EXPECT_EQ(FunctionKey(v1::SYSTEM_OWNER, "social", ""), "") << "of which system?";
}

TEST(RightsOf, GroupsAddWhatTheFileGivesThem) {
  v1::Organisation proto = ExampleOrganisation();
  v1::GroupRoles* group = proto.add_group_roles();
  group->set_group("Avvik samordnare");
  v1::Assignment* assignment = group->add_roles();
  assignment->set_role(v1::COORDINATOR);
  assignment->set_unit("it");
  EXPECT_THAT(Of(proto, "ove", {"Avvik samordnare", "unknown"}).roles,
              Contains(HeldRole{v1::COORDINATOR, "it"}));
  EXPECT_THAT(Of(proto, "ove").roles, Not(Contains(HeldRole{v1::COORDINATOR, "it"})));
  EXPECT_THAT(Of(proto, "ove", {"avvik samordnare"}).roles,
              Not(Contains(HeldRole{v1::COORDINATOR, "it"})));
}

TEST(RightsOf, WhoStandsInHoldsWhatTheOtherHoldsForTheTime) {
  v1::Organisation proto = ExampleOrganisation();
  AddStandIn(&proto, "ove", "siv");
  const Rights rights = Of(proto, "ove");
  EXPECT_TRUE(rights.Holds(v1::COORDINATOR));
  EXPECT_THAT(rights.keys, Contains(PersonId("by", "siv")));
  EXPECT_THAT(rights.keys, Contains(FunctionKey(v1::SYSTEM_OWNER, "", "journal")));
  EXPECT_THAT(rights.absent, ElementsAre("siv"));
  EXPECT_THAT(Of(proto, "siv").absent, IsEmpty()) << "the other one keeps what is theirs";

  const auto day = [&](const char* text) {
    absl::Time at;
    EXPECT_TRUE(absl::ParseTime("%Y-%m-%dT%H:%M:%S%Ez", text, &at, nullptr));
    return Of(proto, "ove", {}, at).absent;
  };
  EXPECT_THAT(day("2026-09-19T23:59:59+02:00"), IsEmpty());
  EXPECT_THAT(day("2026-09-20T00:00:00+02:00"), ElementsAre("siv"));
  EXPECT_THAT(day("2026-09-22T23:59:59+02:00"), ElementsAre("siv"));
  EXPECT_THAT(day("2026-09-23T00:00:00+02:00"), IsEmpty());
}

TEST(RightsOf, StandingInDoesNotGoOn) {
  v1::Organisation proto = ExampleOrganisation();
  AddStandIn(&proto, "ove", "sam");
  AddStandIn(&proto, "sam", "siv");
  EXPECT_THAT(Of(proto, "ove").absent, ElementsAre("sam"));
  EXPECT_FALSE(Of(proto, "ove").Holds(v1::INFORMATION_OWNER));
}

TEST(RightsOf, StandingInForAFunctionGivesThatFunctionOnly) {
  v1::Organisation proto = ExampleOrganisation();
  v1::StandIn* entry = AddStandIn(&proto, "ove", "");
  entry->set_role(v1::INFORMATION_SECURITY_OFFICER);
  entry->set_unit("by");
  const Rights rights = Of(proto, "ove");
  EXPECT_THAT(rights.roles, Contains(HeldRole{v1::INFORMATION_SECURITY_OFFICER, ""}));
  EXPECT_THAT(rights.absent, IsEmpty());
  EXPECT_THAT(rights.keys, Not(Contains(PersonId("by", "cleo"))));
}

Matter MatterIn(Sphere sphere, const std::string& unit,
                const std::vector<std::string>& parties = {}) {
  return {.unit = unit, .sphere = sphere, .parties = parties};
}

TEST(Judge, SaysWhy) {
  auto by = MakeOrganisation(ExampleOrganisation());
  const RoleCatalogue catalogue = Catalogue();
  const auto judge = [&](const std::string& login, const char* permission, const Matter& matter) {
    return Judge(catalogue, by.get(), RightsOf(by.get(), {"by", login, {}}, kNow), permission,
                 matter)
        .ground;
  };
  using type::v1::SPHERE_OPEN;
  using type::v1::SPHERE_RESTRICTED;
  EXPECT_EQ(judge("ove", "cases.read", MatterIn(SPHERE_OPEN, "social")), Ground::kNotGranted);
  EXPECT_EQ(judge("root", "cases.read", MatterIn(SPHERE_OPEN, "social")), Ground::kSphere);
  EXPECT_EQ(judge("siv", "cases.read", MatterIn(SPHERE_OPEN, "hemtjanst")), Ground::kUnit);
  EXPECT_EQ(judge("siv", "cases.read", MatterIn(SPHERE_OPEN, "it")), Ground::kOutOfReach);
  EXPECT_EQ(judge("siv", "cases.read", MatterIn(SPHERE_OPEN, "")), Ground::kOutOfReach);
  EXPECT_EQ(judge("siv", "cases.read", MatterIn(SPHERE_RESTRICTED, "hemtjanst")),
            Ground::kOutOfReach);
  EXPECT_EQ(judge("root", "cases.read", MatterIn(SPHERE_RESTRICTED, "it")), Ground::kOutOfReach);
  EXPECT_EQ(judge("siv", "cases.read", MatterIn(SPHERE_RESTRICTED, "it", {PersonId("by", "siv")})),
            Ground::kPart);
  EXPECT_EQ(judge("ove", "cases.read", MatterIn(SPHERE_OPEN, "it", {PersonId("by", "ove")})),
            Ground::kNotGranted)
      << "a part is no permission";
}

TEST(SphereOf, NationalSecurityComesFirstAndPersonalDataLast) {
  using namespace type::v1;
  EXPECT_EQ(SphereOf(ANSWER_YES, ANSWER_YES, true), SPHERE_SECURITY_PROTECTION);
  EXPECT_EQ(SphereOf(ANSWER_NO, ANSWER_YES, true), SPHERE_RESTRICTED);
  EXPECT_EQ(SphereOf(ANSWER_UNSPECIFIED, ANSWER_YES, false), SPHERE_PERSONAL_DATA);
  EXPECT_EQ(SphereOf(ANSWER_UNSPECIFIED, ANSWER_UNSPECIFIED, false), SPHERE_OPEN);
}

TEST(RightsOfMachine, FollowTheScopeAlone) {
  EXPECT_THAT(RightsOfMachine("avvik.service").roles, ElementsAre(HeldRole{v1::SERVICE, ""}));
  EXPECT_THAT(RightsOfMachine("openid avvik.tickets").roles,
              ElementsAre(HeldRole{v1::TICKET_SYSTEM, ""}));
  for (const char* scope :
       {"", " ", "avvik", "avvik.services", "xavvik.service", "AVVIK.SERVICE", "avvik.service,x"}) {
    EXPECT_THAT(RightsOfMachine(scope).roles, IsEmpty()) << scope;
  }
}

TEST(RoleCatalogue, RefusesWhatIsListedTwice) {
  v1::RoleCatalogue proto;
  google::protobuf::TextFormat::ParseFromString(R"pb(
                                                  roles {
                                                    role: AUDITOR
                                                    grants { permission: "a.b" reach: REACH_ALL }
                                                    grants { permission: "a.b" reach: REACH_OWN }
                                                  }
                                                  roles { role: AUDITOR }
                                                )pb",
                                                &proto);
  auto violations = status::ViolationsOf(RoleCatalogue::Create(proto).status());
  ASSERT_EQ(violations.size(), 2u);
  EXPECT_EQ(violations[0].field, "roles[0].grants[1].permission");
  EXPECT_EQ(violations[1].field, "roles[1].role");
}

}  // namespace
}  // namespace avvik::organisation
