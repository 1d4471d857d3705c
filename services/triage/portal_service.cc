#include "services/triage/portal_service.h"

#include <memory>
#include <vector>

#include "common/rpc/handle.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/triage/errors.h"

namespace avvik::triage {
namespace {

// The organisation named; with no name, the one there is.
absl::StatusOr<std::shared_ptr<const organisation::Organisation>> Named(
    const std::string& tenant, const organisation::Directory& directory) {
  const std::vector<std::string> tenants = directory.Tenants();
  if (tenant.empty() && tenants.size() > 1) {
    return status::Error(absl::StatusCode::kNotFound,
                         "there are several municipalities here: name one", "TENANT_NEEDED");
  }
  auto organisation =
      directory.Find(tenant.empty() && !tenants.empty() ? tenants.front() : tenant);
  if (organisation == nullptr) return error::NoOrganisation(tenant);
  return organisation;
}

void Describe(const std::string& permission, const organisation::Grant& grant,
              v1::GrantedPermission* described) {
  described->set_permission(permission);
  for (const auto& [sphere, extent] : grant.spheres) {
    auto* reached = described->add_spheres();
    reached->set_sphere(sphere);
    reached->set_everything(extent.everything);
    if (extent.everything) continue;
    for (const std::string& unit : extent.units) reached->add_units(unit);
  }
}

}  // namespace

grpc::Status PortalService::GetAppearance(grpc::ServerContext* context,
                                          const v1::GetAppearanceRequest* request,
                                          v1::GetAppearanceResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call&) -> absl::Status {
    AVVIK_ASSIGN_OR_RETURN(const auto organisation, Named(request->tenant(), directory_));
    const organisation::v1::Organisation& proto = organisation->proto();
    response->set_tenant(proto.tenant());
    response->set_name(proto.name());
    response->set_country(proto.country());
    response->set_time_zone(proto.time_zone());
    *response->mutable_languages() = proto.languages();
    response->set_anonymous_reporting(!proto.has_anonymous_reporting() ||
                                      proto.anonymous_reporting());
    if (proto.has_appearance()) *response->mutable_appearance() = proto.appearance();
    return absl::OkStatus();
  });
}

grpc::Status PortalService::GetMe(grpc::ServerContext* context, const v1::GetMeRequest* request,
                                  v1::GetMeResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    response->set_login(call.caller().login);
    response->set_name(call.caller().name);
    response->set_tenant(call.tenant());
    if (const auto& organisation = call.organisation(); organisation != nullptr) {
      response->set_language(organisation->LanguageOf(call.caller().login));
      if (const auto* person = organisation->FindPerson(call.caller().login); person != nullptr) {
        response->set_name(person->name());
        response->set_unit(person->unit());
      }
    }
    for (const organisation::HeldRole& held : call.rights().roles) {
      auto* role = response->add_roles();
      role->set_role(held.role);
      role->set_unit(held.unit);
    }
    for (const auto& [permission, grant] : environment_.GrantsOf(call)) {
      Describe(permission, grant, response->add_permissions());
    }
    for (const std::string& login : call.rights().absent) response->add_stands_in_for(login);
    return absl::OkStatus();
  });
}

}  // namespace avvik::triage
