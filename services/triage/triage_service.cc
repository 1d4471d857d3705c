#include "services/triage/triage_service.h"

#include <utility>

#include "common/organisation/check.h"
#include "common/paging/page_token.h"
#include "common/rpc/handle.h"
#include "common/rpc/time.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/triage/case_filter.h"
#include "services/triage/case_page_token.h"
#include "services/triage/case_proto.h"
#include "services/triage/errors.h"
#include "services/triage/organisation_proto.h"
#include "services/triage/triage_events.h"

namespace avvik::triage {
namespace {

constexpr char kChangeOrganisation[] = "organisation.change";
constexpr char kReadCases[] = "cases.read";
// Most cases that a list counts.
constexpr int kMostCounted = 1'000;

// Whom a request names: a person, or those who hold a function.
template <typename Request>
absl::Status CheckParty(const Request& request) {
  const bool function = request.role() > organisation::v1::EMPLOYEE &&
                        request.role() <= organisation::v1::ADMINISTRATOR &&
                        request.role() != organisation::v1::SYSTEM_OWNER &&
                        request.role() != organisation::v1::SYSTEM_ADMINISTRATOR;
  const bool person = !request.login().empty();
  if (person ? request.role() != organisation::v1::ROLE_UNSPECIFIED : !function) {
    return error::PartyUnclear();
  }
  return absl::OkStatus();
}

template <typename Request>
Party NamedBy(const Request& request, const organisation::Organisation& organisation) {
  if (!request.login().empty()) return {.login = request.login()};
  const bool whole = request.unit() == organisation.root().id();
  return {.login = "", .role = request.role(), .unit = whole ? "" : request.unit()};
}

}  // namespace

absl::Status TriageService::Change(rpc::Call& call, const std::string& case_id,
                                   const std::string& request_id, const Decision& decide,
                                   v1::Case* response) {
  AVVIK_ASSIGN_OR_RETURN(const Case changed, commands_.Change(call, case_id, request_id, decide));
  publisher_.Wake();
  *response = triage::ToProto(changed, call.organisation().get());
  return absl::OkStatus();
}

grpc::Status TriageService::GetCase(grpc::ServerContext* context, const v1::GetCaseRequest* request,
                                    v1::Case* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("cases/" + request->case_id());
    AVVIK_ASSIGN_OR_RETURN(const Case found,
                           cases_.Get(call.tenant(), request->case_id(), call.visibility()));
    call.set_subject("cases/" + found.id);
    call.ActingOn(MatterOf(found));
    *response = triage::ToProto(found, call.organisation().get());
    return absl::OkStatus();
  });
}

grpc::Status TriageService::ListCases(grpc::ServerContext* context,
                                      const v1::ListCasesRequest* request,
                                      v1::ListCasesResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const std::string after, paging::KeyOf(*request));
    AVVIK_ASSIGN_OR_RETURN(CasePageKey key, CasePageKeyFrom(after, request->order_by()));
    AVVIK_ASSIGN_OR_RETURN(const CaseFilter filter, FilterOf(call, *request));
    const Sight sight = SightOf(environment_, call);
    const int limit = paging::SizeOf(request->page_size());
    AVVIK_ASSIGN_OR_RETURN(const CasePage page,
                           search_.List(call.tenant(), sight, filter, key.place, limit,
                                        after.empty() ? kMostCounted : 0));
    for (const Case& entry : page.cases) {
      *response->add_cases() = triage::ToProto(entry, call.organisation().get());
    }
    if (after.empty()) key.total = page.total;
    if (page.next.has_value()) {
      key.place = *page.next;
      response->set_next_page_token(paging::MakeToken(*request, ToText(key)));
    }
    response->set_total_size(key.total.count);
    response->set_total_at_least(key.total.at_least);
    call.Shows(*response);
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
    AVVIK_ASSIGN_OR_RETURN(const Decision decide,
                           commands_.Assign(call, request->owner(), request->etag()));
    return Change(call, request->case_id(), "", decide, response);
  });
}

grpc::Status TriageService::AcknowledgeCase(grpc::ServerContext* context,
                                            const v1::AcknowledgeCaseRequest* request,
                                            v1::Case* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    return Change(call, request->case_id(), "", commands_.Acknowledge(call, request->etag()),
                  response);
  });
}

grpc::Status TriageService::AddNote(grpc::ServerContext* context, const v1::AddNoteRequest* request,
                                    v1::Case* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    return Change(call, request->case_id(), request->request_id(),
                  commands_.AddNote(call, request->text()), response);
  });
}

grpc::Status TriageService::CloseCase(grpc::ServerContext* context,
                                      const v1::CloseCaseRequest* request, v1::Case* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    return Change(
        call, request->case_id(), "",
        commands_.Close(call,
                        {.resolution = request->resolution(),
                         .outcome = request->outcome(),
                         .cause = request->cause(),
                         .outcome_for_reporter = request->outcome_for_reporter()},
                        request->etag()),
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
          return Reopen(std::move(subject), commands_.NoteBy(call, request->reason()));
        },
        response);
  });
}

grpc::Status TriageService::RestrictCase(grpc::ServerContext* context,
                                         const v1::RestrictCaseRequest* request,
                                         v1::Case* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    const auto organisation = call.organisation();
    if (organisation == nullptr) return error::NoOrganisation(call.tenant());
    return Change(
        call, request->case_id(), "",
        [&](Case subject) -> absl::StatusOr<CaseChange> {
          AVVIK_RETURN_IF_ERROR(CheckEtag(subject, request->etag()));
          const Party by = PartOf(call.caller().login, RoutedFactsOf(subject), *organisation);
          return Restrict(std::move(subject), request->restricted(), by,
                          commands_.NoteBy(call, request->reason()));
        },
        response);
  });
}

