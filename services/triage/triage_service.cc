#include "services/triage/triage_service.h"

#include <utility>

#include "common/organisation/check.h"
#include "common/paging/page_token.h"
#include "common/rpc/handle.h"
#include "common/rpc/time.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/triage/case_proto.h"
#include "services/triage/errors.h"
#include "services/triage/visibility.h"

namespace avvik::triage {
namespace {

constexpr char kChangeOrganisation[] = "organisation.change";
constexpr char kMe[] = "me";

Note NoteBy(const rpc::Call& call, IdSource& ids, const std::string& text) {
  return {.id = ids.Next(),
          .text = text,
          .author = {.login = call.caller().login},
          .created = call.now()};
}

v1::ChangeKind ToProto(organisation::ChangeKind kind) {
  switch (kind) {
    case organisation::ChangeKind::kAdded:
      return v1::CHANGE_KIND_ADDED;
    case organisation::ChangeKind::kChanged:
      return v1::CHANGE_KIND_CHANGED;
    case organisation::ChangeKind::kRemoved:
      return v1::CHANGE_KIND_REMOVED;
  }
  return v1::CHANGE_KIND_UNSPECIFIED;
}

// The violations of an organisation as those of the request that holds it.
absl::Status WithinRequest(const absl::Status& status) {
  std::vector<status::FieldViolation> violations = status::ViolationsOf(status);
  if (violations.empty()) return status;
  for (auto& violation : violations) violation.field = "organisation." + violation.field;
  return status::InvalidFields(violations);
}

}  // namespace

absl::Status TriageService::Change(rpc::Call& call, const std::string& case_id,
                                   const std::string& request_id, const Decision& decide,
                                   v1::Case* response) {
  call.set_subject("cases/" + case_id);
  const absl::StatusOr<Case> changed =
      cases_.Change(call.tenant(), case_id, VisibilityOf(call), request_id,
                    call.Trace("cases/" + case_id), decide);
  if (absl::IsNotFound(changed.status())) {
    // Who may read it is not told that it does not exist.
    return OutOfReachOr(environment_, call, cases_, case_id, changed.status());
  }
  AVVIK_RETURN_IF_ERROR(changed.status());
  publisher_.Wake();
  *response = triage::ToProto(*changed, call.organisation().get());
  return absl::OkStatus();
}

grpc::Status TriageService::GetCase(grpc::ServerContext* context, const v1::GetCaseRequest* request,
                                    v1::Case* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("cases/" + request->case_id());
    AVVIK_ASSIGN_OR_RETURN(const Case found,
                           cases_.Get(call.tenant(), request->case_id(), VisibilityOf(call)));
    call.set_subject("cases/" + found.id);
    *response = triage::ToProto(found, call.organisation().get());
    return absl::OkStatus();
  });
}

grpc::Status TriageService::ListCases(grpc::ServerContext* context,
                                      const v1::ListCasesRequest* request,
                                      v1::ListCasesResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const std::string after, paging::KeyOf(*request));
    CaseFilter filter;
    for (const int state : request->states()) {
      filter.states.push_back(static_cast<v1::CaseState>(state));
    }
    if (!request->unit().empty()) {
      if (call.organisation() == nullptr) return error::NoOrganisation(call.tenant());
      // A unit that is gone may still have cases.
      filter.units = call.organisation()->Subtree(request->unit());
      if (filter.units.empty()) filter.units = {request->unit()};
    }
    filter.system = request->system();
    filter.owner = request->owner() == kMe ? call.caller().login : request->owner();
    filter.minimum_severity = request->minimum_severity();
    AVVIK_ASSIGN_OR_RETURN(const CasePage page,
                           cases_.List(call.tenant(), VisibilityOf(call), filter, after,
                                       paging::SizeOf(request->page_size())));
    for (const Case& entry : page.cases) {
      *response->add_cases() = triage::ToProto(entry, call.organisation().get());
    }
    if (page.more) {
      response->set_next_page_token(paging::MakeToken(*request, page.cases.back().id));
    }
    response->set_total_size(page.total);
    return absl::OkStatus();
  });
}

grpc::Status TriageService::ClassifyCase(grpc::ServerContext* context,
                                         const v1::ClassifyCaseRequest* request,
                                         v1::Case* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    const auto organisation = call.organisation();
    if (organisation == nullptr) return error::NoOrganisation(call.tenant());
    std::optional<absl::Time> aware;
    if (request->has_aware_time()) aware = rpc::FromProtoTime(request->aware_time());
    return Change(
        call, request->case_id(), "",
        [&](Case subject) -> absl::StatusOr<CaseChange> {
          AVVIK_RETURN_IF_ERROR(CheckEtag(subject, request->etag()));
          const bool system_named = organisation->FindSystem(subject.system) != nullptr;
          AVVIK_ASSIGN_OR_RETURN(
              v1::Classification classification,
              rules_.ByPerson(request->classification(), subject.category, system_named));
          return Classify(std::move(subject), std::move(classification), aware, *organisation,
                          call.now());
        },
        response);
  });
}

grpc::Status TriageService::AssignCase(grpc::ServerContext* context,
                                       const v1::AssignCaseRequest* request, v1::Case* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    const auto organisation = call.organisation();
    if (organisation == nullptr) return error::NoOrganisation(call.tenant());
    return Change(
        call, request->case_id(), "",
        [&](Case subject) -> absl::StatusOr<CaseChange> {
          AVVIK_RETURN_IF_ERROR(CheckEtag(subject, request->etag()));
          const RoutedFacts facts = RoutedFactsOf(subject);
          Route route = RouteCase(facts, *organisation);
          if (!request->owner().empty()) {
            if (organisation->FindPerson(request->owner()) == nullptr) {
              return error::UnknownOwner(request->owner());
            }
            route.owner = PartOf(request->owner(), facts, *organisation);
          }
          if (route.owner.login.empty()) return error::NobodyToOwn();
          return Assign(std::move(subject), route.owner, route.drawn_in, organisation->version(),
                        call.now());
        },
        response);
  });
}

