#include "services/triage/measures_service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "common/paging/page_token.h"
#include "common/rpc/handle.h"
#include "common/rpc/time.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/validate/format.h"
#include "services/triage/case_proto.h"
#include "services/triage/errors.h"
#include "services/triage/out_of_reach.h"
#include "services/triage/triage_events.h"

namespace avvik::triage {
namespace {

constexpr char kReadCases[] = "cases.read";
constexpr char kHandleCases[] = "cases.handle";
constexpr char kMe[] = "me";
constexpr char kNever[] = "never";

// Who does it now, by person or by function.
v1::Party OwnerToProto(const Party& owner, const organisation::Organisation* organisation) {
  Party shown = owner;
  if (shown.login.empty() && organisation != nullptr) {
    const std::vector<std::string> logins = LoginsOf(owner, *organisation);
    if (!logins.empty()) shown.login = logins[0];
  }
  return ToProto(shown, organisation);
}

v1::Measure MeasureToProto(const Measure& measure, const organisation::Organisation* organisation,
                           absl::Time now) {
  v1::Measure proto;
  proto.set_measure_id(measure.id);
  proto.set_case_id(measure.case_id);
  proto.set_case_number(measure.case_number);
  proto.set_case_title(measure.case_title);
  proto.set_title(measure.title);
  proto.set_kind(measure.kind);
  proto.set_state(measure.state);
  *proto.mutable_owner() = OwnerToProto(measure.owner, organisation);
  if (measure.due.has_value()) *proto.mutable_due_time() = rpc::ToProtoTime(*measure.due);
  proto.set_overdue(IsOverdue(measure, now));
  proto.set_note(measure.note);
  *proto.mutable_decided_by() = ToProto(Party{.login = measure.decided_by}, organisation);
  *proto.mutable_decide_time() = rpc::ToProtoTime(measure.decided);
  if (measure.ended.has_value()) {
    *proto.mutable_ended_by() = ToProto(Party{.login = measure.ended_by}, organisation);
    *proto.mutable_end_time() = rpc::ToProtoTime(*measure.ended);
  }
  proto.set_reopen_count(measure.reopen_count);
  *proto.mutable_update_time() = rpc::ToProtoTime(measure.updated);
  proto.set_etag(EtagOf(measure));
  for (std::string& command : AllowedMeasureCommands(measure.state)) {
    proto.add_allowed_commands(std::move(command));
  }
  proto.set_unit(measure.unit);
  return proto;
}

// Where a page of the list by due time ended, as the key of its token, and back.
std::string KeyOfPlace(const Measure& last) {
  const std::string due =
      last.due.has_value() ? std::to_string(absl::ToUnixMicros(*last.due)) : kNever;
  return due + "/" + last.id;
}

absl::StatusOr<std::optional<MeasurePlace>> PlaceOfKey(const std::string& key) {
  if (key.empty()) return std::optional<MeasurePlace>();
  const size_t slash = key.find('/');
  const std::string due = key.substr(0, slash);
  MeasurePlace place;
  int64_t micros = 0;
  const bool ends = due == kNever;
  if (slash == std::string::npos || (!ends && !absl::SimpleAtoi(due, &micros)) ||
      !validate::HasFormat(options::v1::FORMAT_UUID, std::string_view(key).substr(slash + 1))) {
    return status::InvalidField("page_token", "is not a token of this list");
  }
  if (!ends) place.due = absl::FromUnixMicros(micros);
  place.id = key.substr(slash + 1);
  return std::optional<MeasurePlace>(std::move(place));
}

Note NoteBy(const rpc::Call& call, IdSource& ids, const std::string& text) {
  return {.id = ids.Next(),
          .text = text,
          .author = {.login = call.caller().login},
          .created = call.now()};
}

}  // namespace

absl::StatusOr<MeasurePlan> MeasuresService::PlanFor(const rpc::Call& call,
                                                     const v1::MeasurePlan& plan,
                                                     const Case& subject) const {
  const auto organisation = call.organisation();
  if (organisation == nullptr) return error::NoOrganisation(call.tenant());
  MeasurePlan planned{.title = plan.title(), .kind = plan.kind(), .owner = {}, .due = {}};
  if (plan.has_due_time()) planned.due = rpc::FromProtoTime(plan.due_time());
  AVVIK_ASSIGN_OR_RETURN(
      planned.owner, OwnerOf(plan, call.caller().login, RoutedFactsOf(subject), *organisation));
  const std::vector<std::string> logins = LoginsOf(planned.owner, *organisation);
  const organisation::Matter matter = MatterOf(subject);
  const bool reached = std::any_of(logins.begin(), logins.end(), [&](const std::string& login) {
    return environment_.JudgeFor(call, login, kHandleCases, matter).allowed();
  });
  if (!reached) return error::MeasureOwnerMayNotHandle(subject.number);
  return planned;
}

absl::Status MeasuresService::Answer(const rpc::Call& call, const Measure& measure,
                                     v1::Measure* response) {
  *response = MeasureToProto(measure, call.organisation().get(), call.now());
  return absl::OkStatus();
}

absl::Status MeasuresService::Change(rpc::Call& call, const std::string& id,
                                     const std::string& etag, const MeasureFurtherDecision& decide,
                                     v1::Measure* response) {
  call.set_subject("measures/" + id);
  audit::Record trace = call.Trace("measures/" + id);
  const auto traced = [&](const Case& subject, Measure measure) -> absl::StatusOr<MeasureChange> {
    AVVIK_RETURN_IF_ERROR(CheckEtag(measure, etag));
    call.ActingOn(MatterOf(subject));
    trace.on_behalf_of = call.on_behalf_of();
    return decide(subject, std::move(measure));
  };
  const absl::StatusOr<Measure> changed =
      measures_.Change(call.tenant(), id, call.visibility(), trace, traced);
  if (absl::IsNotFound(changed.status()) &&
      measures_.Get(call.tenant(), id, environment_.VisibilityFor(call, kReadCases)).ok()) {
    return error::CaseOutOfReach(call.method().permission);
  }
  AVVIK_RETURN_IF_ERROR(changed.status());
  call.set_subject("cases/" + changed->case_id);
  publisher_.Wake();
  return Answer(call, *changed, response);
}

grpc::Status MeasuresService::DecideMeasure(grpc::ServerContext* context,
                                            const v1::DecideMeasureRequest* request,
                                            v1::Measure* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    const std::string& reference = request->case_id();
    call.set_subject("cases/" + reference);
    audit::Record trace = call.Trace("cases/" + reference);
    const absl::StatusOr<Measure> decided = measures_.Decide(
        call.tenant(), reference, call.visibility(), request->request_id(), trace,
        [&](const Case& subject) -> absl::StatusOr<MeasureChange> {
          call.ActingOn(MatterOf(subject));
          trace.on_behalf_of = call.on_behalf_of();
          AVVIK_ASSIGN_OR_RETURN(MeasurePlan plan, PlanFor(call, request->plan(), subject));
          return Decide(subject, ids_.Next(), std::move(plan), call.caller().login, call.now());
        });
    if (absl::IsNotFound(decided.status())) {
      return OutOfReachOr(environment_, call, cases_, reference, decided.status());
    }
    AVVIK_RETURN_IF_ERROR(decided.status());
    publisher_.Wake();
    return Answer(call, *decided, response);
  });
}

