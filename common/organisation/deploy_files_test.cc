// The data files that are shipped in deploy/: that they load, and that they say what they are there
// to say.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "avvik/options/v1/access.pb.h"
#include "avvik/triage/v1/classification_rules.pb.h"
#include "common/datafile/datafile.h"
#include "common/organisation/api_files.h"
#include "common/organisation/check.h"
#include "common/organisation/organisation.h"
#include "common/organisation/rights.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::organisation {
namespace {

using testing::Contains;
using testing::UnorderedElementsAre;

std::string Deploy(const std::string& name) {
  const char* root = std::getenv("AVVIK_SOURCE_DIR");
  return std::string(root != nullptr ? root : ".") + "/deploy/" + name;
}

// ---- organisations ----

std::vector<std::string> OrganisationFiles() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(Deploy("organisations"))) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  return names;
}

class ExampleOrganisationTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    auto proto = LoadOrganisation(Deploy("organisations/" + GetParam() + ".yaml"));
    ASSERT_TRUE(proto.ok()) << proto.status();
    o_ = *Organisation::Create(*proto, 1);
  }

  std::shared_ptr<const Organisation> o_;
};

INSTANTIATE_TEST_SUITE_P(Shipped, ExampleOrganisationTest,
                         testing::Values("kalix", "orebro", "tyreso", "kalundborg", "storsjo"),
                         [](const auto& row) { return row.param; });

TEST(ExampleOrganisations, AreFive) {
  EXPECT_THAT(OrganisationFiles(),
              UnorderedElementsAre("kalix", "orebro", "tyreso", "kalundborg", "storsjo"));
}

TEST(ExampleOrganisations, NobodySignsInToTwo) {
  std::map<std::string, std::string> seen;
  for (const std::string& file : OrganisationFiles()) {
    auto proto = LoadOrganisation(Deploy("organisations/" + file + ".yaml"));
    ASSERT_TRUE(proto.ok()) << proto.status();
    for (const auto& person : proto->people()) {
      auto [first, is_new] = seen.emplace(person.login(), file);
      EXPECT_TRUE(is_new) << person.login() << " is in " << first->second << " and " << file;
    }
  }
}

TEST_P(ExampleOrganisationTest, TenantIsTheNameOfTheFile) { EXPECT_EQ(o_->tenant(), GetParam()); }

TEST_P(ExampleOrganisationTest, SomebodyHoldsEachRoleOfPeopleAndHasAWordForIt) {
  for (int role = v1::EMPLOYEE; role <= v1::ADMINISTRATOR; ++role) {
    bool held = false;
    for (const auto& person : o_->proto().people()) {
      held |= RightsOf(o_.get(), {o_->tenant(), person.login(), {}}, absl::Now())
                  .Holds(static_cast<v1::Role>(role));
    }
    EXPECT_TRUE(held) << v1::Role_Name(role);
    EXPECT_NE(o_->TitleOf(static_cast<v1::Role>(role)), "") << v1::Role_Name(role);
  }
}

TEST_P(ExampleOrganisationTest, TwoAreEmployeesOnlyAndOneOfThemReadsEnglish) {
  int employees = 0;
  int english = 0;
  for (const auto& person : o_->proto().people()) {
    if (o_->RolesOf(person.login()).size() > 1) continue;
    ++employees;
    if (o_->LanguageOf(person.login()) == "en") ++english;
  }
  EXPECT_GE(employees, 2);
  EXPECT_GE(english, 1);
}

TEST_P(ExampleOrganisationTest, HasUnitsOfEveryType) {
  std::set<int> types;
  for (const auto& unit : o_->proto().units()) types.insert(unit.type());
  EXPECT_EQ(types.size(), 6u);
}

TEST_P(ExampleOrganisationTest, HasEightToFifteenClassifiedSystems) {
  EXPECT_GE(o_->proto().systems_size(), 8);
  EXPECT_LE(o_->proto().systems_size(), 15);
  for (const auto& system : o_->proto().systems()) EXPECT_TRUE(system.has_klassa()) << system.id();
}

