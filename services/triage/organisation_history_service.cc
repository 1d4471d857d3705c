#include "services/triage/organisation_history_service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "common/organisation/check.h"
#include "common/paging/page_token.h"
#include "common/rpc/handle.h"
#include "common/rpc/time.h"
#include "common/status/macros.h"
#include "services/triage/case_proto.h"
#include "services/triage/errors.h"
#include "services/triage/organisation_proto.h"
#include "services/triage/would_be.h"

namespace avvik::triage {
namespace {

constexpr char kChangeOrganisation[] = "organisation.change";
// Each is compared as a whole with the one before.
constexpr int kMostVersions = 100;

using OrganisationPtr = std::shared_ptr<const organisation::Organisation>;

// The organisation asked: the one that came along, checked, or the one in force.
absl::StatusOr<OrganisationPtr> AskedOf(const rpc::Call& call,
                                        const v1::ExplainOrganisationRequest& request) {
  if (!request.has_organisation()) {
    if (call.organisation() == nullptr) return error::NoOrganisation(call.tenant());
    return call.organisation();
  }
  const std::string& tenant = request.organisation().tenant();
  if (tenant != call.tenant()) return error::OtherTenant(tenant);
  auto draft = organisation::Organisation::Create(request.organisation(), 0);
  if (!draft.ok()) return WithinRequest(draft.status());
  return *std::move(draft);
}

ReportTold ReportOf(const v1::ExplainOrganisationRequest& request, absl::Time time) {
  ReportTold report;
  report.unit = request.unit();
  report.system = request.system();
  report.facts.category = request.category();
  report.facts.personal_data = request.personal_data();
  report.facts.national_security = request.national_security();
  report.facts.ongoing = request.ongoing();
  if (request.has_affected_persons()) report.facts.affected_persons = request.affected_persons();
  report.reported = time;
  return report;
}

void Convert(const WouldBe& would, const organisation::Organisation& organisation,
             v1::ExplainOrganisationResponse* response) {
  for (const RoutingStep& step : would.route.steps) {
    *response->add_steps() = triage::ToProto(step, &organisation);
    if (step.effect == v1::ROUTING_EFFECT_OWNER) response->set_owner_rule(step.rule);
  }
  *response->mutable_owner() = triage::ToProto(would.route.owner, &organisation);
  for (const Party& party : would.route.drawn_in) {
    if (party.login == would.route.owner.login) continue;
    *response->add_drawn_in() = triage::ToProto(party, &organisation);
  }
  for (const Acting& acting : would.acting) {
    v1::ActingFor* entry = response->add_acting();
    entry->set_absent(acting.absent);
    entry->set_person(acting.by->person());
    if (const auto* person = organisation.FindPerson(acting.by->person()); person != nullptr) {
      entry->set_name(person->name());
    }
    entry->set_stand_in(acting.by->id());
    entry->set_last_day(acting.by->last_day());
  }
  *response->mutable_classification() = would.opened.classification;
  response->set_sphere(SphereOf(would.opened));
  response->set_controller_unit(organisation.ControllerOf(would.opened.unit).id());
  response->set_version(organisation.version());
}

v1::OrganisationVersion ToProto(const KeptVersion& kept) {
  v1::OrganisationVersion version;
  version.set_version(kept.version);
  *version.mutable_apply_time() = rpc::ToProtoTime(kept.applied);
  version.set_applied_by(kept.applied_by);
  *version.mutable_changes() = ChangesOf(kept.changes);
  return version;
}

}  // namespace

grpc::Status OrganisationHistoryService::ExplainOrganisation(
    grpc::ServerContext* context, const v1::ExplainOrganisationRequest* request,
    v1::ExplainOrganisationResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const OrganisationPtr organisation, AskedOf(call, *request));
    const absl::Time time =
        request->has_time() ? rpc::FromProtoTime(request->time()) : call.now();
    Convert(WouldBecome(ReportOf(*request, time), rules_, *organisation, time), *organisation,
            response);
    return absl::OkStatus();
  });
}

grpc::Status OrganisationHistoryService::ListOrganisationVersions(
    grpc::ServerContext* context, const v1::ListOrganisationVersionsRequest* request,
    v1::ListOrganisationVersionsResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const std::string after, paging::KeyOf(*request));
    int64_t before = 0;
    if (!after.empty() && !absl::SimpleAtoi(after, &before)) return error::NoSuchEtag();
    const int most = std::min(paging::SizeOf(request->page_size()), kMostVersions);
    AVVIK_ASSIGN_OR_RETURN(const VersionPage page,
                           organisations_.List(call.tenant(), before, most));
    for (const KeptVersion& kept : page.versions) {
      *response->add_versions() = ToProto(kept);
    }
    if (page.more) {
      response->set_next_page_token(
          paging::MakeToken(*request, std::to_string(page.versions.back().version)));
    }
    response->set_total_size(page.total);
    call.Shows(*response);
    return absl::OkStatus();
  });
}

grpc::Status OrganisationHistoryService::GetOrganisationVersion(
    grpc::ServerContext* context, const v1::GetOrganisationVersionRequest* request,
    v1::OrganisationVersion* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(KeptVersion kept,
                           organisations_.Get(call.tenant(), request->version()));
    *response = ToProto(kept);
    response->mutable_organisation()->Swap(&kept.organisation);
    if (!environment_.GrantFor(call, kChangeOrganisation).allowed()) {
      for (auto& person : *response->mutable_organisation()->mutable_people()) {
        person.clear_email();
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace avvik::triage
