#include "services/escalation/dossier_proto.h"

#include <algorithm>
#include <utility>

#include "common/rpc/time.h"
#include "services/escalation/dossier_fill.h"
#include "services/escalation/duty_proto.h"

namespace avvik::escalation {
namespace {

using organisation::Organisation;
using rpc::ToProtoTime;

v1::DossierDeed DeedOf(const std::string& person, absl::Time time,
                       const Organisation& organisation) {
  v1::DossierDeed deed;
  deed.set_person(person);
  const auto* known = organisation.FindPersonById(person);
  if (known != nullptr) deed.set_person_name(known->name());
  *deed.mutable_time() = ToProtoTime(time);
  return deed;
}

v1::DossierDeed DeedOf(const DossierStep& step, const Organisation& organisation) {
  return DeedOf(step.person, step.time, organisation);
}

const DutyStage* FindStage(const Duty& duty, const std::string& id) {
  for (const DutyStage& stage : duty.stages) {
    if (stage.id == id) return &stage;
  }
  return nullptr;
}

v1::DossierVersion InShort(const StageDossier& dossier, const DossierVersion& version,
                           const Organisation& organisation) {
  v1::DossierVersion proto;
  proto.set_version(version.version);
  proto.set_state(StateOf(dossier, version.version));
  *proto.mutable_written() = DeedOf(version.person, version.time, organisation);
  const auto step = [&](DossierStepKind kind) { return dossier.LastStep(version.version, kind); };
  if (const auto* asked = step(DossierStepKind::kReviewAsked)) {
    *proto.mutable_review_asked() = DeedOf(*asked, organisation);
  }
  if (const auto* approved = step(DossierStepKind::kApproved)) {
    *proto.mutable_approved() = DeedOf(*approved, organisation);
  }
  if (const auto* returned = step(DossierStepKind::kReturned)) {
    *proto.mutable_returned() = DeedOf(*returned, organisation);
  }
  if (const auto* sent = step(DossierStepKind::kSent)) {
    *proto.mutable_sent() = DeedOf(*sent, organisation);
  }
  return proto;
}

void AddCase(const CaseFacts& facts, const Duty& duty, v1::DossierCase& proto) {
  proto.set_case_id(duty.case_id);
  proto.set_number(duty.number);
  proto.set_kind(facts.kind);
  proto.set_category(facts.category);
  proto.set_severity(facts.severity);
  for (std::size_t i = 1; i < facts.impacts.size(); ++i) {
    if (facts.impacts[i] == 0) continue;
    type::v1::Impact* impact = proto.add_impacts();
    impact->set_property(static_cast<SecurityProperty>(i));
    impact->set_level(facts.impacts[i]);
  }
  proto.set_ongoing(facts.ongoing);
  proto.set_personal_data(facts.personal_data);
  if (facts.affected_persons) proto.set_affected_persons(*facts.affected_persons);
  if (facts.occur_time) *proto.mutable_occur_time() = ToProtoTime(*facts.occur_time);
  if (facts.report_time) *proto.mutable_detect_time() = ToProtoTime(*facts.report_time);
  *proto.mutable_aware_time() = ToProtoTime(duty.aware_time);
  if (facts.close_time) *proto.mutable_close_time() = ToProtoTime(*facts.close_time);
}

void AddDuty(const DossierFile& file, const DossierRules& rules, const DossierPlace& place,
             v1::Dossier& proto) {
  const Duty& duty = file.duty;
  const Regime* regime = place.regimes.Find(duty.regime);
  proto.set_duty_id(duty.id);
  proto.set_stage(rules.stage.id);
  proto.set_stage_title(rules.stage.title);
  proto.set_regime(duty.regime);
  proto.set_regime_version(duty.regime_version);
  proto.set_regime_title(regime == nullptr ? duty.regime : regime->title);
  proto.set_legal_basis(rules.version.legal_basis);
  proto.set_language(rules.version.language);
  proto.mutable_secrecy()->Assign(rules.version.secrecy.begin(), rules.version.secrecy.end());
  proto.set_fields_confidence(rules.stage.fields_confidence);
  proto.set_municipality(place.organisation.proto().name());
  proto.set_entity(duty.entity.unit);
  proto.set_entity_name(duty.entity.name);
  proto.set_registration_number(RegistrationNumberOf(place.organisation, duty.entity.unit));
  if (const auto* contact = ContactFor(place.organisation, duty)) {
    proto.mutable_contact()->set_name(contact->name());
    proto.mutable_contact()->set_email(contact->email());
    proto.mutable_contact()->set_phone(contact->phone());
  }
  AddCase(file.facts, duty, *proto.mutable_case_());
}

// The stage as it stands: told when, by what number, and whether late.
void AddStage(const DossierFile& file, const DossierRules& rules, const FieldValues& values,
              const DossierPlace& place, v1::Dossier& proto) {
  const DutyStage* stage = FindStage(file.duty, rules.stage.id);
  const absl::Time told =
      stage == nullptr ? place.now : stage->submit_time.value_or(place.now);
  const absl::CivilDay day = absl::ToCivilDay(told, place.organisation.time_zone());
  if (const regimes::ReceiverRule* receiver = rules.version.ReceiverOn(day)) {
    *proto.mutable_receiver() = ToProto(*receiver);
  }
  if (stage == nullptr) return;
  proto.set_stage_state(stage->state);
  if (stage->times.target) *proto.mutable_target_time() = ToProtoTime(*stage->times.target);
  if (stage->submit_time) *proto.mutable_submit_time() = ToProtoTime(*stage->submit_time);
  proto.set_external_id(stage->external_id);
  proto.set_late(IsLate(*stage, place.now));
  if (!proto.late()) return;
  proto.set_late_reasons(LateReasonsIn(rules.stage, values));
  if (proto.late_reasons().empty() && stage->submit_time) proto.set_late_reasons(stage->reason);
  proto.set_late_reasons_owed(rules.stage.late_reasons && proto.late_reasons().empty());
}

void AddField(const v1::StageField& field, const DossierRules& rules, const FieldValues& values,
              const FieldValues& filled, v1::Dossier& proto) {
  v1::DossierField* entry = proto.add_fields();
  entry->set_field(field.id());
  entry->set_label(field.label());
  entry->set_help(field.help());
  entry->set_number(field.number());
  entry->set_kind(field.kind());
  entry->set_required(field.required());
  if (const v1::OptionList* list = rules.version.OptionsOf(field)) {
    *entry->mutable_options() = list->options();
  }
  const auto value = values.find(field.id());
  if (value != values.end()) {
    *entry->mutable_value() = value->second.value;
    entry->set_origin(value->second.origin);
  }
  const auto now = filled.find(field.id());
  const bool news = now != filled.end() &&
                    (value == values.end() || !Same(value->second.value, now->second.value));
  if (news) {
    *entry->mutable_suggestion() = now->second.value;
    entry->set_suggestion_origin(now->second.origin);
  }
}

void AddProblems(const DossierRules& rules, const FieldValues& values, v1::Dossier& proto) {
  for (const v1::DossierProblem& problem : ProblemsIn(rules, values)) {
    *proto.add_problems() = problem;
    if (problem.kind() == v1::PROBLEM_KIND_MISSING) proto.add_missing(problem.field());
    for (v1::DossierField& field : *proto.mutable_fields()) {
      if (field.field() == problem.field()) *field.add_problems() = problem;
    }
  }
}

void AddTicks(const StageDossier& dossier, v1::Dossier& proto) {
  const auto ticks = dossier.ticks.find(proto.version());
  if (ticks == dossier.ticks.end()) return;
  for (v1::DossierField& field : *proto.mutable_fields()) {
    if (!ticks->second.contains(field.field())) continue;
    field.set_ticked(true);
    proto.add_ticked(field.field());
  }
}

// What became of the version that is shown.
void AddVersion(const StageDossier& dossier, const DossierVersion& version,
                const DossierPlace& place, v1::Dossier& proto) {
  const v1::DossierVersion shown = InShort(dossier, version, place.organisation);
  proto.set_version(version.version);
  proto.set_state(shown.state());
  *proto.mutable_written() = shown.written();
  if (shown.has_review_asked()) *proto.mutable_review_asked() = shown.review_asked();
  if (shown.has_approved()) *proto.mutable_approved() = shown.approved();
  if (shown.has_returned()) *proto.mutable_returned() = shown.returned();
  if (shown.has_sent()) *proto.mutable_sent() = shown.sent();
  const auto statement = [&](DossierStepKind kind) {
    const DossierStep* step = dossier.LastStep(version.version, kind);
    return step == nullptr ? std::string() : step->statement;
  };
  proto.set_override_reason(statement(DossierStepKind::kApproved));
  proto.set_return_reason(statement(DossierStepKind::kReturned));
  proto.set_approvable(proto.newest() && shown.state() == v1::DOSSIER_STATE_IN_REVIEW &&
                       !place.person.empty() && place.person != version.person);
}

}  // namespace

FieldValues FilledIn(const DossierFile& file, const DossierRules& rules,
                     const RegimeCatalogue& regimes, const Organisation& organisation) {
  return FillIn(rules, {.duty = file.duty,
                        .facts = file.facts,
                        .organisation = organisation,
                        .questions = regimes.questions(),
                        .others = file.others});
}

v1::Dossier ToProto(const DossierFile& file, const DossierRules& rules, int version,
                    const DossierPlace& place) {
  const StageDossier& dossier = file.dossier;
  const DossierVersion* shown = version == 0 ? dossier.newest() : dossier.Find(version);
  const FieldValues filled =
      file.duty.erase_time ? FieldValues()
                           : FilledIn(file, rules, place.regimes, place.organisation);
  const FieldValues values =
      shown == nullptr ? filled : shown->values.value_or(FieldValues());
  v1::Dossier proto;
  AddDuty(file, rules, place, proto);
  AddStage(file, rules, values, place, proto);
  proto.set_newest(shown == dossier.newest());
  proto.set_state(v1::DOSSIER_STATE_DRAFT);
  for (const v1::StageField& field : rules.stage.fields) {
    AddField(field, rules, values, filled, proto);
  }
  AddProblems(rules, values, proto);
  if (shown != nullptr) AddVersion(dossier, *shown, place, proto);
  AddTicks(dossier, proto);
  for (auto one = dossier.versions.rbegin(); one != dossier.versions.rend(); ++one) {
    *proto.add_versions() = InShort(dossier, *one, place.organisation);
  }
  for (const Receipt& receipt : dossier.receipts) {
    *proto.add_receipts() = ToProto(receipt, place.organisation);
  }
  proto.set_etag(EtagOf(dossier));
  return proto;
}

v1::DossierReceipt ToProto(const Receipt& receipt, const Organisation& organisation) {
  v1::DossierReceipt proto;
  proto.set_receipt_id(receipt.id);
  proto.set_kind(receipt.kind);
  proto.set_filename(receipt.filename);
  proto.set_media_type(receipt.media_type);
  proto.set_size(receipt.size);
  proto.set_sha256(receipt.sha256);
  *proto.mutable_attached() = DeedOf(receipt.person, receipt.time, organisation);
  return proto;
}

}  // namespace avvik::escalation
