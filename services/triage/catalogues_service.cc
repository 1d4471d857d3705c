#include "services/triage/catalogues_service.h"

#include <algorithm>

#include "common/rpc/handle.h"

namespace avvik::triage {
namespace {

int HoldersOf(organisation::v1::Role role, const organisation::Organisation& organisation) {
  const auto& people = organisation.proto().people();
  return static_cast<int>(std::count_if(people.begin(), people.end(), [&](const auto& person) {
    const auto held = organisation.RolesOf(person.login());
    return std::any_of(held.begin(), held.end(),
                       [&](const organisation::HeldRole& one) { return one.role == role; });
  }));
}

}  // namespace

grpc::Status CataloguesService::ListRoles(grpc::ServerContext* context,
                                          const v1::ListRolesRequest* request,
                                          v1::ListRolesResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call& call) -> absl::Status {
    const auto& organisation = call.organisation();
    const organisation::v1::RoleCatalogue catalogue = roles_.ToProto();
    for (const organisation::v1::RoleGrants& granted : catalogue.roles()) {
      v1::RoleDescription* role = response->add_roles();
      role->set_role(granted.role());
      *role->mutable_grants() = granted.grants();
      if (organisation == nullptr) continue;
      role->set_title(organisation->TitleOf(granted.role()));
      role->set_holders(HoldersOf(granted.role(), *organisation));
    }
    call.Shows(*response);
    return absl::OkStatus();
  });
}

grpc::Status CataloguesService::GetClassificationRules(
    grpc::ServerContext* context, const v1::GetClassificationRulesRequest* request,
    v1::GetClassificationRulesResponse* response) {
  return rpc::Handle(environment_, *context, *request, [&](rpc::Call&) -> absl::Status {
    *response->mutable_classification() = rules_.proto();
    *response->mutable_campaigns() = campaigns_.proto();
    return absl::OkStatus();
  });
}

}  // namespace avvik::triage
