// A municipality as it stood at one version: who is who, what lies under what, and who is
// responsible. Immutable, so that a request sees one and the same organisation from beginning to
// end.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/organisation/v1/organisation.pb.h"

namespace avvik::organisation {

// A role and the unit it is held for, with everything below; an empty unit is the whole
// municipality.
struct HeldRole {
  v1::Role role = v1::ROLE_UNSPECIFIED;
  std::string unit;

  friend auto operator<=>(const HeldRole&, const HeldRole&) = default;
};

// A stable pseudonym of a person within a tenant, for events and figures: `p_` and the first 20
// hexadecimal digits of SHA-256 of `tenant/login`. Exists for everyone who signs in, named in the
// organisation or not.
std::string PersonId(std::string_view tenant, std::string_view login);

// Pointers and references it hands out live as long as it does. Thread-safe.
class Organisation {
 public:
  // INVALID_ARGUMENT, as from Check, when the organisation does not hold together.
  static absl::StatusOr<std::shared_ptr<const Organisation>> Create(v1::Organisation proto,
                                                                    int64_t version);
  Organisation(const Organisation&) = delete;
  Organisation& operator=(const Organisation&) = delete;

  const v1::Organisation& proto() const { return proto_; }
  const std::string& tenant() const { return proto_.tenant(); }
  // Counts up with each change.
  int64_t version() const { return version_; }

  // Units. An id that is empty or not known counts as: somewhere in the municipality, not said
  // where.
  const v1::Unit& root() const { return *root_; }
  // Null when not known.
  const v1::Unit* FindUnit(std::string_view id) const;
  // The unit, the one above it, and so on to the root; nothing when not known.
  std::vector<const v1::Unit*> Lineage(std::string_view unit) const;
  // Whether `unit` is `ancestor` or lies below it. False when either is not known.
  bool IsBelow(std::string_view unit, std::string_view ancestor) const;
  // Ids of the unit and everything below it, in the order of the file; nothing when not known.
  std::vector<std::string> Subtree(std::string_view unit) const;
  // The controller for personal data (GDPR article 4(7)). Sweden: the nearest committee or company
  // at or above the unit, otherwise the municipal board. Denmark: the nearest company, otherwise
  // the municipality.
  const v1::Unit& ControllerOf(std::string_view unit) const;
  // The operator by the cybersecurity acts: the nearest company at or above, otherwise the
  // municipality.
  const v1::Unit& OperatorOf(std::string_view unit) const;

  // People. Null when not named in the organisation.
  const v1::Person* FindPerson(std::string_view login) const;
  const v1::Person* FindPersonById(std::string_view person_id) const;
  // What the person holds: the roles given, EMPLOYEE, and SYSTEM_OWNER or SYSTEM_ADMINISTRATOR for
  // the units of the systems that name them. A role for the root is one for the whole municipality.
  // Everyone not named here is an employee. In order, each once.
  std::vector<HeldRole> RolesOf(std::string_view login) const;
  // Who stands in, by the entries of the file in force on the local day of `now`; in the order of
  // the file.
  std::vector<const v1::StandIn*> StandInsOf(std::string_view login, absl::Time now) const;
  // What the members of a group of the sign-in provider hold; nothing when the file does not name
  // it. In order, each once.
  std::vector<HeldRole> RolesOfGroup(std::string_view group) const;
  // Ids of the systems the person is owner (or administrator) of, in the order of the file.
  std::vector<std::string> SystemsOf(std::string_view login, v1::Role role) const;
  // Those who hold the role for the unit; when none does, those who hold it for the nearest unit
  // above; as the last resort those who hold it for the whole municipality. In the order of the
  // file.
  std::vector<const v1::Person*> HoldersAt(v1::Role role, std::string_view unit) const;
  // The language a person is written to: their own, otherwise default_language().
  const std::string& LanguageOf(std::string_view login) const;

  // Systems. Null when not known.
  const v1::System* FindSystem(std::string_view id) const;

  // The municipality's own word for a role; empty when it has none.
  std::string TitleOf(v1::Role role) const;
  const std::string& default_language() const { return proto_.languages(0); }
  absl::TimeZone time_zone() const { return time_zone_; }
  // The local year of an instant, such as 2026.
  int LocalYear(absl::Time instant) const;
  // The local month of an instant, such as `2026-11`.
  std::string LocalMonth(absl::Time instant) const;

 private:
  Organisation(v1::Organisation proto, int64_t version);
  void Index();
  const v1::Unit* NearestOf(std::string_view unit, bool committees_count) const;
  // The unit as HeldRole has it: empty for the root.
  std::string HeldUnit(const std::string& unit) const;

  template <typename Value>
  using ById = std::map<std::string, Value, std::less<>>;

  const v1::Organisation proto_;
  const int64_t version_;
  absl::TimeZone time_zone_;
  const v1::Unit* root_ = nullptr;
  ById<const v1::Unit*> units_;
  ById<const v1::Person*> people_;
  ById<const v1::Person*> people_by_id_;
  ById<const v1::System*> systems_;
  ById<std::vector<HeldRole>> roles_;                // By login.
  ById<std::vector<HeldRole>> group_roles_;          // By group.
  ById<std::vector<const v1::StandIn*>> stand_ins_;  // By who stands in.
  std::map<HeldRole, std::vector<const v1::Person*>> holders_;
};

}  // namespace avvik::organisation
