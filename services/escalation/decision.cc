#include "services/escalation/decision.h"

#include <fmt/format.h>

#include <algorithm>


namespace avvik::escalation {
namespace {

const v1::RegimeResult* Find(const v1::StoredResults& results, const std::string& regime,
                             const std::string& entity) {
  const auto found =
      std::find_if(results.results().begin(), results.results().end(),
                   [&](const v1::RegimeResult& result) {
                     return result.regime() == regime && result.entity() == entity;
                   });
  return found == results.results().end() ? nullptr : &*found;
}

v1::ResultChange Change(const v1::RegimeResult& of, v1::AssessmentResult before,
                        v1::AssessmentResult after) {
  v1::ResultChange change;
  change.set_regime(of.regime());
  change.set_entity(of.entity());
  change.set_before(before);
  change.set_after(after);
  return change;
}

void AddAnswer(const char* name, Answer answer, std::vector<std::string>& lines) {
  if (answer == Answer::ANSWER_UNSPECIFIED) return;
  lines.push_back(fmt::format("{}={}", name, answer == Answer::ANSWER_YES ? "yes" : "no"));
}

std::string AnswerLine(const std::string& question, const CaseAnswer& answer) {
  std::string value;
  for (const std::string& choice : answer.choices) value += (value.empty() ? "" : ",") + choice;
  for (const AffectedUnit& affected : answer.units) {
    value += (value.empty() ? "" : ",") + affected.unit;
  }
  if (value.empty()) {
    value = answer.number ? std::to_string(*answer.number) : (answer.yes ? "yes" : "no");
  }
  return question + "=" + value;
}

Decision About(const CaseFacts& facts) {
  Decision decision;
  decision.tenant = facts.tenant;
  decision.case_id = facts.case_id;
  decision.facts = FactLines(facts);
  return decision;
}

}  // namespace

std::vector<std::string> FactLines(const CaseFacts& facts) {
  std::vector<std::string> lines;
  if (facts.kind != Kind::KIND_UNSPECIFIED) {
    lines.push_back("kind=" + type::v1::Kind_Name(facts.kind).substr(5));
  }
  if (facts.category != type::v1::CATEGORY_UNSPECIFIED) {
    lines.push_back("category=" + type::v1::Category_Name(facts.category).substr(9));
  }
  const char* properties[] = {"", "confidentiality", "accuracy", "availability", "traceability"};
  for (std::size_t i = 1; i < facts.impacts.size(); ++i) {
    if (facts.impacts[i] > 0) {
      lines.push_back(fmt::format("{}={}", properties[i], facts.impacts[i]));
    }
  }
  AddAnswer("personal_data", facts.personal_data, lines);
  AddAnswer("national_security", facts.national_security, lines);
  AddAnswer("ongoing", facts.ongoing, lines);
  AddAnswer("information_system", facts.information_system, lines);
  AddAnswer("risk_unlikely", facts.risk_unlikely, lines);
  if (facts.affected_persons) {
    lines.push_back(fmt::format("affected_persons={}", *facts.affected_persons));
  }
  if (facts.no_deviation) lines.push_back("no_deviation=yes");
  for (const auto& [question, answer] : facts.answers) {
    lines.push_back(AnswerLine(question, answer));
  }
  return lines;
}

v1::StoredResults ResultsOf(const std::vector<Pairing>& pairings) {
  v1::StoredResults results;
  for (const auto& [decision, duty] : pairings) {
    if (decision.version == nullptr) continue;
    v1::RegimeResult* result = results.add_results();
    result->set_regime(decision.regime->id);
    result->set_regime_version(decision.version->version);
    result->set_entity(decision.entity.unit);
    result->set_entity_name(decision.entity.name);
    result->set_result(decision.result);
    result->set_advised(decision.advised);
    result->set_documented(decision.documented);
  }
  return results;
}

std::vector<v1::ResultChange> ChangesBetween(const v1::StoredResults& before,
                                             const v1::StoredResults& after) {
  std::vector<v1::ResultChange> changes;
  for (const v1::RegimeResult& now : after.results()) {
    const v1::RegimeResult* was = Find(before, now.regime(), now.entity());
    const auto result = was == nullptr ? v1::ASSESSMENT_RESULT_UNSPECIFIED : was->result();
    if (result != now.result()) changes.push_back(Change(now, result, now.result()));
  }
  for (const v1::RegimeResult& was : before.results()) {
    if (Find(after, was.regime(), was.entity()) == nullptr) {
      changes.push_back(Change(was, was.result(), v1::ASSESSMENT_RESULT_UNSPECIFIED));
    }
  }
  return changes;
}

std::vector<Decision> DecisionsOfRules(const v1::StoredResults& before,
                                       const std::vector<Pairing>& pairings,
                                       const CaseFacts& facts) {
  std::vector<Decision> decisions;
  for (const auto& [decided, duty] : pairings) {
    if (decided.version == nullptr) continue;
    const v1::RegimeResult* was = Find(before, decided.regime->id, decided.entity.unit);
    const bool nothing = decided.result == v1::ASSESSMENT_RESULT_NOT_REQUIRED;
    if (was == nullptr && nothing && duty == nullptr && !decided.documented) continue;
    if (was != nullptr && was->result() == decided.result &&
        was->regime_version() == decided.version->version) {
      continue;
    }
    Decision& decision = decisions.emplace_back(About(facts));
    decision.regime = decided.regime->id;
    decision.regime_version = decided.version->version;
    decision.entity = decided.entity;
    decision.result = decided.result;
    if (was != nullptr) decision.before = was->result();
    if (duty != nullptr) decision.duty_id = duty->id;
    decision.reasons = decided.reasons;
  }
  return decisions;
}

std::optional<Decision> DecisionOfPerson(const Duty& before, const DutyOutcome& after,
                                         const CaseFacts& facts, absl::Time now) {
  if (after.changes.empty()) return std::nullopt;
  const DutyChange& change = after.changes.front();
  const bool ruled_out = change.kind == DutyChange::Kind::kRuledOut;
  if (!ruled_out && change.kind != DutyChange::Kind::kStageSubmitted) return std::nullopt;
  Decision decision = About(facts);
  decision.time = now;
  decision.regime = after.duty.regime;
  decision.regime_version = after.duty.regime_version;
  decision.entity = after.duty.entity;
  decision.duty_id = after.duty.id;
  decision.reasons = after.duty.reasons;
  decision.before = before.state == DutyState::DUTY_STATE_TO_ASSESS
                        ? v1::ASSESSMENT_RESULT_MAY_BE
                        : v1::ASSESSMENT_RESULT_REQUIRED;
  decision.person = after.person;
  if (ruled_out) {
    decision.cause = v1::DECISION_CAUSE_RULED_OUT;
    decision.result = v1::ASSESSMENT_RESULT_NOT_REQUIRED;
    decision.person = after.duty.rule_out_person;
    decision.statement = after.duty.rule_out_reason;
  } else {
    decision.cause = v1::DECISION_CAUSE_TOLD;
    decision.result = decision.before;
    decision.stage = change.stage;
  }
  return decision;
}

}  // namespace avvik::escalation
