// Who may do what. A call declares a permission in its proto; `deploy/roles.yaml` says which role
// grants it and how far; the organisation says who holds which role for which unit. What no role
// grants is denied.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "avvik/organisation/v1/organisation.pb.h"
#include "common/organisation/organisation.h"

namespace avvik::organisation {

// What each role may: `deploy/roles.yaml`. Thread-safe.
class RoleCatalogue {
 public:
  // Errors as from datafile::Load; also for a role or a permission of a role that is listed twice.
  static absl::StatusOr<RoleCatalogue> Load(const std::string& path);
  static absl::StatusOr<RoleCatalogue> Create(const v1::RoleCatalogue& proto);

  // How far the role's permission reaches; REACH_UNSPECIFIED when it does not grant it.
  v1::Reach ReachOf(v1::Role role, std::string_view permission) const;

 private:
  std::map<v1::Role, std::map<std::string, v1::Reach, std::less<>>> grants_;
};

// What a caller holds.
struct Rights {
  std::vector<HeldRole> roles;

  bool Holds(v1::Role role) const;
};

// A person's rights: those of Organisation::RolesOf, never a machine's role. With no organisation,
// those of an employee.
Rights RightsOf(const Organisation* organisation, std::string_view login);

// A machine's rights by the scope of its token (RFC 6749 section 3.3): SERVICE for `avvik.service`,
// TICKET_SYSTEM for `avvik.tickets`, for the whole municipality; none for any other.
Rights RightsOfMachine(std::string_view scope);

// What a permission amounts to for one caller.
struct Grant {
  // REACH_UNSPECIFIED: denied. REACH_OWN: what is the caller's own. REACH_UNIT: that, and all of
  // `units` with everything below them. REACH_ALL: everything of the tenant.
  v1::Reach reach = v1::REACH_UNSPECIFIED;
  // With REACH_UNIT only: at least one unit, in order, each once.
  std::vector<std::string> units;

  bool allowed() const { return reach != v1::REACH_UNSPECIFIED; }
  friend bool operator==(const Grant&, const Grant&) = default;
};

// The union of what the roles grant. A role held for the whole municipality makes REACH_UNIT reach
// all. Pure.
Grant Decide(const RoleCatalogue& catalogue, std::span<const HeldRole> roles,
             std::string_view permission);

}  // namespace avvik::organisation