grpc::Status TriageService::GrantCaseAccess(grpc::ServerContext* context,
                                            const v1::GrantCaseAccessRequest* request,
                                            v1::Case* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    const auto organisation = call.organisation();
    if (organisation == nullptr) return error::NoOrganisation(call.tenant());
    AVVIK_RETURN_IF_ERROR(CheckParty(*request));
    if (!request->unit().empty() && organisation->FindUnit(request->unit()) == nullptr) {
      return status::InvalidField("unit", "is not a unit of the organisation");
    }
    return Change(
        call, request->case_id(), "",
        [&](Case subject) -> absl::StatusOr<CaseChange> {
          AVVIK_RETURN_IF_ERROR(CheckEtag(subject, request->etag()));
          Party party = NamedBy(*request, *organisation);
          if (!party.login.empty()) {
            if (organisation->FindPerson(party.login) == nullptr) {
              return error::CannotBeNamed("login", party.login);
            }
            party = PartOf(party.login, RoutedFactsOf(subject), *organisation);
          }
          CaseChange granted =
              GrantAccess(std::move(subject), party, commands_.NoteBy(call, request->reason()));
          const bool reads =
              party.login.empty() ||
              environment_.JudgeFor(call, party.login, kReadCases, MatterOf(granted.changed))
                  .allowed();
          if (!reads) return error::CannotBeNamed("login", party.login);
          return granted;
        },
        response);
  });
}

grpc::Status TriageService::RevokeCaseAccess(grpc::ServerContext* context,
                                             const v1::RevokeCaseAccessRequest* request,
                                             v1::Case* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    const auto organisation = call.organisation();
    if (organisation == nullptr) return error::NoOrganisation(call.tenant());
    AVVIK_RETURN_IF_ERROR(CheckParty(*request));
    return Change(
        call, request->case_id(), "",
        [&](Case subject) -> absl::StatusOr<CaseChange> {
          AVVIK_RETURN_IF_ERROR(CheckEtag(subject, request->etag()));
          return RevokeAccess(std::move(subject), NamedBy(*request, *organisation),
                              commands_.NoteBy(call, request->reason()));
        },
        response);
  });
}

grpc::Status TriageService::HandOverCases(grpc::ServerContext* context,
                                          const v1::HandOverCasesRequest* request,
                                          v1::HandOverCasesResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    const std::string subject = "people/" + request->from();
    call.set_subject(subject);
    const auto organisation = call.organisation();
    if (organisation == nullptr) return error::NoOrganisation(call.tenant());
    if (organisation->FindPerson(request->to()) == nullptr) {
      return status::InvalidField("to", "is not a person of the organisation");
    }
    if (request->from() == request->to()) {
      return status::InvalidField("to", "must be somebody else than `from`");
    }
    AVVIK_ASSIGN_OR_RETURN(
        const HandedOver done,
        cases_.HandOver(call.tenant(), request->from(), request->validate_only(),
                        call.Trace(subject), [&](Case before) -> absl::StatusOr<CaseChange> {
                          const Party to =
                              PartOf(request->to(), RoutedFactsOf(before), *organisation);
                          CaseChange change = HandOver(std::move(before), request->from(), to,
                                                       organisation->version(), call.now());
                          if (change.changed.owner == to && !commands_.MayHandle(call, request->to(), change.changed)) {
                            return error::CannotTakeOver(request->to());
                          }
                          return change;
                        },
                        [&](const Case& of_measure, Measure before) -> absl::StatusOr<MeasureChange> {
                          if (!commands_.MayHandle(call, request->to(), of_measure)) {
                            return error::CannotTakeOver(request->to());
                          }
                          return HandOver(
                              std::move(before),
                              PartOf(request->to(), RoutedFactsOf(of_measure), *organisation),
                              call.now());
                        }));
    publisher_.Wake();
    response->set_cases(done.cases);
    response->set_owned(done.owned);
    response->set_owned_open(done.owned_open);
    response->set_measures(done.measures);
    return absl::OkStatus();
  });
}

grpc::Status TriageService::ExplainCase(grpc::ServerContext* context,
                                        const v1::ExplainCaseRequest* request,
                                        v1::ExplainCaseResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    call.set_subject("cases/" + request->case_id());
    if (call.organisation() == nullptr) return error::NoOrganisation(call.tenant());
    AVVIK_ASSIGN_OR_RETURN(const Case found,
                           cases_.Get(call.tenant(), request->case_id(), call.visibility()));
    call.set_subject("cases/" + found.id);
    call.ActingOn(MatterOf(found));
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
    response->set_etag(EtagOf(call.organisation()->version()));
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
    AVVIK_ASSIGN_OR_RETURN(const std::optional<int64_t> decided_on, VersionOf(request->etag()));
    AVVIK_ASSIGN_OR_RETURN(const Applied applied,
                           organisations_.Apply(wanted, request->validate_only(), call.now(),
                                                call.Trace("organisation"), decided_on));
    *response->mutable_changes() = ChangesOf(applied.changes);
    response->set_version(applied.version);
    response->set_etag(EtagOf(applied.version));
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
