#include "common/organisation/rights.h"

#include <algorithm>
#include <set>

#include "common/datafile/datafile.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::organisation {
namespace {

template <typename Values, typename Value>
bool Contains(const Values& values, const Value& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

template <typename Value>
void SortEachOnce(std::vector<Value>* values) {
  std::sort(values->begin(), values->end());
  values->erase(std::unique(values->begin(), values->end()), values->end());
}

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
      const v1::Grant& grant = proto.roles(i).grants(j);
      const std::string grant_path = path + ".grants[" + std::to_string(j) + "]";
      if (!permissions.insert(grant.permission()).second) {
        violations.push_back({grant_path + ".permission", "is granted already"});
      }
      if (grant.reach() == v1::REACH_OWN && grant.spheres_size() > 0) {
        violations.push_back(
            {grant_path + ".spheres", "must be left out with OWN, which holds in every sphere"});
      }
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

bool IsOfASystem(v1::Role role) {
  return role == v1::SYSTEM_OWNER || role == v1::SYSTEM_ADMINISTRATOR;
}

// What a person of the file holds without standing in for anybody.
void AddPermanent(const Organisation& organisation, const std::string& login, Rights* rights) {
  rights->keys.push_back(PersonId(organisation.tenant(), login));
  for (const HeldRole& held : organisation.RolesOf(login)) {
    rights->roles.push_back(held);
    if (!IsOfASystem(held.role)) rights->keys.push_back(FunctionKey(held.role, held.unit, ""));
  }
  for (const v1::Role role : {v1::SYSTEM_OWNER, v1::SYSTEM_ADMINISTRATOR}) {
    for (const std::string& system : organisation.SystemsOf(login, role)) {
      rights->keys.push_back(FunctionKey(role, "", system));
    }
  }
}

void AddRole(const HeldRole& held, Rights* rights) {
  rights->roles.push_back(held);
  rights->keys.push_back(FunctionKey(held.role, held.unit, ""));
}

void Tidy(Rights* rights) {
  SortEachOnce(&rights->roles);
  SortEachOnce(&rights->keys);
  SortEachOnce(&rights->absent);
  // Of roles that are no function.
  std::erase(rights->keys, "");
}

}  // namespace

Sphere SphereOf(type::v1::Answer national_security, type::v1::Answer personal_data,
                bool restricted) {
  if (national_security == type::v1::ANSWER_YES) return type::v1::SPHERE_SECURITY_PROTECTION;
  if (restricted) return type::v1::SPHERE_RESTRICTED;
  return personal_data == type::v1::ANSWER_YES ? type::v1::SPHERE_PERSONAL_DATA
                                               : type::v1::SPHERE_OPEN;
}

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
      Granted& granted = catalogue.grants_[role.role()][grant.permission()];
      granted.reach = grant.reach();
      for (const int sphere : grant.spheres()) {
        granted.spheres.push_back(static_cast<Sphere>(sphere));
      }
      if (granted.spheres.empty()) {
        granted.spheres = {type::v1::SPHERE_OPEN, type::v1::SPHERE_PERSONAL_DATA};
      }
    }
  }
  return catalogue;
}

const RoleCatalogue::Granted* RoleCatalogue::Find(v1::Role role,
                                                  std::string_view permission) const {
  auto grants = grants_.find(role);
  if (grants == grants_.end()) return nullptr;
  auto granted = grants->second.find(permission);
  return granted == grants->second.end() ? nullptr : &granted->second;
}

v1::RoleCatalogue RoleCatalogue::ToProto() const {
  v1::RoleCatalogue proto;
  for (const auto& [role, permissions] : grants_) {
    v1::RoleGrants* grants = proto.add_roles();
    grants->set_role(role);
    for (const auto& [permission, granted] : permissions) {
      v1::Grant* grant = grants->add_grants();
      grant->set_permission(permission);
      grant->set_reach(granted.reach);
      if (granted.reach == v1::REACH_OWN) continue;
      for (const Sphere sphere : kSpheres) {
        if (Contains(granted.spheres, sphere)) grant->add_spheres(sphere);
      }
    }
  }
  return proto;
}

v1::Reach RoleCatalogue::ReachOf(v1::Role role, std::string_view permission) const {
  const Granted* granted = Find(role, permission);
  return granted == nullptr ? v1::REACH_UNSPECIFIED : granted->reach;
}

std::set<std::string> RoleCatalogue::PermissionsOf(std::span<const HeldRole> roles) const {
  std::set<std::string> permissions;
  for (const HeldRole& held : roles) {
    const auto grants = grants_.find(held.role);
    if (grants == grants_.end()) continue;
    for (const auto& [permission, granted] : grants->second) permissions.insert(permission);
  }
  return permissions;
}