grpc::Status MeasuresService::ListCaseMeasures(grpc::ServerContext* context,
                                               const v1::ListCaseMeasuresRequest* request,
                                               v1::ListCaseMeasuresResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("cases/" + request->case_id());
    AVVIK_ASSIGN_OR_RETURN(const std::string after, paging::KeyOf(*request));
    AVVIK_ASSIGN_OR_RETURN(
        const MeasureStore::OfCase found,
        measures_.ListOfCase(call.tenant(), request->case_id(), call.visibility(), after,
                             paging::SizeOf(request->page_size())));
    call.set_subject("cases/" + found.case_id);
    for (const Measure& measure : found.page.measures) {
      *response->add_measures() =
          MeasureToProto(measure, call.organisation().get(), call.now());
    }
    if (found.page.more) {
      response->set_next_page_token(
          paging::MakeToken(*request, found.page.measures.back().id));
    }
    call.Shows(*response);
    return absl::OkStatus();
  });
}

grpc::Status MeasuresService::ListMeasures(grpc::ServerContext* context,
                                           const v1::ListMeasuresRequest* request,
                                           v1::ListMeasuresResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const std::string key, paging::KeyOf(*request));
    AVVIK_ASSIGN_OR_RETURN(const std::optional<MeasurePlace> after, PlaceOfKey(key));
    MeasureFilter filter;
    for (const int state : request->states()) {
      filter.states.push_back(static_cast<v1::MeasureState>(state));
    }
    if (!request->unit().empty()) {
      if (call.organisation() == nullptr) return error::NoOrganisation(call.tenant());
      // A unit that is gone may still have cases.
      filter.units = call.organisation()->Subtree(request->unit());
      if (filter.units.empty()) filter.units = {request->unit()};
    }
    if (request->overdue()) {
      filter.states = {v1::MEASURE_STATE_OPEN};
      filter.due_before = call.now();
    }
    if (request->owner() == kMe) {
      filter.owner_keys = call.rights().keys;
    } else if (!request->owner().empty()) {
      filter.owner_keys =
          organisation::OwnRightsOf(
              call.organisation().get(),
              {.tenant = call.tenant(), .login = request->owner(), .groups = {}})
              .keys;
    }
    AVVIK_ASSIGN_OR_RETURN(const MeasurePage page,
                           measures_.List(call.tenant(), call.visibility(), filter, after,
                                          paging::SizeOf(request->page_size())));
    for (const Measure& measure : page.measures) {
      *response->add_measures() =
          MeasureToProto(measure, call.organisation().get(), call.now());
    }
    if (page.more) {
      response->set_next_page_token(
          paging::MakeToken(*request, KeyOfPlace(page.measures.back())));
    }
    response->set_total_size(page.total);
    call.Shows(*response);
    return absl::OkStatus();
  });
}

