#include "services/escalation/escalation_service.h"

#include <string>
#include <utility>

#include "common/paging/page_token.h"
#include "common/rpc/handle.h"
#include "common/status/macros.h"
#include "services/escalation/deciding_person.h"
#include "services/escalation/duty_proto.h"
#include "services/escalation/errors.h"

namespace avvik::escalation {
namespace {

organisation::Matter MatterOf(const Duty& duty) {
  return {.unit = duty.unit, .sphere = duty.sphere, .parties = duty.parties};
}

std::string SubjectOf(const std::string& duty_id) { return "duties/" + duty_id; }

}  // namespace

v1::Duty EscalationService::Shown(const Duty& duty, const rpc::Call& call) const {
  const absl::TimeZone zone =
      call.organisation() == nullptr ? absl::UTCTimeZone() : call.organisation()->time_zone();
  return ToProto(duty, regimes_, zone, call.now());
}

absl::StatusOr<DutyRules> EscalationService::RulesOf(const Duty& duty,
                                                     const rpc::Call& call) const {
  if (call.organisation() == nullptr) return error::NoOrganisation(call.tenant());
  const Regime* regime = regimes_.Find(duty.regime);
  const RegimeVersion* version =
      regime == nullptr ? nullptr : regime->FindVersion(duty.regime_version);
  if (version == nullptr) return error::RegimeVersionUnknown(duty.regime, duty.regime_version);
  return DutyRules{*version, CalendarOf(*call.organisation())};
}

grpc::Status EscalationService::ListDuties(grpc::ServerContext* context,
                                           const v1::ListDutiesRequest* request,
                                           v1::ListDutiesResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const std::string key, paging::KeyOf(*request));
    AVVIK_ASSIGN_OR_RETURN(const DutyPage page,
                           store_.List(call.tenant(), call.visibility(), FilterFromProto(*request),
                                       key, paging::SizeOf(request->page_size())));
    for (const Duty& duty : page.duties) *response->add_duties() = Shown(duty, call);
    if (!page.next.empty()) {
      response->set_next_page_token(paging::MakeToken(*request, page.next));
    }
    response->set_total_size(page.total);
    call.Shows(*response);
    return absl::OkStatus();
  });
}

grpc::Status EscalationService::GetDuty(grpc::ServerContext* context,
                                        const v1::GetDutyRequest* request, v1::Duty* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject(SubjectOf(request->duty_id()));
    AVVIK_ASSIGN_OR_RETURN(const Duty duty,
                           store_.Get(call.tenant(), request->duty_id(), call.visibility()));
    call.ActingOn(MatterOf(duty));
    *response = Shown(duty, call);
    return absl::OkStatus();
  });
}

grpc::Status EscalationService::SubmitStage(grpc::ServerContext* context,
                                            const v1::SubmitStageRequest* request,
                                            v1::Duty* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject(SubjectOf(request->duty_id()));
    audit::Record trace = call.Trace(SubjectOf(request->duty_id()));
    const auto decide = [&](const Duty& duty, const CaseFacts& facts,
                            const DutyStore::ToldDossier& told) -> absl::StatusOr<DutyOutcome> {
      call.ActingOn(MatterOf(duty));
      trace.on_behalf_of = call.on_behalf_of();
      AVVIK_ASSIGN_OR_RETURN(const DutyRules rules, RulesOf(duty, call));
      Submission submission = SubmissionFromProto(*request);
      submission.told_version = told.version;
      if (const StageRule* stage = rules.version.FindStage(submission.stage)) {
        submission.late_reasons = LateReasonsIn(*stage, told.values);
      }
      AVVIK_ASSIGN_OR_RETURN(DutyOutcome outcome,
                             escalation::SubmitStage(duty, rules, facts, submission, call.now()));
      outcome.person = PersonOf(call);
      return outcome;
    };
    AVVIK_ASSIGN_OR_RETURN(
        const Duty duty,
        store_.Tell(call.tenant(), request->duty_id(), call.visibility(), request->etag(),
                    request->stage(), request->dossier_version(), decide, trace));
    publisher_.Wake();
    *response = Shown(duty, call);
    return absl::OkStatus();
  });
}

grpc::Status EscalationService::RuleOutDuty(grpc::ServerContext* context,
                                            const v1::RuleOutDutyRequest* request,
                                            v1::Duty* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject(SubjectOf(request->duty_id()));
    audit::Record trace = call.Trace(SubjectOf(request->duty_id()));
    const auto decide = [&](const Duty& duty, const CaseFacts&) {
      call.ActingOn(MatterOf(duty));
      trace.on_behalf_of = call.on_behalf_of();
      return escalation::RuleOutDuty(duty, request->reason(), PersonOf(call));
    };
    AVVIK_ASSIGN_OR_RETURN(
        const Duty duty,
        store_.Change(call.tenant(), request->duty_id(), call.visibility(), request->etag(), decide,
                      trace));
    publisher_.Wake();
    *response = Shown(duty, call);
    return absl::OkStatus();
  });
}

grpc::Status EscalationService::ListRegimes(grpc::ServerContext* context,
                                            const v1::ListRegimesRequest* request,
                                            v1::ListRegimesResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call&) -> absl::Status {
    for (const v1::Regime& regime : regimes_.messages()) *response->add_regimes() = regime;
    *response->mutable_questions() = regimes_.questions().message().questions();
    return absl::OkStatus();
  });
}

}  // namespace avvik::escalation