grpc::Status TriageService::AcknowledgeCase(grpc::ServerContext* context,
                                            const v1::AcknowledgeCaseRequest* request,
                                            v1::Case* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    return Change(
        call, request->case_id(), "",
        [&](Case subject) -> absl::StatusOr<CaseChange> {
          AVVIK_RETURN_IF_ERROR(CheckEtag(subject, request->etag()));
          return Acknowledge(std::move(subject), call.now());
        },
        response);
  });
}

grpc::Status TriageService::AddNote(grpc::ServerContext* context, const v1::AddNoteRequest* request,
                                    v1::Case* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    return Change(
        call, request->case_id(), request->request_id(),
        [&](Case subject) {
          return triage::AddNote(std::move(subject), NoteBy(call, ids_, request->text()));
        },
        response);
  });
}

grpc::Status TriageService::CloseCase(grpc::ServerContext* context,
                                      const v1::CloseCaseRequest* request, v1::Case* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    return Change(
        call, request->case_id(), "",
        [&](Case subject) -> absl::StatusOr<CaseChange> {
          AVVIK_RETURN_IF_ERROR(CheckEtag(subject, request->etag()));
          return Close(std::move(subject), request->resolution(), request->outcome(), call.now());
        },
        response);
  });
}

grpc::Status TriageService::ReopenCase(grpc::ServerContext* context,
                                       const v1::ReopenCaseRequest* request, v1::Case* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    return Change(
        call, request->case_id(), "",
        [&](Case subject) -> absl::StatusOr<CaseChange> {
          AVVIK_RETURN_IF_ERROR(CheckEtag(subject, request->etag()));
          return Reopen(std::move(subject), NoteBy(call, ids_, request->reason()));
        },
        response);
  });
}

grpc::Status TriageService::ExplainCase(grpc::ServerContext* context,
                                        const v1::ExplainCaseRequest* request,
                                        v1::ExplainCaseResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("cases/" + request->case_id());
    if (call.organisation() == nullptr) return error::NoOrganisation(call.tenant());
    AVVIK_ASSIGN_OR_RETURN(const Case found,
                           cases_.Get(call.tenant(), request->case_id(), VisibilityOf(call)));
    call.set_subject("cases/" + found.id);
    const organisation::Organisation& organisation = *call.organisation();
    const Route route = RouteCase(RoutedFactsOf(found), organisation);
    for (const RoutingStep& step : route.steps) {
      *response->add_steps() = triage::ToProto(step, &organisation);
    }
    *response->mutable_owner() = triage::ToProto(route.owner, &organisation);
    for (const Party& party : route.drawn_in) {
      if (party.login == route.owner.login) continue;
      *response->add_drawn_in() = triage::ToProto(party, &organisation);
    }
    response->set_current(route.owner.login == found.owner.login);
    *response->mutable_severity_reasons() = found.classification.severity_reasons();
    return absl::OkStatus();
  });
}

grpc::Status TriageService::GetOrganisation(grpc::ServerContext* context,
                                            const v1::GetOrganisationRequest* request,
                                            v1::GetOrganisationResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    if (call.organisation() == nullptr) return error::NoOrganisation(call.tenant());
    *response->mutable_organisation() = call.organisation()->proto();
    response->set_version(call.organisation()->version());
    if (!environment_.GrantFor(call, kChangeOrganisation).allowed()) {
      for (auto& person : *response->mutable_organisation()->mutable_people()) {
        person.clear_email();
      }
    }
    return absl::OkStatus();
  });
}

grpc::Status TriageService::ApplyOrganisation(grpc::ServerContext* context,
                                              const v1::ApplyOrganisationRequest* request,
                                              v1::ApplyOrganisationResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    const organisation::v1::Organisation& wanted = request->organisation();
    if (wanted.tenant() != call.tenant()) return error::OtherTenant(wanted.tenant());
    AVVIK_RETURN_IF_ERROR(WithinRequest(organisation::Check(wanted)));
    AVVIK_ASSIGN_OR_RETURN(const Applied applied,
                           organisations_.Apply(wanted, request->validate_only(), call.now(),
                                                call.Trace("organisation")));
    for (const organisation::Change& change : applied.changes) {
      v1::OrganisationChange* entry = response->add_changes();
      entry->set_subject(change.subject);
      entry->set_kind(ToProto(change.kind));
    }
    response->set_version(applied.version);
    if (applied.changes.empty() || request->validate_only()) return absl::OkStatus();
    publisher_.Wake();
    // In force here before the answer leaves; the others follow within moments.
    return directory_.Put(wanted, applied.version);
  });
}

grpc::Status TriageService::FollowOrganisation(grpc::ServerContext* context,
                                               const v1::FollowOrganisationRequest* request,
                                               v1::FollowOrganisationResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call&) -> absl::Status {
    if (request->tenant().empty()) {
      AVVIK_ASSIGN_OR_RETURN(const auto tenants, organisations_.Tenants());
      for (const std::string& tenant : tenants) response->add_tenants(tenant);
      return absl::OkStatus();
    }
    AVVIK_ASSIGN_OR_RETURN(auto in_force,
                           organisations_.Fetch(request->tenant(), request->known_version()));
    response->set_version(in_force.version);
    if (in_force.organisation.has_value()) {
      response->mutable_organisation()->Swap(&*in_force.organisation);
    }
    return absl::OkStatus();
  });
}

}  // namespace avvik::triage
