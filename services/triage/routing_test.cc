#include "services/triage/routing.h"

#include <map>

#include "common/organisation/check.h"
#include "services/triage/test_support.h"
#include "tests/support/status_matchers.h"

namespace avvik::triage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace organisation::v1;  // Roles.
using type::v1::ANSWER_NO;
using type::v1::ANSWER_UNSPECIFIED;
using type::v1::ANSWER_YES;

std::vector<std::string> LoginsOf(const std::vector<Party>& parties) {
  std::vector<std::string> logins;
  for (const Party& party : parties) logins.push_back(party.login);
  return logins;
}

// The organisation of the tests with these rules instead of its own.
std::shared_ptr<const organisation::Organisation> WithRules(const std::string& rules) {
  organisation::v1::Organisation proto = TestOrganisationProto();
  proto.clear_routing();
  proto.MergeFrom(ParseText<organisation::v1::Organisation>(rules));
  return organisation::MakeOrganisation(proto);
}

const RoutingStep* StepOf(const Route& route, const std::string& rule) {
  for (const RoutingStep& step : route.steps) {
    if (step.rule == rule) return &step;
  }
  return nullptr;
}

TEST(RoutingTest, SystemGoesToItsOwner) {
  const Route route = RouteCase({.unit = "hemtjanst", .system = "journal"}, *TestOrganisation());
  EXPECT_EQ(route.owner, (Party{.login = "siv", .role = SYSTEM_OWNER, .unit = "omsorg"}));
}

TEST(RoutingTest, UnitGoesToTheCoordinatorOfTheNearestUnitAbove) {
  const auto& organisation = *TestOrganisation();
  EXPECT_EQ(RouteCase({.unit = "hemtjanst"}, organisation).owner,
            (Party{.login = "sam", .role = COORDINATOR, .unit = "omsorg"}));
  EXPECT_EQ(RouteCase({.unit = "omsorg"}, organisation).owner.login, "sam");
  EXPECT_EQ(RouteCase({.unit = "social"}, organisation).owner,
            (Party{.login = "siv", .role = COORDINATOR, .unit = "social"}));
  // Nobody coordinates It; Rut has the whole municipality.
  EXPECT_EQ(RouteCase({.unit = "it"}, organisation).owner,
            (Party{.login = "root", .role = COORDINATOR, .unit = ""}));
}

TEST(RoutingTest, WithoutUnitAndSystemItGoesToTheSecurityOfficer) {
  const Party cleo{.login = "cleo", .role = INFORMATION_SECURITY_OFFICER, .unit = ""};
  EXPECT_EQ(RouteCase({}, *TestOrganisation()).owner, cleo);
  EXPECT_EQ(RouteCase({.unit = "gone", .system = "gone"}, *TestOrganisation()).owner, cleo);
  EXPECT_EQ(RouteCase({.unit = "hemtjanst", .system = "gone"}, *TestOrganisation()).owner.login,
            "sam");
}

TEST(RoutingTest, PersonalDataDrawsInTheDataProtectionOfficer) {
  for (const auto answer : {ANSWER_UNSPECIFIED, ANSWER_NO}) {
    EXPECT_THAT(
        RouteCase({.unit = "omsorg", .personal_data = answer}, *TestOrganisation()).drawn_in,
        IsEmpty());
  }
  const Route route =
      RouteCase({.unit = "omsorg", .personal_data = ANSWER_YES}, *TestOrganisation());
  EXPECT_THAT(route.drawn_in,
              ElementsAre(Party{.login = "dora", .role = DATA_PROTECTION_OFFICER, .unit = ""}));
  EXPECT_EQ(route.owner.login, "sam");
}

TEST(RoutingTest, NationalSecurityDrawsInTheChief) {
  const Route route =
      RouteCase({.unit = "omsorg", .personal_data = ANSWER_YES, .national_security = ANSWER_YES},
                *TestOrganisation());
  EXPECT_THAT(LoginsOf(route.drawn_in), ElementsAre("karl", "dora"));
}

