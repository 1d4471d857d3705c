#include "services/triage/routing.h"

#include <algorithm>
#include <utility>

namespace avvik::triage {
namespace {

using organisation::HeldRole;
using organisation::Organisation;
using organisation::v1::RoutingRule;

template <typename Values, typename Value>
bool Contains(const Values& values, const Value& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

std::string WithoutUnit(const RoutedFacts& facts, const Organisation& organisation) {
  if (facts.unit.empty()) return "no unit is named";
  if (organisation.FindUnit(facts.unit) == nullptr) {
    return "unit " + facts.unit + " is not in the organisation and counts as not named";
  }
  return "";
}

std::string WithoutSystem(const RoutedFacts& facts, const Organisation& organisation) {
  if (facts.system.empty()) return "no system is named";
  if (organisation.FindSystem(facts.system) == nullptr) {
    return "system " + facts.system + " is not in the organisation and counts as not named";
  }
  return "";
}

// Whether a rule's conditions hold, and why: of each that does, or of the first that does not.
struct Verdict {
  bool holds = true;
  std::string reason;

  Verdict& And(bool condition, const std::string& why) {
    if (!holds) return *this;
    holds = condition;
    reason = holds && !reason.empty() ? reason + "; " + why : why;
    return *this;
  }
};

Verdict UnitVerdict(const RoutingRule& rule, const RoutedFacts& facts,
                    const Organisation& organisation) {
  if (std::string why = WithoutUnit(facts, organisation); !why.empty()) return {false, why};
  if (Contains(rule.units(), facts.unit)) return {true, "unit is " + facts.unit};
  for (const std::string& above : rule.units()) {
    if (organisation.IsBelow(facts.unit, above)) {
      return {true, "unit " + facts.unit + " is below " + above};
    }
  }
  return {false, "unit " + facts.unit + " is not below the rule's units"};
}

Verdict SystemVerdict(const RoutingRule& rule, const RoutedFacts& facts,
                      const Organisation& organisation) {
  if (std::string why = WithoutSystem(facts, organisation); !why.empty()) return {false, why};
  if (Contains(rule.systems(), facts.system)) return {true, "system is " + facts.system};
  return {false, "system " + facts.system + " is not among the rule's"};
}

Verdict Conditions(const RoutingRule& rule, const RoutedFacts& facts,
                   const Organisation& organisation) {
  Verdict verdict;
  if (!rule.categories().empty()) {
    verdict.And(Contains(rule.categories(), facts.category),
                "category is " + type::v1::Category_Name(facts.category));
  }
  if (!rule.units().empty()) {
    const Verdict unit = UnitVerdict(rule, facts, organisation);
    verdict.And(unit.holds, unit.reason);
  }
  if (!rule.systems().empty()) {
    const Verdict system = SystemVerdict(rule, facts, organisation);
    verdict.And(system.holds, system.reason);
  }
  if (rule.personal_data() != type::v1::ANSWER_UNSPECIFIED) {
    verdict.And(rule.personal_data() == facts.personal_data,
                "personal_data is " + type::v1::Answer_Name(facts.personal_data));
  }
  if (rule.national_security() != type::v1::ANSWER_UNSPECIFIED) {
    verdict.And(rule.national_security() == facts.national_security,
                "national_security is " + type::v1::Answer_Name(facts.national_security));
  }
  return verdict;
}

// Somebody, or nobody, and why.
struct Finding {
  Party party;
  std::string reason;
};

// The unit for which the person holds the role with effect on `unit`; empty for the whole
// municipality.
std::string HeldFor(const std::string& login, organisation::v1::Role role, const std::string& unit,
                    const Organisation& organisation) {
  const std::vector<HeldRole> held = organisation.RolesOf(login);
  for (const auto* at : organisation.Lineage(unit)) {
    if (Contains(held, HeldRole{role, at->id()})) return at->id();
  }
  return "";
}

Finding HolderOf(organisation::v1::Role role, const RoutedFacts& facts,
                 const Organisation& organisation) {
  const std::string name = organisation::v1::Role_Name(role);
  const auto holders = organisation.HoldersAt(role, facts.unit);
  if (holders.empty()) {
    return {{},
            "nobody is " + name + " for " +
                (WithoutUnit(facts, organisation).empty() ? "unit " + facts.unit + " or above"
                                                          : "the municipality")};
  }
  const std::string& login = holders.front()->login();
  Party party{.login = login, .role = role, .unit = HeldFor(login, role, facts.unit, organisation)};
  std::string reason = login + " is " + name + " for " +
                       (party.unit.empty() ? "the municipality" : "unit " + party.unit);
  return {std::move(party), std::move(reason)};
}

Finding SystemPerson(const std::string& login, organisation::v1::Role role,
                     const organisation::v1::System& system) {
  const std::string name = organisation::v1::Role_Name(role);
  if (login.empty()) return {{}, "nobody is " + name + " of system " + system.id()};
  return {{.login = login, .role = role, .unit = system.unit()},
          login + " is " + name + " of system " + system.id()};
}

Finding Find(const RoutingRule& rule, const RoutedFacts& facts, const Organisation& organisation) {
  switch (rule.to()) {
    case organisation::v1::ROUTE_TO_SYSTEM_OWNER:
    case organisation::v1::ROUTE_TO_SYSTEM_ADMINISTRATOR: {
      const auto* system = organisation.FindSystem(facts.system);
      if (system == nullptr) return {{}, WithoutSystem(facts, organisation)};
      return rule.to() == organisation::v1::ROUTE_TO_SYSTEM_OWNER
                 ? SystemPerson(system->owner(), organisation::v1::SYSTEM_OWNER, *system)
                 : SystemPerson(system->administrator(), organisation::v1::SYSTEM_ADMINISTRATOR,
                                *system);
    }
    case organisation::v1::ROUTE_TO_UNIT_COORDINATOR:
      if (std::string why = WithoutUnit(facts, organisation); !why.empty()) return {{}, why};
      return HolderOf(organisation::v1::COORDINATOR, facts, organisation);
    case organisation::v1::ROUTE_TO_ROLE:
      return HolderOf(rule.role(), facts, organisation);
    default:
      return {{}, "the rule names nobody"};
  }
}

// One rule, tried: whom it finds, and why or why not.
RoutingStep Try(const RoutingRule& rule, const RoutedFacts& facts,
                const Organisation& organisation) {
  RoutingStep step;
  step.rule = rule.id();
  Verdict verdict = Conditions(rule, facts, organisation);
  if (verdict.holds) {
    Finding finding = Find(rule, facts, organisation);
    step.party = std::move(finding.party);
    verdict.And(!step.party.login.empty(), finding.reason);
  }
  step.matched = verdict.holds;
  step.reason = std::move(verdict.reason);
  return step;
}

RoutingStep LastResort(const Organisation& organisation) {
  RoutingStep step;
  step.rule = "default";
  Finding finding = HolderOf(organisation::v1::INFORMATION_SECURITY_OFFICER, {}, organisation);
  step.matched = !finding.party.login.empty();
  step.party = std::move(finding.party);
  step.reason = std::move(finding.reason);
  return step;
}

}  // namespace

Route RouteCase(const RoutedFacts& facts, const Organisation& organisation) {
  Route route;
  auto own = [&route](RoutingStep& step) {
    step.effect = v1::ROUTING_EFFECT_OWNER;
    route.owner = step.party;
  };
  for (const RoutingRule& rule : organisation.proto().routing()) {
    if (!rule.draw_in() && !route.owner.login.empty()) continue;
    RoutingStep& step = route.steps.emplace_back(Try(rule, facts, organisation));
    if (!step.matched) continue;
    if (!rule.draw_in()) {
      own(step);
      continue;
    }
    step.effect = v1::ROUTING_EFFECT_DRAWN_IN;
    const bool there =
        std::any_of(route.drawn_in.begin(), route.drawn_in.end(),
                    [&](const Party& other) { return other.login == step.party.login; });
    if (!there) route.drawn_in.push_back(step.party);
  }
  if (route.owner.login.empty()) {
    RoutingStep& step = route.steps.emplace_back(LastResort(organisation));
    if (step.matched) own(step);
  }
  return route;
}

Party PartOf(const std::string& login, const RoutedFacts& facts, const Organisation& organisation) {
  if (const auto* system = organisation.FindSystem(facts.system); system != nullptr) {
    if (system->owner() == login) {
      return {.login = login, .role = organisation::v1::SYSTEM_OWNER, .unit = system->unit()};
    }
    if (system->administrator() == login) {
      return {
          .login = login, .role = organisation::v1::SYSTEM_ADMINISTRATOR, .unit = system->unit()};
    }
  }
  std::vector<std::string> nearest_first;
  for (const auto* at : organisation.Lineage(facts.unit)) nearest_first.push_back(at->id());
  nearest_first.emplace_back();
  const std::vector<HeldRole> held = organisation.RolesOf(login);
  for (const std::string& unit : nearest_first) {
    for (const HeldRole& role : held) {
      // Other systems have nothing to do with this case.
      const bool counts = role.role != organisation::v1::EMPLOYEE &&
                          role.role != organisation::v1::SYSTEM_OWNER &&
                          role.role != organisation::v1::SYSTEM_ADMINISTRATOR;
      if (counts && role.unit == unit) return {.login = login, .role = role.role, .unit = unit};
    }
  }
  const auto* person = organisation.FindPerson(login);
  return {.login = login,
          .role = organisation::v1::EMPLOYEE,
          .unit = person == nullptr ? "" : person->unit()};
}

}  // namespace avvik::triage
