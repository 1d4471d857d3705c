#include "services/triage/triage_events.h"

#include "avvik/triage/v1/triage_events.pb.h"
#include "common/events/outbox.h"
#include "common/rpc/time.h"
#include "services/triage/measure.h"

namespace avvik::triage {
namespace {

using rpc::ToProtoTime;

v1::PartyReference ReferenceTo(const Case& subject, const Party& party) {
  v1::PartyReference reference;
  if (!party.login.empty()) {
    reference.set_person_id(organisation::PersonId(subject.tenant, party.login));
  }
  reference.set_role(party.role);
  reference.set_unit(party.unit);
  return reference;
}

v1::CaseFacts FactsOf(const Case& subject) {
  v1::CaseFacts facts;
  facts.set_case_id(subject.id);
  facts.set_number(subject.number);
  facts.set_report_id(subject.report_id);
  facts.set_state(subject.state);
  facts.set_unit(subject.unit);
  facts.set_system(subject.system);
  facts.set_category(subject.category);
  *facts.mutable_classification() = subject.classification;
  *facts.mutable_owner() = ReferenceTo(subject, subject.owner);
  for (const Party& party : subject.drawn_in) {
    *facts.add_drawn_in() = ReferenceTo(subject, party);
  }
  facts.set_sphere(SphereOf(subject));
  for (const Party& party : subject.named) *facts.add_named() = ReferenceTo(subject, party);
  if (subject.occurred.has_value()) *facts.mutable_occurred_time() = ToProtoTime(*subject.occurred);
  *facts.mutable_aware_time() = ToProtoTime(subject.aware);
  *facts.mutable_reported_time() = ToProtoTime(subject.reported);
  *facts.mutable_open_time() = ToProtoTime(subject.opened);
  if (subject.acknowledged.has_value()) {
    *facts.mutable_acknowledge_time() = ToProtoTime(*subject.acknowledged);
  }
  if (subject.closed.has_value()) *facts.mutable_close_time() = ToProtoTime(*subject.closed);
  facts.set_resolution(subject.resolution);
  facts.set_reopen_count(subject.reopen_count);
  facts.set_imported(subject.imported);
  facts.set_organisation_version(subject.organisation_version);
  facts.set_report_count(subject.report_count);
  facts.set_group_case_id(subject.group_id);
  facts.set_member_count(subject.member_count);
  facts.set_cause(subject.cause);
  facts.set_told_reporter(!subject.outcome_for_reporter.empty());
  facts.set_measure_count(subject.measure_count);
  facts.set_open_measure_count(subject.open_measure_count);
  if (subject.work_due.has_value()) *facts.mutable_work_due_time() = ToProtoTime(*subject.work_due);
  return facts;
}

}  // namespace

organisation::Matter MatterOf(const Case& subject) {
  return organisation::MatterOf(FactsOf(subject));
}

namespace {

template <typename Message>
events::v1::Event Tell(IdSource& ids, const CaseChange& change, const std::string& trace_parent,
                       Message message) {
  const Case& subject = change.changed;
  *message.mutable_facts() = FactsOf(subject);
  return events::MakeEvent(ids, "triage",
                           {.tenant = subject.tenant,
                            .subject = "cases/" + subject.id,
                            .subject_version = subject.version,
                            .time = subject.updated,
                            .trace_parent = trace_parent},
                           message);
}

template <typename Message>
Message WithReport(const CaseChange& change) {
  Message message;
  message.set_report_id(change.report_id);
  message.set_report_number(change.report_number);
  return message;
}

v1::MeasureFacts FactsOf(const Case& subject, const Measure& measure) {
  v1::MeasureFacts facts;
  facts.set_measure_id(measure.id);
  facts.set_kind(measure.kind);
  facts.set_state(measure.state);
  *facts.mutable_owner() = ReferenceTo(subject, measure.owner);
  if (measure.due.has_value()) *facts.mutable_due_time() = ToProtoTime(*measure.due);
  *facts.mutable_decide_time() = ToProtoTime(measure.decided);
  if (measure.ended.has_value()) *facts.mutable_end_time() = ToProtoTime(*measure.ended);
  facts.set_reopen_count(measure.reopen_count);
  return facts;
}

template <typename Message>
Message WithMeasureFacts(const CaseChange& change) {
  Message message;
  *message.mutable_measure() = FactsOf(change.changed, *change.measure);
  return message;
}

template <typename Message>
Message WithLeader(const CaseChange& change) {
  Message message;
  *message.mutable_leader() = FactsOf(*change.leader);
  return message;
}

}  // namespace

events::v1::Event EventOf(IdSource& ids, const CaseChange& change,
                          const std::string& trace_parent) {
  switch (change.happening) {
    case Happening::kOpened:
      return Tell(ids, change, trace_parent, v1::CaseOpened());
    case Happening::kClassified:
      return Tell(ids, change, trace_parent, v1::CaseClassified());
    case Happening::kAssigned:
      return Tell(ids, change, trace_parent, v1::CaseAssigned());
    case Happening::kAcknowledged:
      return Tell(ids, change, trace_parent, v1::CaseAcknowledged());
    case Happening::kNoted:
      return Tell(ids, change, trace_parent, v1::CaseNoted());
    case Happening::kReportChanged: {
      v1::CaseReportChanged message;
      message.set_withdrawn(change.changed.withdrawn);
      return Tell(ids, change, trace_parent, message);
    }
    case Happening::kClosed:
      return Tell(ids, change, trace_parent, v1::CaseClosed());
    case Happening::kHeld:
    case Happening::kReleased: {
      v1::CaseHeld message;
      message.set_held(change.happening == Happening::kHeld);
      return Tell(ids, change, trace_parent, message);
    }
    case Happening::kErased:
      return Tell(ids, change, trace_parent, v1::CaseErased());
    case Happening::kReportLinked:
      return Tell(ids, change, trace_parent, WithReport<v1::CaseReportLinked>(change));
    case Happening::kReportUnlinked:
      return Tell(ids, change, trace_parent, WithReport<v1::CaseReportUnlinked>(change));
    case Happening::kGrouped:
      return Tell(ids, change, trace_parent, WithLeader<v1::CaseGrouped>(change));
    case Happening::kUngrouped:
      return Tell(ids, change, trace_parent, WithLeader<v1::CaseUngrouped>(change));
    case Happening::kReopened:
      return Tell(ids, change, trace_parent, v1::CaseReopened());
    case Happening::kRestricted:
      return Tell(ids, change, trace_parent, v1::CaseRestricted());
    case Happening::kAccessChanged:
      return Tell(ids, change, trace_parent, v1::CaseAccessChanged());
    case Happening::kMeasureDecided:
      return Tell(ids, change, trace_parent, WithMeasureFacts<v1::MeasureDecided>(change));
    case Happening::kMeasureChanged: {
      auto message = WithMeasureFacts<v1::MeasureChanged>(change);
      *message.mutable_before() = FactsOf(change.changed, *change.measure_before);
      return Tell(ids, change, trace_parent, message);
    }
    case Happening::kMeasureDone:
      return Tell(ids, change, trace_parent, WithMeasureFacts<v1::MeasureDone>(change));
    case Happening::kMeasureDropped:
      return Tell(ids, change, trace_parent, WithMeasureFacts<v1::MeasureDropped>(change));
    case Happening::kMeasureReopened:
      return Tell(ids, change, trace_parent, WithMeasureFacts<v1::MeasureReopened>(change));
    case Happening::kHandedOver:
      break;
  }
  return Tell(ids, change, trace_parent, v1::CaseHandedOver());
}

events::v1::Event ErasedEvent(IdSource& ids, const CaseChange& change,
                              const std::string& erasure_id, v1::ErasureGround ground,
                              const std::string& trace_parent) {
  v1::CaseErased message;
  message.set_erasure_id(erasure_id);
  message.set_ground(ground);
  return Tell(ids, change, trace_parent, message);
}

events::v1::Event OrganisationEvent(IdSource& ids, const std::string& tenant, int64_t version,
                                    absl::Time now, const std::string& trace_parent) {
  v1::OrganisationApplied message;
  message.set_version(version);
  return events::MakeEvent(ids, "triage",
                           {.tenant = tenant,
                            .subject = "organisation",
                            .subject_version = version,
                            .time = now,
                            .trace_parent = trace_parent},
                           message);
}

}  // namespace avvik::triage
