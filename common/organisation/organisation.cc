#include "common/organisation/organisation.h"

#include <algorithm>
#include <cstdio>

#include "common/organisation/check.h"
#include "common/status/macros.h"
#include "openssl/sha.h"

namespace avvik::organisation {
namespace {

template <typename Map>
auto FindIn(const Map& map, std::string_view id) -> typename Map::mapped_type {
  auto found = map.find(id);
  return found == map.end() ? nullptr : found->second;
}

void SortEachOnce(std::vector<HeldRole>* held) {
  std::sort(held->begin(), held->end());
  held->erase(std::unique(held->begin(), held->end()), held->end());
}

}  // namespace

std::string PersonId(std::string_view tenant, std::string_view login) {
  std::string subject = std::string(tenant) + "/" + std::string(login);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(subject.data()), subject.size(), digest);
  char id[] = "p_0123456789abcdef0123";
  for (int i = 0; i < 10; ++i) std::snprintf(id + 2 + 2 * i, 3, "%02x", digest[i]);
  return id;
}

absl::StatusOr<std::shared_ptr<const Organisation>> Organisation::Create(v1::Organisation proto,
                                                                         int64_t version) {
  AVVIK_RETURN_IF_ERROR(Check(proto));
  auto organisation = std::shared_ptr<Organisation>(new Organisation(std::move(proto), version));
  organisation->Index();
  return organisation;
}

Organisation::Organisation(v1::Organisation proto, int64_t version)
    : proto_(std::move(proto)), version_(version) {}

void Organisation::Index() {
  absl::LoadTimeZone(proto_.time_zone(), &time_zone_);
  for (const v1::Unit& unit : proto_.units()) {
    units_[unit.id()] = &unit;
    if (unit.parent().empty()) root_ = &unit;
  }
  for (const v1::System& system : proto_.systems()) {
    systems_[system.id()] = &system;
    roles_[system.owner()].push_back({v1::SYSTEM_OWNER, system.unit()});
    if (!system.administrator().empty()) {
      roles_[system.administrator()].push_back({v1::SYSTEM_ADMINISTRATOR, system.unit()});
    }
  }
  for (const v1::Person& person : proto_.people()) {
    people_[person.login()] = &person;
    people_by_id_[PersonId(proto_.tenant(), person.login())] = &person;
    std::vector<HeldRole>& held = roles_[person.login()];
    held.push_back({v1::EMPLOYEE, ""});
    for (const v1::Assignment& assignment : person.roles()) {
      held.push_back({assignment.role(), HeldUnit(assignment.unit())});
      holders_[held.back()].push_back(&person);
    }
  }
  for (auto& [login, held] : roles_) {
    for (HeldRole& role : held) role.unit = HeldUnit(role.unit);
    SortEachOnce(&held);
  }
  for (const v1::GroupRoles& group : proto_.group_roles()) {
    std::vector<HeldRole>& held = group_roles_[group.group()];
    for (const v1::Assignment& assignment : group.roles()) {
      held.push_back({assignment.role(), HeldUnit(assignment.unit())});
    }
    SortEachOnce(&held);
  }
  for (const v1::StandIn& entry : proto_.stand_ins()) {
    stand_ins_[entry.person()].push_back(&entry);
  }
}

std::string Organisation::HeldUnit(const std::string& unit) const {
  return unit == root_->id() ? "" : unit;
}

const v1::Unit* Organisation::FindUnit(std::string_view id) const { return FindIn(units_, id); }

std::vector<const v1::Unit*> Organisation::Lineage(std::string_view unit) const {
  std::vector<const v1::Unit*> lineage;
  for (const v1::Unit* at = FindUnit(unit); at != nullptr; at = FindUnit(at->parent())) {
    lineage.push_back(at);
  }
  return lineage;
}

bool Organisation::IsBelow(std::string_view unit, std::string_view ancestor) const {
  for (const v1::Unit* at = FindUnit(unit); at != nullptr; at = FindUnit(at->parent())) {
    if (at->id() == ancestor) return true;
  }
  return false;
}