TEST(RoutingTest, RuleThatDrawsInBelowTheOwnersRuleIsStillTried) {
  const auto organisation = WithRules(R"pb(
    routing { id: "owner" to: ROUTE_TO_SYSTEM_OWNER }
    routing { id: "never-tried" to: ROUTE_TO_UNIT_COORDINATOR }
    routing { id: "administrator" to: ROUTE_TO_SYSTEM_ADMINISTRATOR draw_in: true }
    routing { id: "again" to: ROUTE_TO_SYSTEM_ADMINISTRATOR draw_in: true })pb");
  const Route route = RouteCase({.unit = "omsorg", .system = "journal"}, *organisation);
  EXPECT_EQ(route.owner.login, "siv");
  EXPECT_THAT(LoginsOf(route.drawn_in), ElementsAre("ove"));
  EXPECT_EQ(StepOf(route, "never-tried"), nullptr);
  ASSERT_NE(StepOf(route, "again"), nullptr);
  EXPECT_EQ(StepOf(route, "again")->effect, v1::ROUTING_EFFECT_DRAWN_IN);
}

TEST(RoutingTest, EveryConditionOfARuleMustHold) {
  const auto organisation = WithRules(R"pb(
    routing {
      id: "narrow"
      categories: CATEGORY_LOST_DEVICE
      categories: CATEGORY_INTRUSION
      units: "energi"
      units: "social"
      systems: "journal"
      personal_data: ANSWER_YES
      national_security: ANSWER_NO
      to: ROUTE_TO_ROLE
      role: AUDITOR
    })pb");
  const RoutedFacts all{.category = type::v1::CATEGORY_INTRUSION,
                        .unit = "hemtjanst",
                        .system = "journal",
                        .personal_data = ANSWER_YES,
                        .national_security = ANSWER_NO};
  EXPECT_EQ(RouteCase(all, *organisation).owner.login, "root");
  auto without = [&](auto change) {
    RoutedFacts facts = all;
    change(facts);
    const Route route = RouteCase(facts, *organisation);
    EXPECT_FALSE(route.steps[0].matched);
    EXPECT_EQ(route.steps[0].effect, v1::ROUTING_EFFECT_UNSPECIFIED);
    EXPECT_EQ(route.steps[0].party, Party());
    EXPECT_EQ(route.owner.login, "cleo");
    return route.steps[0].reason;
  };
  EXPECT_EQ(without([](auto& f) { f.category = type::v1::CATEGORY_OTHER; }),
            "category is CATEGORY_OTHER");
  EXPECT_EQ(without([](auto& f) { f.unit = "it"; }), "unit it is not below the rule's units");
  EXPECT_EQ(without([](auto& f) { f.unit = ""; }), "no unit is named");
  EXPECT_EQ(without([](auto& f) { f.system = ""; }), "no system is named");
  EXPECT_EQ(without([](auto& f) { f.system = "gone"; }),
            "system gone is not in the organisation and counts as not named");
  EXPECT_EQ(without([](auto& f) { f.personal_data = ANSWER_UNSPECIFIED; }),
            "personal_data is ANSWER_UNSPECIFIED");
  EXPECT_EQ(without([](auto& f) { f.national_security = ANSWER_YES; }),
            "national_security is ANSWER_YES");
}

TEST(RoutingTest, LastResortWorksWithoutARuleForIt) {
  const auto organisation = WithRules("routing { id: 'system' to: ROUTE_TO_SYSTEM_OWNER }");
  const Route route = RouteCase({.unit = "omsorg"}, *organisation);
  EXPECT_EQ(route.owner.login, "cleo");
  ASSERT_EQ(route.steps.size(), 2u);
  EXPECT_EQ(route.steps[1].rule, "default");
  EXPECT_TRUE(route.steps[1].matched);
  EXPECT_EQ(route.steps[1].effect, v1::ROUTING_EFFECT_OWNER);
  EXPECT_EQ(StepOf(RouteCase({.system = "journal"}, *organisation), "default"), nullptr);
}

TEST(RoutingTest, RuleThatFindsNobodyGoesOnToTheNext) {
  const auto organisation = WithRules(R"pb(
    routing { id: "it-security" to: ROUTE_TO_ROLE role: IT_SECURITY_OFFICER }
    routing { id: "unit" to: ROUTE_TO_UNIT_COORDINATOR })pb");
  const Route route = RouteCase({.unit = "omsorg"}, *organisation);
  EXPECT_EQ(route.owner.login, "sam");
  EXPECT_EQ(route.steps[0].reason, "nobody is IT_SECURITY_OFFICER for unit omsorg or above");
}