bool RoleCatalogue::ReachesInto(v1::Role role, std::string_view permission, Sphere sphere) const {
  const Granted* granted = Find(role, permission);
  return granted != nullptr && granted->reach >= v1::REACH_UNIT &&
         Contains(granted->spheres, sphere);
}

bool Rights::Holds(v1::Role role) const {
  return std::any_of(roles.begin(), roles.end(),
                     [&](const HeldRole& held) { return held.role == role; });
}

std::string FunctionKey(v1::Role role, std::string_view unit, std::string_view system) {
  if (role == v1::ROLE_UNSPECIFIED || role == v1::EMPLOYEE) return "";
  const std::string number = "f" + std::to_string(static_cast<int>(role));
  if (IsOfASystem(role)) return system.empty() ? "" : number + ":" + std::string(system);
  return number + "/" + std::string(unit);
}

Rights OwnRightsOf(const Organisation* organisation, const SignedIn& person) {
  Rights rights;
  if (organisation == nullptr) {
    rights.roles = {{v1::EMPLOYEE, ""}};
    rights.keys = {PersonId(person.tenant, person.login)};
    return rights;
  }
  AddPermanent(*organisation, person.login, &rights);
  for (const std::string& group : person.groups) {
    for (const HeldRole& held : organisation->RolesOfGroup(group)) AddRole(held, &rights);
  }
  Tidy(&rights);
  return rights;
}

Rights RightsOf(const Organisation* organisation, const SignedIn& person, absl::Time now) {
  Rights rights = OwnRightsOf(organisation, person);
  if (organisation == nullptr) return rights;
  for (const v1::StandIn* entry : organisation->StandInsOf(person.login, now)) {
    if (entry->absent().empty()) {
      const bool whole = entry->unit() == organisation->root().id();
      AddRole({entry->role(), whole ? "" : entry->unit()}, &rights);
    } else {
      AddPermanent(*organisation, entry->absent(), &rights);
      rights.absent.push_back(entry->absent());
    }
  }
  Tidy(&rights);
  return rights;
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
    const v1::Reach reach = catalogue.ReachOf(held.role, permission);
    if (reach == v1::REACH_UNSPECIFIED) continue;
    grant.held = true;
    for (const Sphere sphere : kSpheres) {
      if (!catalogue.ReachesInto(held.role, permission, sphere)) continue;
      Extent& extent = grant.spheres[sphere];
      extent.everything |= reach == v1::REACH_ALL || held.unit.empty();
      extent.units.push_back(held.unit);
    }
  }
  for (auto& [sphere, extent] : grant.spheres) {
    if (extent.everything) extent.units.clear();
    SortEachOnce(&extent.units);
  }
  return grant;
}

std::string PlaceOf(Sphere sphere, std::string_view unit) {
  return std::to_string(static_cast<int>(sphere)) + "/" + std::string(unit);
}

Visibility VisibilityOf(const Grant& grant, const Rights& rights,
                        const Organisation* organisation) {
  Visibility visibility;
  if (!grant.held) return visibility;
  visibility.keys = rights.keys;
  for (const auto& [sphere, extent] : grant.spheres) {
    if (extent.everything) {
      visibility.spheres.push_back(sphere);
      continue;
    }
    if (organisation == nullptr) continue;
    for (const std::string& unit : extent.units) {
      for (const std::string& below : organisation->Subtree(unit)) {
        visibility.places.push_back(PlaceOf(sphere, below));
      }
    }
  }
  SortEachOnce(&visibility.places);
  return visibility;
}

Visibility EverythingVisible() {
  return {.spheres = {std::begin(kSpheres), std::end(kSpheres)}, .places = {}, .keys = {}};
}

Verdict Judge(const Visibility& visibility, const Matter& matter) {
  if (Contains(visibility.spheres, matter.sphere)) return {Ground::kSphere};
  if (Contains(visibility.places, PlaceOf(matter.sphere, matter.unit))) return {Ground::kUnit};
  for (const std::string& party : matter.parties) {
    if (Contains(visibility.keys, party)) return {Ground::kPart};
  }
  return {Ground::kOutOfReach};
}

Verdict Judge(const RoleCatalogue& catalogue, const Organisation* organisation,
              const Rights& rights, std::string_view permission, const Matter& matter) {
  const Grant grant = Decide(catalogue, rights.roles, permission);
  if (!grant.held) return {Ground::kNotGranted};
  return Judge(VisibilityOf(grant, rights, organisation), matter);
}

}  // namespace avvik::organisation