std::vector<std::string> Organisation::Subtree(std::string_view unit) const {
  std::vector<std::string> ids;
  for (const v1::Unit& candidate : proto_.units()) {
    if (IsBelow(candidate.id(), unit)) ids.push_back(candidate.id());
  }
  return ids;
}

const v1::Unit* Organisation::NearestOf(std::string_view unit, bool committees_count) const {
  for (const v1::Unit* at : Lineage(unit)) {
    if (at->type() == v1::UNIT_TYPE_COMPANY) return at;
    if (at->type() == v1::UNIT_TYPE_COMMITTEE && committees_count) return at;
  }
  return nullptr;
}

const v1::Unit& Organisation::ControllerOf(std::string_view unit) const {
  const bool committees_count = proto_.country() == v1::SE;
  if (const v1::Unit* nearest = NearestOf(unit, committees_count)) return *nearest;
  const v1::Unit* board = committees_count ? FindUnit(proto_.board()) : nullptr;
  return board != nullptr ? *board : *root_;
}

const v1::Unit& Organisation::OperatorOf(std::string_view unit) const {
  const v1::Unit* company = NearestOf(unit, /*committees_count=*/false);
  return company != nullptr ? *company : *root_;
}

const v1::Person* Organisation::FindPerson(std::string_view login) const {
  return FindIn(people_, login);
}

const v1::Person* Organisation::FindPersonById(std::string_view person_id) const {
  return FindIn(people_by_id_, person_id);
}

std::vector<HeldRole> Organisation::RolesOf(std::string_view login) const {
  auto found = roles_.find(login);
  return found == roles_.end() ? std::vector<HeldRole>{{v1::EMPLOYEE, ""}} : found->second;
}

std::vector<const v1::StandIn*> Organisation::StandInsOf(std::string_view login,
                                                         absl::Time now) const {
  std::vector<const v1::StandIn*> in_force;
  auto found = stand_ins_.find(login);
  if (found == stand_ins_.end()) return in_force;
  // Days as `YYYY-MM-DD` are ordered as texts.
  const std::string today = absl::FormatTime("%Y-%m-%d", now, time_zone_);
  for (const v1::StandIn* entry : found->second) {
    if (entry->first_day() <= today && today <= entry->last_day()) in_force.push_back(entry);
  }
  return in_force;
}

std::vector<HeldRole> Organisation::RolesOfGroup(std::string_view group) const {
  auto found = group_roles_.find(group);
  return found == group_roles_.end() ? std::vector<HeldRole>() : found->second;
}

std::vector<std::string> Organisation::SystemsOf(std::string_view login, v1::Role role) const {
  std::vector<std::string> ids;
  for (const v1::System& system : proto_.systems()) {
    const std::string& holder = role == v1::SYSTEM_OWNER ? system.owner() : system.administrator();
    if (holder == login && !holder.empty()) ids.push_back(system.id());
  }
  return ids;
}

std::vector<const v1::Person*> Organisation::HoldersAt(v1::Role role, std::string_view unit) const {
  for (const v1::Unit* at : Lineage(unit)) {
    auto found = holders_.find({role, at->id()});
    if (found != holders_.end()) return found->second;
  }
  auto found = holders_.find({role, ""});
  return found == holders_.end() ? std::vector<const v1::Person*>{} : found->second;
}

const std::string& Organisation::LanguageOf(std::string_view login) const {
  const v1::Person* person = FindPerson(login);
  return person != nullptr && !person->language().empty() ? person->language() : default_language();
}

const v1::System* Organisation::FindSystem(std::string_view id) const {
  return FindIn(systems_, id);
}

std::string Organisation::TitleOf(v1::Role role) const {
  for (const v1::RoleTitle& title : proto_.role_titles()) {
    if (title.role() == role) return title.title();
  }
  return "";
}

int Organisation::LocalYear(absl::Time instant) const {
  return static_cast<int>(absl::ToCivilYear(instant, time_zone_).year());
}

std::string Organisation::LocalMonth(absl::Time instant) const {
  return absl::FormatTime("%Y-%m", instant, time_zone_);
}

}  // namespace avvik::organisation