grpc::Status MeasuresService::GetMeasure(grpc::ServerContext* context,
                                         const v1::GetMeasureRequest* request,
                                         v1::Measure* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(
        const Measure found,
        measures_.Get(call.tenant(), request->measure_id(), call.visibility()));
    call.set_subject("cases/" + found.case_id);
    return Answer(call, found, response);
  });
}

grpc::Status MeasuresService::ChangeMeasure(grpc::ServerContext* context,
                                            const v1::ChangeMeasureRequest* request,
                                            v1::Measure* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    return Change(
        call, request->measure_id(), request->etag(),
        [&](const Case& subject, Measure measure) -> absl::StatusOr<MeasureChange> {
          AVVIK_ASSIGN_OR_RETURN(MeasurePlan plan, PlanFor(call, request->plan(), subject));
          return ChangePlan(std::move(measure), std::move(plan), call.now());
        },
        response);
  });
}

grpc::Status MeasuresService::CompleteMeasure(grpc::ServerContext* context,
                                              const v1::CompleteMeasureRequest* request,
                                              v1::Measure* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    return Change(
        call, request->measure_id(), request->etag(),
        [&](const Case&, Measure measure) {
          return Complete(std::move(measure), request->note(), call.caller().login, call.now());
        },
        response);
  });
}

grpc::Status MeasuresService::DropMeasure(grpc::ServerContext* context,
                                          const v1::DropMeasureRequest* request,
                                          v1::Measure* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    return Change(
        call, request->measure_id(), request->etag(),
        [&](const Case&, Measure measure) {
          return Drop(std::move(measure), request->reason(), call.caller().login, call.now());
        },
        response);
  });
}

grpc::Status MeasuresService::ReopenMeasure(grpc::ServerContext* context,
                                            const v1::ReopenMeasureRequest* request,
                                            v1::Measure* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    return Change(
        call, request->measure_id(), request->etag(),
        [&](const Case&, Measure measure) {
          return Reopen(std::move(measure), NoteBy(call, ids_, request->reason()));
        },
        response);
  });
}

}  // namespace avvik::triage
