#include "services/triage/case_proto.h"

#include "common/campaigns/campaign_rules.h"
#include "common/rpc/time.h"
#include "services/triage/case_states.h"

namespace avvik::triage {

using rpc::FromProtoTime;
using rpc::ToProtoTime;

v1::Party ToProto(const Party& party, const organisation::Organisation* organisation) {
  v1::Party proto;
  proto.set_login(party.login);
  proto.set_role(party.role);
  proto.set_unit(party.unit);
  const auto* person = organisation == nullptr ? nullptr : organisation->FindPerson(party.login);
  if (person != nullptr) proto.set_name(person->name());
  return proto;
}

v1::RoutingStep ToProto(const RoutingStep& step, const organisation::Organisation* organisation) {
  v1::RoutingStep proto;
  proto.set_rule(step.rule);
  proto.set_matched(step.matched);
  proto.set_reason(step.reason);
  if (!step.party.login.empty()) *proto.mutable_party() = ToProto(step.party, organisation);
  proto.set_effect(step.effect);
  return proto;
}

v1::Case ToProto(const Case& subject, const organisation::Organisation* organisation) {
  v1::Case proto;
  proto.set_case_id(subject.id);
  proto.set_number(subject.number);
  proto.set_report_id(subject.report_id);
  proto.set_title(subject.title);
  proto.set_state(subject.state);
  proto.set_unit(subject.unit);
  proto.set_system(subject.system);
  proto.set_category(subject.category);
  *proto.mutable_classification() = subject.classification;
  if (!subject.owner.login.empty()) *proto.mutable_owner() = ToProto(subject.owner, organisation);
  for (const Party& party : subject.drawn_in) *proto.add_drawn_in() = ToProto(party, organisation);
  proto.set_sphere(SphereOf(subject));
  for (const Party& party : subject.named) *proto.add_named() = ToProto(party, organisation);
  if (subject.occurred.has_value()) *proto.mutable_occurred_time() = ToProtoTime(*subject.occurred);
  if (subject.discovered.has_value()) {
    *proto.mutable_discovered_time() = ToProtoTime(*subject.discovered);
  }
  *proto.mutable_aware_time() = ToProtoTime(subject.aware);
  *proto.mutable_report_time() = ToProtoTime(subject.reported);
  *proto.mutable_open_time() = ToProtoTime(subject.opened);
  if (subject.due.has_value()) *proto.mutable_due_time() = ToProtoTime(*subject.due);
  if (subject.acknowledged.has_value()) {
    *proto.mutable_acknowledge_time() = ToProtoTime(*subject.acknowledged);
  }
  if (subject.closed.has_value()) *proto.mutable_close_time() = ToProtoTime(*subject.closed);
  proto.set_resolution(subject.resolution);
  proto.set_outcome(subject.outcome);
  proto.set_reopen_count(subject.reopen_count);
  for (const Note& note : subject.notes) {
    v1::Note* entry = proto.add_notes();
    entry->set_note_id(note.id);
    entry->set_text(note.text);
    *entry->mutable_author() = ToProto(note.author, organisation);
    *entry->mutable_create_time() = ToProtoTime(note.created);
  }
  proto.set_imported(subject.imported);
  proto.set_withdrawn(subject.withdrawn);
  *proto.mutable_update_time() = ToProtoTime(subject.updated);
  proto.set_etag(EtagOf(subject));
  proto.set_report_count(subject.report_count);
  proto.set_group_case_id(subject.group_id);
  proto.set_member_count(subject.member_count);
  proto.set_cause(subject.cause);
  proto.set_outcome_for_reporter(subject.outcome_for_reporter);
  proto.set_measure_count(subject.measure_count);
  proto.set_open_measure_count(subject.open_measure_count);
  if (subject.held.has_value()) *proto.mutable_hold_time() = ToProtoTime(*subject.held);
  proto.set_hold_reference(subject.hold_reference);
  if (subject.erased.has_value()) {
    *proto.mutable_erase_time() = ToProtoTime(*subject.erased);
    return proto;
  }
  for (std::string& verb : AllowedCommands(subject.state)) {
    proto.add_allowed_commands(std::move(verb));
  }
  return proto;
}

ReportTold FromProto(const intake::v1::ReportSubmitted& submitted, const std::string& title) {
  ReportTold report;
  report.report_id = submitted.report_id();
  report.number = submitted.number();
  report.title = title;
  report.unit = submitted.unit();
  report.system = submitted.system();
  report.facts = {.category = submitted.category(),
                  .personal_data = submitted.personal_data(),
                  .national_security = submitted.national_security(),
                  .ongoing = submitted.ongoing()};
  if (submitted.has_affected_persons()) {
    report.facts.affected_persons = submitted.affected_persons();
  }
  if (submitted.has_occurred_time()) report.occurred = FromProtoTime(submitted.occurred_time());
  if (submitted.has_discovered_time()) {
    report.discovered = FromProtoTime(submitted.discovered_time());
  }
  report.reported = FromProtoTime(submitted.reported_time());
  report.imported = submitted.imported();
  report.fingerprint = campaigns::FromProto(submitted.fingerprint());
  for (const intake::v1::Fingerprint& other : submitted.other_fingerprints()) {
    report.other_fingerprints.push_back(campaigns::FromProto(other));
  }
  return report;
}

}  // namespace avvik::triage