TEST_P(ExampleOrganisationTest, EveryUnitHasAControllerAndSomebodyToTurnTo) {
  for (const auto& unit : o_->proto().units()) {
    const v1::Unit& controller = o_->ControllerOf(unit.id());
    if (o_->proto().country() == v1::DK) {
      EXPECT_TRUE(controller.type() == v1::UNIT_TYPE_MUNICIPALITY ||
                  controller.type() == v1::UNIT_TYPE_COMPANY);
    } else {
      EXPECT_TRUE(controller.type() == v1::UNIT_TYPE_COMMITTEE ||
                  controller.type() == v1::UNIT_TYPE_COMPANY)
          << unit.id() << " → " << controller.id();
    }
    if (unit.type() != v1::UNIT_TYPE_ADMINISTRATION) continue;
    EXPECT_FALSE(o_->HoldersAt(v1::COORDINATOR, unit.id()).empty()) << unit.id();
  }
}

TEST_P(ExampleOrganisationTest, RoutesByTheFiveRules) {
  struct Rule {
    std::string id;
    v1::RouteTo to;
    v1::Role role;
    bool draw_in;
    bool operator==(const Rule&) const = default;
  };
  std::vector<Rule> rules;
  for (const auto& rule : o_->proto().routing())
    rules.push_back({rule.id(), rule.to(), rule.role(), rule.draw_in()});
  const std::vector<Rule> expected = {
      {"national-security", v1::ROUTE_TO_ROLE, v1::SECURITY_PROTECTION_CHIEF, true},
      {"personal-data", v1::ROUTE_TO_ROLE, v1::DATA_PROTECTION_OFFICER, true},
      {"system-owner", v1::ROUTE_TO_SYSTEM_OWNER, v1::ROLE_UNSPECIFIED, false},
      {"unit-coordinator", v1::ROUTE_TO_UNIT_COORDINATOR, v1::ROLE_UNSPECIFIED, false},
      {"otherwise", v1::ROUTE_TO_ROLE, v1::INFORMATION_SECURITY_OFFICER, false}};
  EXPECT_TRUE(rules == expected);
  EXPECT_EQ(o_->proto().routing(0).national_security(), type::v1::ANSWER_YES);
  EXPECT_EQ(o_->proto().routing(1).personal_data(), type::v1::ANSWER_YES);
}

TEST_P(ExampleOrganisationTest, HasABodyThatActsAsForum) {
  int forums = 0;
  for (const auto& body : o_->proto().bodies()) forums += body.type() == v1::BODY_TYPE_FORUM;
  EXPECT_EQ(forums, 1);
}

TEST(ExampleOrganisations, SpeakTheLanguageOfTheirCountry) {
  auto danish = LoadOrganisation(Deploy("organisations/kalundborg.yaml"));
  ASSERT_TRUE(danish.ok());
  EXPECT_EQ(danish->country(), v1::DK);
  EXPECT_EQ(danish->languages(0), "da");
  EXPECT_EQ(danish->time_zone(), "Europe/Copenhagen");
  auto swedish = LoadOrganisation(Deploy("organisations/kalix.yaml"));
  ASSERT_TRUE(swedish.ok());
  EXPECT_EQ(swedish->country(), v1::SE);
  EXPECT_EQ(swedish->languages(0), "sv");
}

TEST(ExampleOrganisations, StorsjoGovernsEverySystemButOneInPm3Objects) {
  auto storsjo = LoadOrganisation(Deploy("organisations/storsjo.yaml"));
  ASSERT_TRUE(storsjo.ok());
  std::set<std::string> governed;
  for (const auto& object : storsjo->pm3_objects()) {
    for (const auto& system : object.systems())
      EXPECT_TRUE(governed.insert(system).second) << system;
  }
  EXPECT_EQ(governed.size() + 1, static_cast<size_t>(storsjo->systems_size()));
}

// ---- roles ----

// Permissions that no method declares, because they are asked for inside one.
const std::set<std::string> kAskedForInside = {"reports.import"};

std::set<std::string> DeclaredPermissions() {
  std::set<std::string> permissions = kAskedForInside;
  for (const auto* file : ServiceFiles()) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const auto& options = file->service(s)->method(m)->options();
        EXPECT_TRUE(options.HasExtension(options::v1::access))
            << file->service(s)->method(m)->full_name();
        permissions.insert(options.GetExtension(options::v1::access).permission());
      }
    }
  }
  return permissions;
}