TEST(RoutingTest, EveryStepSaysWhyAndWhatCameOfIt) {
  for (const char* unit : {"", "hemtjanst", "gone"}) {
    for (const char* system : {"", "journal", "gone"}) {
      for (const auto answer : {ANSWER_UNSPECIFIED, ANSWER_YES, ANSWER_NO}) {
        const Route route = RouteCase(
            {.unit = unit, .system = system, .personal_data = answer, .national_security = answer},
            *TestOrganisation());
        int owners = 0;
        for (const RoutingStep& step : route.steps) {
          EXPECT_NE(step.reason, "") << step.rule << " " << unit << " " << system;
          EXPECT_EQ(step.matched, step.effect != v1::ROUTING_EFFECT_UNSPECIFIED) << step.rule;
          EXPECT_EQ(step.matched, !step.party.login.empty()) << step.rule;
          if (step.effect == v1::ROUTING_EFFECT_OWNER) ++owners;
        }
        EXPECT_EQ(owners, 1);
      }
    }
  }
}

TEST(RoutingTest, ReasonTellsTheFunctionAndWhatItIsHeldFor) {
  Route route = RouteCase({.unit = "hemtjanst"}, *TestOrganisation());
  EXPECT_EQ(StepOf(route, "unit-coordinator")->reason, "sam is COORDINATOR for unit omsorg");
  EXPECT_EQ(StepOf(route, "system-owner")->reason, "no system is named");
  route = RouteCase({.system = "journal"}, *TestOrganisation());
  EXPECT_EQ(StepOf(route, "system-owner")->reason, "siv is SYSTEM_OWNER of system journal");
}

TEST(PartTest, PersonNamedByHandHasTheFunctionNearestToTheCase) {
  const auto& organisation = *TestOrganisation();
  const RoutedFacts facts{.unit = "hemtjanst", .system = "journal"};
  EXPECT_EQ(PartOf("siv", facts, organisation),
            (Party{.login = "siv", .role = SYSTEM_OWNER, .unit = "omsorg"}));
  EXPECT_EQ(PartOf("ove", facts, organisation),
            (Party{.login = "ove", .role = SYSTEM_ADMINISTRATOR, .unit = "omsorg"}));
  EXPECT_EQ(PartOf("sam", facts, organisation),
            (Party{.login = "sam", .role = COORDINATOR, .unit = "omsorg"}));
  EXPECT_EQ(PartOf("dora", facts, organisation),
            (Party{.login = "dora", .role = DATA_PROTECTION_OFFICER, .unit = ""}));
  // Without the system, Siv is there for the committee and Ove for nothing.
  EXPECT_EQ(PartOf("siv", {.unit = "hemtjanst"}, organisation).unit, "social");
  EXPECT_EQ(PartOf("ove", {.unit = "hemtjanst"}, organisation),
            (Party{.login = "ove", .role = EMPLOYEE, .unit = "hemtjanst"}));
  // Sam's administration has nothing to do with It.
  EXPECT_EQ(PartOf("sam", {.unit = "it"}, organisation).role, EMPLOYEE);
}

// ---- The shipped organisations ----

std::shared_ptr<const organisation::Organisation> Shipped(const std::string& name) {
  static std::map<std::string, std::shared_ptr<const organisation::Organisation>> loaded;
  auto& organisation = loaded[name];
  if (organisation == nullptr) {
    auto proto = organisation::LoadOrganisation(Deployed("organisations/" + name + ".yaml"));
    EXPECT_OK(proto);
    organisation = *organisation::Organisation::Create(*std::move(proto), 1);
  }
  return organisation;
}

