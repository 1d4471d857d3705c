#include "common/organisation/rights.h"

#include "common/organisation/example_organisation.h"
#include "common/status/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::organisation {

void PrintTo(const Grant& grant, std::ostream* out) {
  *out << v1::Reach_Name(grant.reach) << " " << testing::PrintToString(grant.units);
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

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
          role: SERVICE
          grants { permission: "events.read" reach: REACH_ALL }
        }
        roles { role: TICKET_SYSTEM }
      )pb",
      &proto);
  return *RoleCatalogue::Create(proto);
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
  EXPECT_EQ(GetParam().grant.allowed(), GetParam().grant.reach != v1::REACH_UNSPECIFIED);
}

INSTANTIATE_TEST_SUITE_P(
    Table, DecideTest,
    testing::Values(
        Row{"NobodyMayNothing", {}, "reports.submit", {}},
        Row{"UnknownPermissionIsDenied", {{v1::AUDITOR, ""}}, "cases.forge", {}},
        Row{"EmptyPermissionIsDenied", {{v1::AUDITOR, ""}}, "", {}},
        Row{"RoleWithoutGrantsIsDenied", {{v1::TICKET_SYSTEM, ""}}, "cases.read", {}},
        Row{"RoleNotInTheCatalogueIsDenied", {{v1::DIRECTOR, ""}}, "cases.read", {}},
        Row{"UnspecifiedRoleIsDenied", {{v1::ROLE_UNSPECIFIED, ""}}, "cases.read", {}},
        Row{"OneRolesGrantIsNotAnothers", {{v1::EMPLOYEE, ""}}, "cases.read", {}},
        Row{"EmployeeReachesTheirOwn", {{v1::EMPLOYEE, ""}}, "reports.read", {v1::REACH_OWN, {}}},
        Row{"CoordinatorReachesTheirUnit",
            {{v1::COORDINATOR, "social"}},
            "cases.read",
            {v1::REACH_UNIT, {"social"}}},
        Row{"UnitsAddUpInOrderEachOnce",
            {{v1::COORDINATOR, "social"}, {v1::COORDINATOR, "it"}, {v1::COORDINATOR, "social"}},
            "cases.read",
            {v1::REACH_UNIT, {"it", "social"}}},
        Row{"UnitBeatsOwn",
            {{v1::SYSTEM_OWNER, "it"}, {v1::COORDINATOR, "social"}},
            "cases.read",
            {v1::REACH_UNIT, {"social"}}},
        Row{"AllBeatsUnit",
            {{v1::COORDINATOR, "social"}, {v1::AUDITOR, ""}},
            "cases.read",
            {v1::REACH_ALL, {}}},
        Row{"UnitOfTheWholeMunicipalityIsAll",
            {{v1::COORDINATOR, ""}},
            "cases.read",
            {v1::REACH_ALL, {}}},
        Row{"OwnHeldForTheWholeStaysOwn",
            {{v1::SYSTEM_OWNER, ""}},
            "cases.read",
            {v1::REACH_OWN, {}}},
        Row{"AllHeldForAUnitIsAll", {{v1::AUDITOR, "social"}}, "cases.read", {v1::REACH_ALL, {}}}),
    [](const auto& row) { return row.param.what; });

TEST(RightsOf, PeopleAreAlwaysEmployees) {
  auto by = MakeOrganisation(ExampleOrganisation());
  EXPECT_THAT(RightsOf(by.get(), "stranger").roles, ElementsAre(HeldRole{v1::EMPLOYEE, ""}));
  EXPECT_THAT(RightsOf(nullptr, "siv").roles, ElementsAre(HeldRole{v1::EMPLOYEE, ""}));
  for (const auto& person : by->proto().people()) {
    EXPECT_TRUE(RightsOf(by.get(), person.login()).Holds(v1::EMPLOYEE)) << person.login();
  }
  EXPECT_TRUE(RightsOf(by.get(), "siv").Holds(v1::SYSTEM_OWNER));
  EXPECT_FALSE(RightsOf(by.get(), "ove").Holds(v1::SYSTEM_OWNER));
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