TEST(Roles, NoServiceOfTheApiIsOverlookedHere) {
  std::set<std::string> known;
  for (const auto* file : ServiceFiles()) known.insert(file->name());
  std::set<std::string> declared;
  const std::filesystem::path root = Deploy("../proto");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".proto") continue;
    std::ifstream stream(entry.path());
    for (std::string line; std::getline(stream, line);) {
      if (line.rfind("service ", 0) == 0)
        declared.insert(entry.path().lexically_relative(root).string());
    }
  }
  EXPECT_EQ(declared, known);
}

std::vector<v1::RoleGrants> Roles() {
  v1::RoleCatalogue catalogue;
  absl::Status status = datafile::Load(Deploy("roles.yaml"), &catalogue);
  EXPECT_TRUE(status.ok()) << status;
  return {catalogue.roles().begin(), catalogue.roles().end()};
}

TEST(Roles, EveryPermissionIsGrantedToSomebodyAndNoneIsUnknown) {
  std::set<std::string> granted;
  for (const auto& role : Roles()) {
    for (const auto& grant : role.grants()) granted.insert(grant.permission());
  }
  EXPECT_EQ(granted, DeclaredPermissions());
}

TEST(Roles, EveryRoleIsListed) {
  std::set<int> listed;
  for (const auto& role : Roles()) listed.insert(role.role());
  EXPECT_EQ(listed.size(), static_cast<size_t>(v1::Role_descriptor()->value_count()) - 1);
}

TEST(Roles, LoadAsACatalogue) {
  auto catalogue = RoleCatalogue::Load(Deploy("roles.yaml"));
  ASSERT_TRUE(catalogue.ok()) << catalogue.status();
  EXPECT_EQ(catalogue->ReachOf(v1::EMPLOYEE, "reports.submit"), v1::REACH_ALL);
  EXPECT_EQ(catalogue->ReachOf(v1::EMPLOYEE, "reports.read"), v1::REACH_OWN);
  EXPECT_EQ(catalogue->ReachOf(v1::EMPLOYEE, "cases.read"), v1::REACH_UNSPECIFIED);
  EXPECT_EQ(catalogue->ReachOf(v1::COORDINATOR, "cases.handle"), v1::REACH_UNIT);
  EXPECT_EQ(catalogue->ReachOf(v1::SYSTEM_OWNER, "cases.handle"), v1::REACH_OWN);
  EXPECT_EQ(catalogue->ReachOf(v1::INFORMATION_SECURITY_OFFICER, "reports.import"), v1::REACH_ALL);
  EXPECT_EQ(catalogue->ReachOf(v1::IT_SECURITY_OFFICER, "duties.decide"), v1::REACH_UNSPECIFIED);
  EXPECT_EQ(catalogue->ReachOf(v1::DATA_PROTECTION_OFFICER, "duties.decide"), v1::REACH_ALL);
}

TEST(Roles, AuditorAndDirectorChangeNothing) {
  const std::set<std::string> reads = {"reports.read",      "cases.read",     "duties.read",
                                       "notices.read",      "figures.read",   "regimes.read",
                                       "organisation.read", "operations.read", "audit.read",
                                       "erasures.read",     "cases.readers",  "organisation.history",
                                       "records.read"};
  for (const auto& role : Roles()) {
    if (role.role() != v1::AUDITOR && role.role() != v1::DIRECTOR) continue;
    for (const auto& grant : role.grants()) EXPECT_THAT(reads, Contains(grant.permission()));
  }
}

TEST(Roles, AdministratorReadsNoReportCaseOrNotice) {
  for (const auto& role : Roles()) {
    if (role.role() != v1::ADMINISTRATOR) continue;
    for (const auto& grant : role.grants()) {
      std::string area = grant.permission().substr(0, grant.permission().find('.'));
      // Handing over shows nothing of what is handed over.
      EXPECT_TRUE(area == "organisation" || area == "operations" || area == "regimes" ||
                  grant.permission() == "cases.handover")
          << grant.permission();
    }
  }
}

TEST(Roles, OnlyServicesMayWhatIsBetweenServices) {
  const std::set<std::string> internal = {"events.read", "reports.relay", "outcomes.relay",
                                          "organisation.follow", "sessions.record", "calendar.relay"};
  for (const auto& role : Roles()) {
    std::set<std::string> granted;
    for (const auto& grant : role.grants()) granted.insert(grant.permission());
    if (role.role() == v1::SERVICE) {
      EXPECT_EQ(granted, internal);
      continue;
    }
    for (const std::string& permission : internal)
      EXPECT_EQ(granted.count(permission), 0u) << permission;
  }
}

