#include "services/escalation/assessment_proto.h"

#include <algorithm>
#include <map>
#include <set>

#include "common/rpc/time.h"
#include "services/escalation/answers.h"
#include "services/escalation/duty_proto.h"
#include "services/escalation/pairing.h"

namespace avvik::escalation {
namespace {

using rpc::ToProtoTime;

v1::RegimeResult ToResult(const DutyDecision& decision, const Duty* duty, absl::CivilDay day) {
  v1::RegimeResult result;
  result.set_regime(decision.regime->id);
  result.set_regime_version(decision.version->version);
  result.set_title(decision.regime->title);
  result.set_entity(decision.entity.unit);
  result.set_entity_name(decision.entity.name);
  result.set_result(decision.result);
  result.set_advised(decision.advised);
  result.set_documented(decision.documented);
  if (decision.result == v1::ASSESSMENT_RESULT_HANDLED_ELSEWHERE) {
    result.set_handled_by(decision.handled_by.empty() ? decision.regime->id : decision.handled_by);
  }
  result.mutable_reasons()->Assign(decision.reasons.begin(), decision.reasons.end());
  result.mutable_questions()->Assign(decision.asks.begin(), decision.asks.end());
  result.mutable_missing_facts()->Assign(decision.missing.begin(), decision.missing.end());
  result.set_confidence(decision.version->confidence);
  if (const regimes::ReceiverRule* receiver = decision.version->ReceiverOn(day)) {
    *result.mutable_receiver() = ToProto(*receiver);
  }
  if (duty != nullptr) {
    result.set_duty_id(duty->id);
    result.set_duty_state(duty->state);
  }
  *result.mutable_aware_time() = ToProtoTime(decision.aware_time);
  return result;
}

// What is open, in the order of the questions.
void AddOpen(const std::vector<Pairing>& pairings, const regimes::QuestionBook& questions,
             v1::Assessment& proto) {
  std::map<std::size_t, v1::OpenQuestion> open;
  const auto add = [&](const std::string& id, const std::string& regime, bool for_register) {
    const v1::Question* question = questions.Find(id);
    if (question == nullptr) return;
    auto [entry, fresh] = open.try_emplace(questions.PlaceOf(id));
    v1::OpenQuestion& asked = entry->second;
    if (fresh) *asked.mutable_question() = *question;
    asked.set_for_register((fresh || asked.for_register()) && for_register);
    const auto& known = asked.regimes();
    if (std::find(known.begin(), known.end(), regime) == known.end()) asked.add_regimes(regime);
  };
  std::set<std::string> missing;
  for (const auto& [decision, duty] : pairings) {
    for (const std::string& id : decision.asks) add(id, decision.regime->id, false);
    for (const std::string& id : decision.document_asks) add(id, decision.regime->id, true);
    missing.insert(decision.missing.begin(), decision.missing.end());
  }
  for (auto& [place, asked] : open) *proto.add_open_questions() = std::move(asked);
  proto.mutable_missing_facts()->Assign(missing.begin(), missing.end());
}

}  // namespace

v1::Assessment ToProto(const AssessedCase& assessed, const regimes::RegimeCatalogue& regimes,
                       const organisation::Organisation& organisation, absl::Time now) {
  const CaseRecord& record = assessed.record;
  const absl::CivilDay day = absl::ToCivilDay(now, organisation.time_zone());
  v1::Assessment proto;
  proto.set_case_id(record.facts.case_id);
  proto.set_number(record.facts.number);
  const std::vector<Pairing> pairings =
      Pair(Assess(regimes, record.facts, organisation), assessed.duties);
  for (const auto& [decision, duty] : pairings) {
    if (decision.version != nullptr) *proto.add_results() = ToResult(decision, duty, day);
  }
  if (!record.erase_time) AddOpen(pairings, regimes.questions(), proto);
  for (v1::Answered& answer : ToProto(record.facts.answers, regimes.questions())) {
    *proto.add_answers() = std::move(answer);
  }
  *proto.mutable_aware_time() = ToProtoTime(record.facts.aware_time);
  proto.set_etag(EtagOf(record));
  if (record.erase_time) *proto.mutable_erase_time() = ToProtoTime(*record.erase_time);
  return proto;
}

v1::Decision ToProto(const Decision& decision) {
  v1::Decision proto;
  proto.set_decision_id(decision.id);
  *proto.mutable_time() = ToProtoTime(decision.time);
  proto.set_regime(decision.regime);
  proto.set_regime_version(decision.regime_version);
  proto.set_entity(decision.entity.unit);
  proto.set_entity_name(decision.entity.name);
  proto.set_result(decision.result);
  proto.set_before(decision.before);
  proto.set_cause(decision.cause);
  proto.set_person(decision.person);
  proto.mutable_facts()->Assign(decision.facts.begin(), decision.facts.end());
  proto.mutable_reasons()->Assign(decision.reasons.begin(), decision.reasons.end());
  proto.set_statement(decision.statement);
  proto.set_duty_id(decision.duty_id);
  proto.set_stage(decision.stage);
  return proto;
}

v1::Breach ToBreach(const AssessedCase& assessed, const regimes::RegimeCatalogue& regimes,
                    const organisation::Organisation& organisation, absl::Time now) {
  const CaseFacts& facts = assessed.record.facts;
  v1::Breach proto;
  proto.set_case_id(facts.case_id);
  proto.set_number(facts.number);
  proto.set_unit(facts.unit);
  *proto.mutable_aware_time() = ToProtoTime(facts.aware_time);
  if (facts.close_time) *proto.mutable_close_time() = ToProtoTime(*facts.close_time);
  proto.set_kind(facts.kind);
  proto.set_category(facts.category);
  for (std::size_t property = 1; property < facts.impacts.size(); ++property) {
    if (facts.impacts[property] == 0) continue;
    type::v1::Impact* impact = proto.add_impacts();
    impact->set_property(static_cast<SecurityProperty>(property));
    impact->set_level(facts.impacts[property]);
  }
  if (facts.affected_persons) proto.set_affected_persons(*facts.affected_persons);
  v1::Assessment whole = ToProto(assessed, regimes, organisation, now);
  *proto.mutable_answers() = std::move(*whole.mutable_answers());
  std::set<std::string> documented;
  for (v1::RegimeResult& result : *whole.mutable_results()) {
    if (!result.documented()) continue;
    documented.insert(result.regime());
    *proto.add_results() = std::move(result);
  }
  for (const Duty& duty : assessed.duties) {
    if (!documented.contains(duty.regime)) continue;
    *proto.add_duties() = ToProto(duty, regimes, organisation.time_zone(), now);
  }
  if (assessed.record.erase_time) {
    *proto.mutable_erase_time() = ToProtoTime(*assessed.record.erase_time);
  }
  return proto;
}

}  // namespace avvik::escalation
