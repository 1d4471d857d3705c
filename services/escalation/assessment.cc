#include "services/escalation/assessment.h"

#include <algorithm>
#include <set>

#include "common/deadline/instant.h"
#include "common/deadline/office_hours.h"
#include "services/escalation/evaluate.h"

namespace avvik::escalation {
namespace {

// One who would have a duty: the unit that is hit, and when it was known there.
struct Hit {
  std::string unit;
  absl::Time aware_time;
};

std::vector<Hit> HitsOf(const std::string& question, const CaseFacts& facts) {
  const auto answer = facts.answers.find(question);
  if (answer == facts.answers.end() || answer->second.units.empty()) {
    return {{facts.unit, facts.aware_time}};
  }
  std::vector<Hit> hits;
  for (const AffectedUnit& affected : answer->second.units) {
    hits.push_back({affected.unit, affected.aware_time.value_or(facts.aware_time)});
  }
  return hits;
}

const organisation::v1::Unit& Resolve(v1::EntityUnit kind, const std::string& unit,
                                      const organisation::Organisation& organisation) {
  const bool whole = kind == v1::ENTITY_UNIT_OPERATOR || kind == v1::ENTITY_UNIT_CARE_PROVIDER;
  return whole ? organisation.OperatorOf(unit) : organisation.ControllerOf(unit);
}

// The exemption that is known to hold; null when none is. Looks at all of them for the reasons. Asks
// when it is known that there is something to be exempt from.
const regimes::ExemptionRule* HoldingExemption(const RegimeVersion& version,
                                               const Situation& situation, DutyDecision& decision) {
  const bool in_turn = decision.asks.empty();
  const regimes::ExemptionRule* holding = nullptr;
  for (const regimes::ExemptionRule& exemption : version.exemptions) {
    if (!exemption.when) continue;
    const Finding found = Evaluate(*exemption.when, situation);
    AddNew(found.reasons, decision.reasons);
    if (found.truth == Truth::kYes) {
      if (holding == nullptr) holding = &exemption;
      if (found.settled()) continue;
    }
    if (in_turn) AddNew(found.asks, decision.asks);
    AddNew(found.missing, decision.missing);
  }
  return holding;
}

// Sets need and result by what the version makes of a condition that is not exempted.
void Conclude(Truth truth, const RegimeVersion& version, const Situation& situation,
              DutyDecision& decision) {
  if (truth == Truth::kNo) return;
  if (version.duty == v1::DUTY_KIND_VOLUNTARY) {
    decision.advised = truth == Truth::kYes;
    return;
  }
  if (version.duty == v1::DUTY_KIND_REDIRECT) {
    decision.result = truth == Truth::kYes ? v1::ASSESSMENT_RESULT_HANDLED_ELSEWHERE
                                           : v1::ASSESSMENT_RESULT_MAY_BE;
    return;
  }
  if (truth == Truth::kYes) {
    decision.need = Need::kRequired;
    decision.result = v1::ASSESSMENT_RESULT_REQUIRED;
    return;
  }
  const bool presumed = version.presumed_when &&
                        Evaluate(*version.presumed_when, situation).truth != Truth::kNo;
  decision.need = presumed ? Need::kToAssess : Need::kMayBe;
  decision.result = v1::ASSESSMENT_RESULT_MAY_BE;
}

// What an exemption that holds makes of a decision; nothing else matters then.
void Exempt(const std::string& handled_by, DutyDecision& decision) {
  decision.need = Need::kNone;
  decision.advised = false;
  decision.handled_by = handled_by;
  decision.result = handled_by.empty() ? v1::ASSESSMENT_RESULT_NOT_REQUIRED
                                       : v1::ASSESSMENT_RESULT_HANDLED_ELSEWHERE;
  decision.asks.clear();
  decision.missing.clear();
}

void Try(const RegimeVersion& version, const Situation& situation, DutyDecision& decision) {
  const Finding applies = Evaluate(version.applies_when, situation);
  decision.reasons = applies.reasons;
  decision.asks = applies.asks;
  decision.missing = applies.missing;
  decision.documented = version.documented && applies.truth == Truth::kYes;
  Conclude(applies.truth, version, situation, decision);
  // What does not apply needs no exemption; that can only matter once the rest is known.
  if (applies.truth == Truth::kNo) return;
  if (version.unless) {
    const Finding unless = Evaluate(*version.unless, situation);
    AddNew(unless.reasons, decision.reasons);
    if (decision.asks.empty()) decision.asks = unless.asks;
    AddNew(unless.missing, decision.missing);
    // An exemption must be shown to hold; not knowing exempts nobody.
    if (unless.truth == Truth::kYes) Exempt("", decision);
  }
  if (const auto* exemption = HoldingExemption(version, situation, decision)) {
    Exempt(exemption->handled_by, decision);
  }
}

void AskForDocumentation(const CaseFacts& facts, DutyDecision& decision) {
  if (!decision.documented) return;
  for (const std::string& question : decision.version->document_questions) {
    if (!facts.answers.contains(question)) decision.document_asks.push_back(question);
  }
}

DutyDecision AssessHit(const Regime& regime, const CaseFacts& facts, const Hit& hit,
                       const organisation::Organisation& organisation) {
  DutyDecision decision{.regime = &regime, .aware_time = hit.aware_time};
  const absl::CivilDay day = absl::ToCivilDay(hit.aware_time, organisation.time_zone());
  const RegimeVersion* version = regime.VersionOn(day);
  if (version == nullptr || version->disabled) {
    decision.reasons = {"no rule holds on " + deadline::FormatDay(day)};
    return decision;
  }
  decision.version = version;
  const organisation::v1::Unit& entity = Resolve(version->entity_unit, hit.unit, organisation);
  decision.entity = {entity.id(), entity.name()};
  if (facts.no_deviation) {
    decision.reasons = {"the case was closed: nothing had gone wrong"};
    return decision;
  }
  const std::set<std::string> none;
  Try(*version, {facts, none, entity.type()}, decision);
  const bool open = decision.result == v1::ASSESSMENT_RESULT_REQUIRED ||
                    decision.result == v1::ASSESSMENT_RESULT_MAY_BE;
  if (open && !version->entity_question.empty() &&
      !facts.answers.contains(version->entity_question)) {
    decision.asks.push_back(version->entity_question);
  }
  AskForDocumentation(facts, decision);
  return decision;
}

}  // namespace

deadline::Calendar CalendarOf(const organisation::Organisation& organisation) {
  // Empty means the usual hours; anything else the check of the organisation has read before.
  const auto office = deadline::ParseOfficeHours(organisation.proto().office_hours());
  return {organisation.time_zone(),
          organisation.proto().country() == organisation::v1::DK ? deadline::Country::kDenmark
                                                                 : deadline::Country::kSweden,
          office.value_or(deadline::OfficeHours())};
}

std::vector<DutyDecision> AssessRegime(const Regime& regime, const CaseFacts& facts,
                                       const organisation::Organisation& organisation) {
  const RegimeVersion* version =
      regime.VersionOn(absl::ToCivilDay(facts.aware_time, organisation.time_zone()));
  const std::string question = version == nullptr ? "" : version->entity_question;
  std::vector<DutyDecision> decisions;
  for (const Hit& hit : HitsOf(question, facts)) {
    DutyDecision decision = AssessHit(regime, facts, hit, organisation);
    const auto same = std::find_if(
        decisions.begin(), decisions.end(),
        [&](const DutyDecision& other) { return other.entity == decision.entity; });
    if (same == decisions.end()) {
      decisions.push_back(std::move(decision));
    } else if (decision.aware_time < same->aware_time) {
      // Whoever of them knew first, the entity knew.
      *same = std::move(decision);
    }
  }
  return decisions;
}

std::vector<DutyDecision> Assess(const RegimeCatalogue& catalogue, const CaseFacts& facts,
                                 const organisation::Organisation& organisation) {
  const deadline::Country country = CalendarOf(organisation).country;
  std::vector<DutyDecision> decisions;
  for (const Regime& regime : catalogue.regimes()) {
    if (!regime.HoldsIn(country)) continue;
    for (DutyDecision& decision : AssessRegime(regime, facts, organisation)) {
      decisions.push_back(std::move(decision));
    }
  }
  return decisions;
}

}  // namespace avvik::escalation