// ---- classification ----

class ClassificationRulesTest : public testing::Test {
 protected:
  void SetUp() override {
    absl::Status status = datafile::Load(Deploy("classification.yaml"), &rules_);
    ASSERT_TRUE(status.ok()) << status;
  }

  const triage::v1::CategoryRule* RuleOf(type::v1::Category category) const {
    for (const auto& rule : rules_.categories()) {
      if (rule.category() == category) return &rule;
    }
    return nullptr;
  }

  triage::v1::ClassificationRules rules_;
};

TEST_F(ClassificationRulesTest, EveryCategoryHasOneRule) {
  EXPECT_EQ(rules_.categories_size(), type::v1::Category_descriptor()->value_count());
  for (int i = 0; i < type::v1::Category_descriptor()->value_count(); ++i) {
    EXPECT_NE(RuleOf(static_cast<type::v1::Category>(i)), nullptr) << type::v1::Category_Name(i);
  }
}

TEST_F(ClassificationRulesTest, RsitClassesAreListed) {
  std::set<std::string> known;
  size_t types = 0;
  for (const auto& rsit : rules_.rsit()) {
    for (const auto& type : rsit.types()) known.insert(rsit.id() + "/" + type);
    types += static_cast<size_t>(rsit.types_size());
  }
  EXPECT_EQ(rules_.rsit_size(), 11);
  EXPECT_EQ(types, 39u);
  EXPECT_EQ(known.size(), types);
  for (const auto& rule : rules_.categories()) EXPECT_THAT(known, Contains(rule.rsit()));
}

TEST_F(ClassificationRulesTest, EveryLevelHasASeverityThatDoesNotFall) {
  ASSERT_EQ(rules_.severity().levels_size(), 5);
  for (int level = 0; level < 5; ++level) {
    EXPECT_EQ(rules_.severity().levels(level).level(), level);
    if (level > 0) {
      EXPECT_GE(rules_.severity().levels(level).severity(),
                rules_.severity().levels(level - 1).severity());
    }
  }
}

TEST_F(ClassificationRulesTest, AdjustmentsAreNamedOnceAndMove) {
  std::set<std::string> ids;
  for (const auto& adjustment : rules_.adjustments())
    EXPECT_TRUE(ids.insert(adjustment.id()).second);
  for (const auto& adjustment : rules_.severity().adjustments()) {
    EXPECT_TRUE(ids.insert(adjustment.reason()).second) << adjustment.reason();
    EXPECT_NE(adjustment.move_case(), triage::v1::SeverityAdjustment::MOVE_NOT_SET)
        << adjustment.reason();
  }
}

TEST_F(ClassificationRulesTest, NoPropertyIsHitTwiceAndNoRuleGoesAboveTheHighestLevel) {
  for (const auto& rule : rules_.categories()) {
    std::set<int> properties;
    for (const auto& impact : rule.impacts()) {
      EXPECT_TRUE(properties.insert(impact.property()).second);
      EXPECT_LE(impact.level(), rules_.highest_level());
    }
  }
}

TEST_F(ClassificationRulesTest, LostDeviceWithPersonalDataIsAnIncidentThatHitsConfidentiality) {
  const triage::v1::CategoryRule* rule = RuleOf(type::v1::CATEGORY_LOST_DEVICE);
  EXPECT_EQ(rule->kind(), type::v1::KIND_INCIDENT);
  EXPECT_EQ(rule->information_system(), type::v1::ANSWER_YES);
  EXPECT_EQ(rule->impacts(0).property(), type::v1::SECURITY_PROPERTY_CONFIDENTIALITY);
  int level = rule->impacts(0).level();
  for (const auto& adjustment : rules_.adjustments()) {
    const auto& when = adjustment.when();
    bool holds = when.personal_data() == type::v1::ANSWER_YES &&
                 when.affected_persons_at_least() == 0 &&
                 std::count(when.categories().begin(), when.categories().end(),
                            type::v1::CATEGORY_LOST_DEVICE) > 0;
    for (const auto& impact : adjustment.impacts_at_least()) {
      if (holds && impact.property() == type::v1::SECURITY_PROPERTY_CONFIDENTIALITY) {
        level = std::max(level, impact.level());
      }
    }
  }
  EXPECT_EQ(level, 2);
}

}  // namespace
}  // namespace avvik::organisation
