#include "services/escalation/escalation_events.h"

#include <memory>
#include <utility>

#include "common/events/outbox.h"
#include "common/rpc/time.h"

namespace avvik::escalation {
namespace {

using rpc::ToProtoTime;

template <typename Message>
std::unique_ptr<google::protobuf::Message> About(const v1::DutyFacts& facts) {
  auto message = std::make_unique<Message>();
  *message->mutable_facts() = facts;
  return message;
}

template <typename Message>
std::unique_ptr<google::protobuf::Message> AboutStage(const v1::DutyFacts& facts,
                                                      const std::string& stage) {
  auto message = std::make_unique<Message>();
  *message->mutable_facts() = facts;
  message->set_stage(stage);
  return message;
}

std::unique_ptr<google::protobuf::Message> DataOf(const DutyChange& change,
                                                  const v1::DutyFacts& facts) {
  switch (change.kind) {
    case DutyChange::Kind::kFound:
      return About<v1::DutyFound>(facts);
    case DutyChange::Kind::kChanged:
      return About<v1::DutyChanged>(facts);
    case DutyChange::Kind::kRuledOut:
      return About<v1::DutyRuledOut>(facts);
    case DutyChange::Kind::kStageDueSoon:
      return AboutStage<v1::StageDueSoon>(facts, change.stage);
    case DutyChange::Kind::kStageOverdue:
      return AboutStage<v1::StageOverdue>(facts, change.stage);
    case DutyChange::Kind::kStageSubmitted:
      return AboutStage<v1::StageSubmitted>(facts, change.stage);
  }
  return About<v1::DutyChanged>(facts);
}

}  // namespace

v1::DutyFacts FactsOf(const Duty& duty) {
  v1::DutyFacts facts;
  facts.set_duty_id(duty.id);
  facts.set_case_id(duty.case_id);
  facts.set_number(duty.number);
  facts.set_regime(duty.regime);
  facts.set_entity(duty.entity.unit);
  facts.set_state(duty.state);
  *facts.mutable_aware_time() = ToProtoTime(duty.aware_time);
  for (const DutyStage& stage : duty.stages) {
    v1::StageFacts* entry = facts.add_stages();
    entry->set_stage(stage.id);
    entry->set_state(stage.state);
    if (stage.times.target) *entry->mutable_target_time() = ToProtoTime(*stage.times.target);
    if (stage.submit_time) *entry->mutable_submit_time() = ToProtoTime(*stage.submit_time);
    entry->set_statutory(stage.statutory);
  }
  *facts.mutable_create_time() = ToProtoTime(duty.create_time);
  return facts;
}

std::vector<events::v1::Event> EventsOf(IdSource& ids, const DutyOutcome& outcome, absl::Time now,
                                        const std::string& trace_parent) {
  const v1::DutyFacts facts = FactsOf(outcome.duty);
  std::int64_t version = outcome.duty.version - static_cast<std::int64_t>(outcome.changes.size());
  std::vector<events::v1::Event> events;
  for (const DutyChange& change : outcome.changes) {
    events.push_back(events::MakeEvent(ids, "escalation",
                                       {.tenant = outcome.duty.tenant,
                                        .subject = "duties/" + outcome.duty.id,
                                        .subject_version = ++version,
                                        .time = now,
                                        .trace_parent = trace_parent},
                                       *DataOf(change, facts)));
  }
  return events;
}

events::v1::Event DossierEvent(IdSource& ids, const Duty& duty, const StageDossier& dossier,
                               int version, const std::string& person, absl::Time now,
                               const std::string& trace_parent) {
  v1::DossierChanged changed;
  *changed.mutable_facts() = FactsOf(duty);
  changed.set_stage(dossier.stage);
  changed.set_version(version);
  changed.set_state(StateOf(dossier, version));
  changed.set_person(person);
  changed.set_receipts(static_cast<int>(dossier.receipts.size()));
  changed.set_returned(changed.state() == v1::DOSSIER_STATE_DRAFT &&
                       dossier.LastStep(version, DossierStepKind::kReturned) != nullptr);
  const std::size_t changes =
      dossier.versions.size() + dossier.steps.size() + dossier.receipts.size();
  return events::MakeEvent(ids, "escalation",
                           {.tenant = duty.tenant,
                            .subject = "duties/" + duty.id + "/dossiers/" + dossier.stage,
                            .subject_version = static_cast<std::int64_t>(changes),
                            .time = now,
                            .trace_parent = trace_parent},
                           changed);
}

}  // namespace avvik::escalation
