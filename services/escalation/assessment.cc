#include "services/escalation/assessment.h"

#include <algorithm>
#include <set>

#include "common/deadline/instant.h"

namespace avvik::escalation {
namespace {

void AddNew(const std::vector<std::string>& more, std::vector<std::string>& reasons) {
  for (const std::string& reason : more) {
    if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end())
      reasons.push_back(reason);
  }
}

Need NeedOf(Truth truth) {
  switch (truth) {
    case Truth::kYes:
      return Need::kRequired;
    case Truth::kUnknown:
      return Need::kToAssess;
    case Truth::kNo:
      break;
  }
  return Need::kNone;
}

Entity Resolve(v1::EntityUnit kind, const std::string& unit,
               const organisation::Organisation& organisation) {
  const organisation::v1::Unit& found = kind == v1::ENTITY_UNIT_CONTROLLER
                                            ? organisation.ControllerOf(unit)
                                            : organisation.OperatorOf(unit);
  return {found.id(), found.name()};
}

}  // namespace

deadline::Calendar CalendarOf(const organisation::Organisation& organisation) {
  return {organisation.time_zone(), organisation.proto().country() == organisation::v1::DK
                                        ? deadline::Country::kDenmark
                                        : deadline::Country::kSweden};
}

DutyDecision AssessRegime(const Regime& regime, const CaseFacts& facts,
                          const organisation::Organisation& organisation) {
  DutyDecision decision{.regime = &regime};
  const absl::CivilDay day = absl::ToCivilDay(facts.aware_time, organisation.time_zone());
  const RegimeVersion* version = regime.VersionOn(day);
  if (version == nullptr || version->disabled) {
    decision.reasons = {"no rule holds on " + deadline::FormatDay(day)};
    return decision;
  }
  decision.version = version;
  decision.entity = Resolve(version->entity_unit, facts.unit, organisation);
  if (facts.no_deviation) {
    decision.reasons = {"the case was closed: nothing had gone wrong"};
    return decision;
  }
  const std::set<std::string> none;
  const Situation situation{facts, none};
  const Finding applies = Evaluate(version->applies_when, situation);
  decision.need = NeedOf(applies.truth);
  decision.reasons = applies.reasons;
  if (version->unless && decision.need != Need::kNone) {
    const Finding unless = Evaluate(*version->unless, situation);
    // An exemption must be shown to hold; not knowing exempts nobody.
    if (unless.truth == Truth::kYes) decision.need = Need::kNone;
    AddNew(unless.reasons, decision.reasons);
  }
  return decision;
}

std::vector<DutyDecision> Assess(const RegimeCatalogue& catalogue, const CaseFacts& facts,
                                 const organisation::Organisation& organisation) {
  const deadline::Country country = CalendarOf(organisation).country;
  std::vector<DutyDecision> decisions;
  for (const Regime& regime : catalogue.regimes()) {
    if (regime.country == country) {
      decisions.push_back(AssessRegime(regime, facts, organisation));
    }
  }
  return decisions;
}

}  // namespace avvik::escalation
