#include "services/triage/routing.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace avvik::triage {
namespace {

using organisation::Organisation;
using organisation::v1::RoutingRule;

// Why a rule does not match; nothing when it does.
std::optional<std::string> Mismatch(const RoutingRule& rule, const RoutedFacts& facts,
                                    const Organisation& organisation) {
  if (!rule.categories().empty() &&
      std::find(rule.categories().begin(), rule.categories().end(), facts.category) ==
          rule.categories().end()) {
    return "category " + type::v1::Category_Name(facts.category) + " is not among the rule's";
  }
  if (!rule.units().empty() &&
      std::none_of(rule.units().begin(), rule.units().end(), [&](const std::string& unit) {
        return organisation.IsBelow(facts.unit, unit);
      })) {
    return facts.unit.empty() ? "no unit is named"
                              : "unit " + facts.unit + " is not below the rule's units";
  }
  if (!rule.systems().empty() &&
      std::find(rule.systems().begin(), rule.systems().end(), facts.system) ==
          rule.systems().end()) {
    return facts.system.empty() ? "no system is named"
                                : "system " + facts.system + " is not among the rule's";
  }
  if (rule.personal_data() != type::v1::ANSWER_UNSPECIFIED &&
      rule.personal_data() != facts.personal_data) {
    return "personal_data is " + type::v1::Answer_Name(facts.personal_data);
  }
  if (rule.national_security() != type::v1::ANSWER_UNSPECIFIED &&
      rule.national_security() != facts.national_security) {
    return "national_security is " + type::v1::Answer_Name(facts.national_security);
  }
  return std::nullopt;
}

struct Finding {
  Party party;
  std::string reason;
};

Finding HolderOf(organisation::v1::Role role, const std::string& unit,
                 const Organisation& organisation) {
  const std::string name = organisation::v1::Role_Name(role);
  const auto holders = organisation.HoldersAt(role, unit);
  const std::string where = unit.empty() ? "the municipality" : "unit " + unit;
  if (holders.empty()) return {{}, "nobody is " + name + " for " + where};
  return {{.login = holders.front()->login(), .role = role, .unit = unit},
          holders.front()->login() + " is " + name + " for " + where};
}

Finding Find(const RoutingRule& rule, const RoutedFacts& facts, const Organisation& organisation) {
  switch (rule.to()) {
    case organisation::v1::ROUTE_TO_SYSTEM_OWNER:
    case organisation::v1::ROUTE_TO_SYSTEM_ADMINISTRATOR: {
      const auto* system = organisation.FindSystem(facts.system);
      if (system == nullptr) {
        return {{}, facts.system.empty() ? "no system is named"
                                         : "system " + facts.system + " is not in the organisation"};
      }
      const bool owner = rule.to() == organisation::v1::ROUTE_TO_SYSTEM_OWNER;
      const std::string& login = owner ? system->owner() : system->administrator();
      const auto role =
          owner ? organisation::v1::SYSTEM_OWNER : organisation::v1::SYSTEM_ADMINISTRATOR;
      if (login.empty()) return {{}, "system " + system->id() + " has no administrator"};
      return {{.login = login, .role = role, .unit = system->unit()},
              login + " is " + organisation::v1::Role_Name(role) + " of system " + system->id()};
    }
    case organisation::v1::ROUTE_TO_UNIT_COORDINATOR:
      if (facts.unit.empty()) return {{}, "no unit is named"};
      if (organisation.FindUnit(facts.unit) == nullptr) {
        return {{}, "unit " + facts.unit + " is not in the organisation"};
      }
      return HolderOf(organisation::v1::COORDINATOR, facts.unit, organisation);
    case organisation::v1::ROUTE_TO_ROLE:
      return HolderOf(rule.role(), facts.unit, organisation);
    default:
      return {{}, "the rule names nobody"};
  }
}

}  // namespace

Route RouteCase(const RoutedFacts& facts, const Organisation& organisation) {
  Route route;
  auto draw_in = [&route](const Party& party) {
    const bool there =
        std::any_of(route.drawn_in.begin(), route.drawn_in.end(),
                    [&](const Party& other) { return other.login == party.login; });
    if (!there) route.drawn_in.push_back(party);
  };
  for (const RoutingRule& rule : organisation.proto().routing()) {
    if (!rule.draw_in() && !route.owner.login.empty()) continue;
    RoutingStep& step = route.steps.emplace_back();
    step.rule = rule.id();
    if (const auto mismatch = Mismatch(rule, facts, organisation); mismatch.has_value()) {
      step.reason = *mismatch;
      continue;
    }
    Finding finding = Find(rule, facts, organisation);
    step.reason = std::move(finding.reason);
    step.party = std::move(finding.party);
    step.matched = !step.party.login.empty();
    if (!step.matched) continue;
    if (rule.draw_in()) {
      step.effect = v1::ROUTING_EFFECT_DRAWN_IN;
      draw_in(step.party);
    } else {
      step.effect = v1::ROUTING_EFFECT_OWNER;
      route.owner = step.party;
    }
  }
  if (route.owner.login.empty()) {
    RoutingStep& step = route.steps.emplace_back();
    step.rule = "default";
    Finding finding = HolderOf(organisation::v1::INFORMATION_SECURITY_OFFICER, "", organisation);
    step.reason = std::move(finding.reason);
    step.party = std::move(finding.party);
    step.matched = !step.party.login.empty();
    if (step.matched) {
      step.effect = v1::ROUTING_EFFECT_OWNER;
      route.owner = step.party;
    }
  }
  std::erase_if(route.drawn_in,
                [&](const Party& party) { return party.login == route.owner.login; });
  return route;
}

}  // namespace avvik::triage
