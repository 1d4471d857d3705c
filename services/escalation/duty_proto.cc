#include "services/escalation/duty_proto.h"

#include <algorithm>

#include "common/rpc/time.h"

namespace avvik::escalation {
namespace {

using rpc::ToProtoTime;

// The instant by which the receiver is chosen.
absl::Time TellingTime(const Duty& duty, absl::Time now) {
  if (IsOpen(duty)) return now;
  std::optional<absl::Time> last;
  for (const DutyStage& stage : duty.stages) {
    if (stage.submit_time) last = std::max(last.value_or(*stage.submit_time), *stage.submit_time);
  }
  return last.value_or(now);
}

void AddStage(const DutyStage& stage, const StageRule* rule, v1::Duty& proto) {
  v1::DutyStage* entry = proto.add_stages();
  entry->set_stage(stage.id);
  entry->set_title(rule == nullptr ? stage.id : rule->title);
  entry->set_state(stage.state);
  if (stage.times.target) *entry->mutable_target_time() = ToProtoTime(*stage.times.target);
  if (stage.times.outer) *entry->mutable_outer_time() = ToProtoTime(*stage.times.outer);
  if (stage.times.remind) *entry->mutable_remind_time() = ToProtoTime(*stage.times.remind);
  if (stage.submit_time) *entry->mutable_submit_time() = ToProtoTime(*stage.submit_time);
  entry->set_external_id(stage.external_id);
  entry->set_reason(stage.reason);
  entry->set_statutory(stage.statutory);
  entry->set_dossier_version(stage.dossier_version);
}

void AddRules(const RegimeVersion& version, absl::CivilDay day, v1::Duty& proto) {
  if (const regimes::ReceiverRule* receiver = version.ReceiverOn(day)) {
    *proto.mutable_receiver() = ToProto(*receiver);
  }
  proto.set_confidence(version.confidence);
  proto.set_language(version.language);
  proto.mutable_secrecy()->Assign(version.secrecy.begin(), version.secrecy.end());
}

}  // namespace

v1::Receiver ToProto(const regimes::ReceiverRule& receiver) {
  v1::Receiver proto;
  proto.set_name(receiver.name);
  proto.set_channel(receiver.channel);
  proto.set_url(receiver.url);
  proto.set_contact(receiver.contact);
  proto.mutable_never()->Assign(receiver.never.begin(), receiver.never.end());
  return proto;
}

v1::Duty ToProto(const Duty& duty, const RegimeCatalogue& regimes, absl::TimeZone zone,
                 absl::Time now) {
  const Regime* regime = regimes.Find(duty.regime);
  const RegimeVersion* version =
      regime == nullptr ? nullptr : regime->FindVersion(duty.regime_version);
  v1::Duty proto;
  proto.set_duty_id(duty.id);
  proto.set_case_id(duty.case_id);
  proto.set_number(duty.number);
  proto.set_regime(duty.regime);
  proto.set_regime_version(duty.regime_version);
  proto.set_title(regime == nullptr ? duty.regime : regime->title);
  proto.set_entity(duty.entity.unit);
  proto.set_entity_name(duty.entity.name);
  proto.set_state(duty.state);
  proto.mutable_reasons()->Assign(duty.reasons.begin(), duty.reasons.end());
  *proto.mutable_aware_time() = ToProtoTime(duty.aware_time);
  for (const DutyStage& stage : duty.stages) {
    AddStage(stage, version == nullptr ? nullptr : version->FindStage(stage.id), proto);
  }
  if (version != nullptr) {
    AddRules(*version, absl::ToCivilDay(TellingTime(duty, now), zone), proto);
  }
  proto.set_rule_out_reason(duty.rule_out_reason);
  *proto.mutable_create_time() = ToProtoTime(duty.create_time);
  *proto.mutable_update_time() = ToProtoTime(duty.update_time);
  if (duty.erase_time) *proto.mutable_erase_time() = ToProtoTime(*duty.erase_time);
  proto.set_etag(EtagOf(duty));
  return proto;
}

DutyFilter FilterFromProto(const v1::ListDutiesRequest& request) {
  DutyFilter filter;
  filter.case_reference = request.case_id();
  for (const int state : request.states()) filter.states.push_back(static_cast<DutyState>(state));
  filter.regime = request.regime();
  return filter;
}

Submission SubmissionFromProto(const v1::SubmitStageRequest& request) {
  Submission submission{
      .stage = request.stage(), .external_id = request.external_id(), .reason = request.reason()};
  submission.dossier_version = request.dossier_version();
  if (request.has_submit_time()) submission.submit_time = rpc::FromProtoTime(request.submit_time());
  return submission;
}

}  // namespace avvik::escalation
