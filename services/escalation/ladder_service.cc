#include "services/escalation/ladder_service.h"

#include "common/paging/page_token.h"
#include "common/rpc/handle.h"
#include "common/rpc/time.h"
#include "common/status/macros.h"

namespace avvik::escalation {
namespace {

using rpc::ToProtoTime;

void SetPerson(const std::string& person_id, const organisation::Organisation* organisation,
               v1::CalledPerson* entry) {
  entry->set_person_id(person_id);
  const auto* person = organisation == nullptr ? nullptr : organisation->FindPersonById(person_id);
  if (person != nullptr) entry->set_name(person->name());
}

v1::Alarm ToProto(const KnownAlarm& known, const organisation::Organisation* organisation) {
  const Alarm& alarm = known.alarm;
  v1::Alarm proto;
  proto.set_alarm_id(alarm.id);
  proto.set_duty_id(alarm.duty_id);
  proto.set_stage(alarm.stage);
  proto.set_kind(alarm.kind);
  *proto.mutable_begin_time() = ToProtoTime(alarm.begin_time);
  for (const AlarmStep& step : alarm.steps) {
    v1::AlarmStep* entry = proto.add_steps();
    *entry->mutable_time() = ToProtoTime(step.time);
    for (const std::string& person : step.person_ids) {
      SetPerson(person, organisation, entry->add_people());
    }
  }
  if (alarm.due_time) *proto.mutable_next_time() = ToProtoTime(*alarm.due_time);
  if (alarm.end_time) *proto.mutable_end_time() = ToProtoTime(*alarm.end_time);
  proto.set_end(alarm.end);
  if (!alarm.answered_by.empty()) {
    SetPerson(alarm.answered_by, organisation, proto.mutable_answered_by());
  }
  proto.set_number(known.number);
  return proto;
}

}  // namespace

grpc::Status LadderService::ListAlarms(grpc::ServerContext* context,
                                       const v1::ListAlarmsRequest* request,
                                       v1::ListAlarmsResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const std::string key, paging::KeyOf(*request));
    const AlarmFilter filter{.case_reference = request->case_id(), .open = request->open()};
    AVVIK_ASSIGN_OR_RETURN(const AlarmPage page,
                           store_.List(call.tenant(), call.visibility(), filter, key,
                                       paging::SizeOf(request->page_size())));
    for (const KnownAlarm& known : page.alarms) {
      *response->add_alarms() = ToProto(known, call.organisation().get());
    }
    if (!page.next.empty()) response->set_next_page_token(paging::MakeToken(*request, page.next));
    call.Shows(*response);
    return absl::OkStatus();
  });
}

grpc::Status LadderService::AnswerAlarm(grpc::ServerContext* context,
                                        const v1::AnswerAlarmRequest* request,
                                        v1::Alarm* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    const std::string subject = "alarms/" + request->alarm_id();
    call.set_subject(subject);
    audit::Record trace = call.Trace(subject);
    const auto decide = [&](const KnownAlarm& known) {
      call.ActingOn(known.matter);
      trace.on_behalf_of = call.on_behalf_of();
      return escalation::AnswerAlarm(
          known.alarm, organisation::PersonId(call.tenant(), call.caller().login), call.now());
    };
    AVVIK_ASSIGN_OR_RETURN(const KnownAlarm known,
                           store_.Change(call.tenant(), request->alarm_id(), call.visibility(),
                                         decide, trace));
    *response = ToProto(known, call.organisation().get());
    return absl::OkStatus();
  });
}

}  // namespace avvik::escalation
