#include "common/organisation/rights.h"

#include <algorithm>
#include <set>

#include "common/datafile/datafile.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::organisation {
namespace {

// What a catalogue must fulfil beyond the rules of its fields.
absl::Status CheckCatalogue(const v1::RoleCatalogue& proto) {
  std::vector<status::FieldViolation> violations;
  std::set<v1::Role> roles;
  for (int i = 0; i < proto.roles_size(); ++i) {
    const std::string path = "roles[" + std::to_string(i) + "]";
    if (!roles.insert(proto.roles(i).role()).second)
      violations.push_back({path + ".role", "is listed already"});
    std::set<std::string> permissions;
    for (int j = 0; j < proto.roles(i).grants_size(); ++j) {
      if (permissions.insert(proto.roles(i).grants(j).permission()).second) continue;
      violations.push_back(
          {path + ".grants[" + std::to_string(j) + "].permission", "is granted already"});
    }
  }
  return violations.empty() ? absl::OkStatus() : status::InvalidFields(violations);
}

bool HasScope(std::string_view scopes, std::string_view wanted) {
  while (!scopes.empty()) {
    size_t space = scopes.find(' ');
    if (scopes.substr(0, space) == wanted) return true;
    if (space == std::string_view::npos) return false;
    scopes.remove_prefix(space + 1);
  }
  return false;
}

}  // namespace

absl::StatusOr<RoleCatalogue> RoleCatalogue::Load(const std::string& path) {
  v1::RoleCatalogue proto;
  AVVIK_RETURN_IF_ERROR(datafile::Load(path, &proto, [&] { return CheckCatalogue(proto); }));
  return Create(proto);
}

absl::StatusOr<RoleCatalogue> RoleCatalogue::Create(const v1::RoleCatalogue& proto) {
  AVVIK_RETURN_IF_ERROR(CheckCatalogue(proto));
  RoleCatalogue catalogue;
  for (const v1::RoleGrants& role : proto.roles()) {
    for (const v1::Grant& grant : role.grants()) {
      catalogue.grants_[role.role()][grant.permission()] = grant.reach();
    }
  }
  return catalogue;
}

v1::Reach RoleCatalogue::ReachOf(v1::Role role, std::string_view permission) const {
  auto grants = grants_.find(role);
  if (grants == grants_.end()) return v1::REACH_UNSPECIFIED;
  auto reach = grants->second.find(permission);
  return reach == grants->second.end() ? v1::REACH_UNSPECIFIED : reach->second;
}

bool Rights::Holds(v1::Role role) const {
  return std::any_of(roles.begin(), roles.end(),
                     [&](const HeldRole& held) { return held.role == role; });
}

Rights RightsOf(const Organisation* organisation, std::string_view login) {
  if (organisation == nullptr) return {{{v1::EMPLOYEE, ""}}};
  return {organisation->RolesOf(login)};
}

Rights RightsOfMachine(std::string_view scope) {
  Rights rights;
  if (HasScope(scope, "avvik.service")) rights.roles.push_back({v1::SERVICE, ""});
  if (HasScope(scope, "avvik.tickets")) rights.roles.push_back({v1::TICKET_SYSTEM, ""});
  return rights;
}

Grant Decide(const RoleCatalogue& catalogue, std::span<const HeldRole> roles,
             std::string_view permission) {
  Grant grant;
  for (const HeldRole& held : roles) {
    v1::Reach reach = catalogue.ReachOf(held.role, permission);
    if (reach == v1::REACH_UNIT && held.unit.empty()) reach = v1::REACH_ALL;
    if (reach == v1::REACH_UNIT) grant.units.push_back(held.unit);
    grant.reach = std::max(grant.reach, reach);
  }
  if (grant.reach != v1::REACH_UNIT) grant.units.clear();
  std::sort(grant.units.begin(), grant.units.end());
  grant.units.erase(std::unique(grant.units.begin(), grant.units.end()), grant.units.end());
  return grant;
}

}  // namespace avvik::organisation