TEST(ShippedOrganisationsTest, ReportsFindTheirOwnersAndThoseDrawnIn) {
  struct Row {
    const char* organisation;
    const char* unit;
    const char* system;
    type::v1::Answer personal_data;
    type::v1::Answer national_security;
    const char* owner;
    std::vector<std::string> drawn_in;
  };
  const auto kYes = ANSWER_YES;
  const auto kNo = ANSWER_NO;
  const auto kUnknown = ANSWER_UNSPECIFIED;
  const Row rows[] = {
      // Kalix.
      {"kalix", "hemtjanst", "journal", kYes, kNo, "ulrika.sand", {"lena.huuva"}},
      {"kalix", "hemtjanst", "", kYes, kNo, "fatima.haddad", {"lena.huuva"}},
      {"kalix", "socialnamnden", "", kNo, kNo, "fatima.haddad", {}},
      {"kalix", "centrumskolan", "", kNo, kNo, "mikael.rova", {}},
      {"kalix", "it", "", kUnknown, kUnknown, "jenny.astrom", {}},
      {"kalix", "va", "styrsystem-vatten", kNo, kYes, "lars.vikstrom", {"stefan.kero"}},
      {"kalix", "kalixbygdens-bostader", "", kNo, kNo, "roger.ylipaa", {}},
      {"kalix", "norrdrift", "", kNo, kNo, "anna.berg", {}},
      {"kalix", "kalix", "", kNo, kNo, "anna.berg", {}},
      {"kalix", "", "", kYes, kYes, "anna.berg", {"stefan.kero", "lena.huuva"}},
      {"kalix", "nedlagd", "avvecklat", kNo, kNo, "anna.berg", {}},
      // Örebro: one coordinator for two committees.
      {"orebro", "angskolan", "", kNo, kNo, "camilla.ost", {}},
      {"orebro", "gymnasium", "", kNo, kNo, "camilla.ost", {}},
      {"orebro", "stadsbiblioteket", "", kNo, kNo, "viktor.aberg", {}},
      {"orebro", "barn-och-unga", "socialregister", kYes, kNo, "patrik.dahl", {"amir.sadeghi"}},
      {"orebro",
       "vattenverket",
       "styrsystem-vatten",
       kNo,
       kYes,
       "ola.granqvist",
       {"carl.rosenlund"}},
      {"orebro", "kontaktcenter", "", kYes, kUnknown, "sofia.bjork", {"amir.sadeghi"}},
      {"orebro", "molnbro", "", kUnknown, kUnknown, "marcus.ekdahl", {}},
      // Kalundborg: coordinators of administrations, none of the committees above them.
      {"kalundborg", "hjemmeplejen", "", kYes, kNo, "morten.juhl", {"birthe.skov"}},
      {"kalundborg", "hjemmeplejen", "omsorgssystem", kYes, kNo, "gitte.nygaard", {"birthe.skov"}},
      {"kalundborg", "biblioteket", "bibliotekssystem", kNo, kNo, "louise.krogh", {}},
      {"kalundborg", "okonomiudvalget", "", kNo, kNo, "mette.kjaer", {}},
      {"kalundborg", "vestvand", "vandstyring", kNo, kYes, "kim.aagaard", {"soren.lindegaard"}},
      {"kalundborg", "fjordhosting", "", kYes, kNo, "mette.kjaer", {"birthe.skov"}},
      // Storsjö: two coordinators of one committee; the first of the file has the case.
      {"storsjo", "hemtjanst-norr", "", kNo, kNo, "moa.hellstrom", {}},
      {"storsjo", "biblioteket", "", kYes, kNo, "julia.bergdahl", {"ann-sofie.reuter"}},
      // The owner of the system is the one who would be drawn in.
      {"storsjo", "raddningstjansten", "ledningssystem-utryckning", kNo, kYes, "per.sandell", {}},
      {"storsjo", "storsjo-energi", "", kNo, kNo, "malena.wiberg", {}},
  };
  for (const Row& row : rows) {
    const RoutedFacts facts{.category = type::v1::CATEGORY_LOST_DEVICE,
                            .unit = row.unit,
                            .system = row.system,
                            .personal_data = row.personal_data,
                            .national_security = row.national_security};
    const Route route = RouteCase(facts, *Shipped(row.organisation));
    const std::string which = std::string(row.organisation) + " " + row.unit + " " + row.system;
    EXPECT_EQ(route.owner.login, row.owner) << which;
    std::vector<std::string> beside;
    for (const Party& party : route.drawn_in) {
      if (party.login != route.owner.login) beside.push_back(party.login);
    }
    EXPECT_EQ(beside, row.drawn_in) << which;
  }
}

TEST(ShippedOrganisationsTest, EveryUnitAndSystemHasSomebody) {
  for (const char* name : {"kalix", "orebro", "tyreso", "kalundborg", "storsjo"}) {
    const auto organisation = Shipped(name);
    for (const auto& unit : organisation->proto().units()) {
      EXPECT_NE(RouteCase({.unit = unit.id()}, *organisation).owner.login, "") << unit.id();
    }
    for (const auto& system : organisation->proto().systems()) {
      EXPECT_EQ(RouteCase({.system = system.id()}, *organisation).owner.login, system.owner());
    }
  }
}

}  // namespace
}  // namespace avvik::triage
