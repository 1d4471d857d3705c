// Who may do what. A call declares a permission in its proto; `deploy/roles.yaml` says which role
// grants it, how far and into which spheres; the organisation says who holds which role for which
// unit, and who stands in for whom. What no role grants is denied.
//
// Everything here is pure. Every service decides by it: a single read by Judge, a list by the same
// Visibility as a condition of its query (visible.h).
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/organisation/v1/organisation.pb.h"
#include "avvik/type/v1/classification.pb.h"
#include "common/organisation/organisation.h"

namespace avvik::organisation {

using type::v1::Sphere;

// Every sphere there is.
inline constexpr Sphere kSpheres[] = {type::v1::SPHERE_OPEN, type::v1::SPHERE_PERSONAL_DATA,
                                      type::v1::SPHERE_RESTRICTED,
                                      type::v1::SPHERE_SECURITY_PROTECTION};

// The sphere of what was reported or classified so: national security comes before a person's
// decision to restrict it, and that before personal data.
Sphere SphereOf(type::v1::Answer national_security, type::v1::Answer personal_data,
                bool restricted);

// What each role may: `deploy/roles.yaml`. Thread-safe.
class RoleCatalogue {
 public:
  // Errors as from datafile::Load; also for a role or a permission of a role that is listed twice.
  static absl::StatusOr<RoleCatalogue> Load(const std::string& path);
  static absl::StatusOr<RoleCatalogue> Create(const v1::RoleCatalogue& proto);

  // What it says, roles and permissions in order, each with all spheres that its reach goes into (none with
  // OWN, which holds in every sphere).
  v1::RoleCatalogue ToProto() const;

  // How far the role's permission reaches; REACH_UNSPECIFIED when it does not grant it.
  v1::Reach ReachOf(v1::Role role, std::string_view permission) const;
  // Whether that reach goes into the sphere. What is the caller's own is reached in every sphere.
  bool ReachesInto(v1::Role role, std::string_view permission, Sphere sphere) const;
  // Every permission that any of the roles grants.
  std::set<std::string> PermissionsOf(std::span<const HeldRole> roles) const;

 private:
  struct Granted {
    v1::Reach reach = v1::REACH_UNSPECIFIED;
    std::vector<Sphere> spheres;
  };
  const Granted* Find(v1::Role role, std::string_view permission) const;

  std::map<v1::Role, std::map<std::string, Granted, std::less<>>> grants_;
};

// What a caller holds at a moment.
struct Rights {
  // In order, each once.
  std::vector<HeldRole> roles;
  // What fits the parts of a matter that are the caller's own: the caller's pseudonym, the
  // functions held, and those of whom the caller stands in for. In order, each once.
  std::vector<std::string> keys;
  // Logins of those the caller stands in for.
  std::vector<std::string> absent;

  bool Holds(v1::Role role) const;
};

// Somebody who signed in, as the token says.
struct SignedIn {
  std::string tenant;
  std::string login;
  std::vector<std::string> groups;
};

// The key of a function, as a part in a matter names it. The owner and the administrator of a
// system hold the function of that system, everyone else that of a unit; being an employee is no
// function and has the empty key.
std::string FunctionKey(v1::Role role, std::string_view unit, std::string_view system);

// A person's rights without those of whom the person stands in for.
Rights OwnRightsOf(const Organisation* organisation, const SignedIn& person);

// A person's rights: the roles of Organisation::RolesOf, those of the groups, and those of whom the
// person stands in for on the local day of `now`; never a machine's role. Standing in does not go
// on: who stands in for somebody does not stand in for those that one stands in for. With no
// organisation, the rights of an employee.
Rights RightsOf(const Organisation* organisation, const SignedIn& person, absl::Time now);

// A machine's rights by the scope of its token (RFC 6749 section 3.3): SERVICE for `avvik.service`,
// TICKET_SYSTEM for `avvik.tickets`, for the whole municipality; none for any other.
Rights RightsOfMachine(std::string_view scope);

// How far into one sphere.
struct Extent {
  bool everything = false;
  // Unless everything: these with everything below them, in order, each once.
  std::vector<std::string> units;

  friend bool operator==(const Extent&, const Extent&) = default;
};

// What a permission amounts to for one caller.
struct Grant {
  // Whether any role grants it: then it reaches what is the caller's own, in every sphere.
  bool held = false;
  // The spheres it reaches into beyond that.
  std::map<Sphere, Extent> spheres;

  bool allowed() const { return held; }
  friend bool operator==(const Grant&, const Grant&) = default;
};

// The union of what the roles grant. A role held for the whole municipality makes REACH_UNIT reach
// everything.
Grant Decide(const RoleCatalogue& catalogue, std::span<const HeldRole> roles,
             std::string_view permission);

// What is looked at: a case, or what follows one (its report, duties, notices).
struct Matter {
  std::string unit;  // May be empty.
  Sphere sphere = type::v1::SPHERE_OPEN;
  // Keys of those for whom it is their own: pseudonyms and functions.
  std::vector<std::string> parties;
};

// Which matters a grant shows to its holder.
struct Visibility {
  std::vector<Sphere> spheres;      // Everything in these.
  std::vector<std::string> places;  // `<sphere>/<unit>`, as PlaceOf.
  std::vector<std::string> keys;    // What is a party's own.
};

// The place of a matter in a sphere.
std::string PlaceOf(Sphere sphere, std::string_view unit);

// The one place that turns a grant into what it shows; nothing for a grant that is not held. A unit
// counts with everything below it; with no organisation there are no units.
Visibility VisibilityOf(const Grant& grant, const Rights& rights, const Organisation* organisation);

// Everything in every sphere: for what a service does on its own account.
Visibility EverythingVisible();

// Why somebody may or may not.
enum class Ground {
  kSphere,      // Allowed: everything of the sphere is reached.
  kUnit,        // Allowed: the unit is reached.
  kPart,        // Allowed: the matter is the caller's own.
  kNotGranted,  // Denied: no role grants the permission.
  kOutOfReach,  // Denied: the grant does not reach the matter.
};

struct Verdict {
  Ground ground = Ground::kNotGranted;

  bool allowed() const { return ground <= Ground::kPart; }
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

// What the visibility says of a matter.
Verdict Judge(const Visibility& visibility, const Matter& matter);

// The decision as a whole: may somebody with these rights do to the matter what takes the
// permission.
Verdict Judge(const RoleCatalogue& catalogue, const Organisation* organisation,
              const Rights& rights, std::string_view permission, const Matter& matter);

}  // namespace avvik::organisation
