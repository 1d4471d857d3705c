#include "common/organisation/check.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/datafile/datafile.h"
#include "common/deadline/office_hours.h"
#include "common/status/error.h"

namespace avvik::organisation {
namespace {

std::string At(const char* list, int index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

bool IsOfPeople(v1::Role role) { return role >= v1::EMPLOYEE && role <= v1::ADMINISTRATOR; }

// A name of the IANA database, without a leading slash or a dot that would lead the loader
// elsewhere.
bool IsTimeZone(const std::string& name) {
  bool plain = !name.empty() && name[0] != '/' && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '+' || c == '-' || c == '/';
  });
  absl::TimeZone zone;
  return plain && absl::LoadTimeZone(name, &zone);
}

// A day of the calendar as `YYYY-MM-DD`, and written in no other way.
bool IsDay(const std::string& text) {
  absl::CivilDay day;
  return text.size() == 10 && absl::ParseCivilTime(text, &day) && absl::FormatCivilTime(day) == text;
}

// `#rrggbb`.
bool IsColor(const std::string& text) {
  return text.size() == 7 && text[0] == '#' &&
         text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string::npos;
}

bool IsHttps(const std::string& text) { return text.rfind("https://", 0) == 0; }

class Checker {
 public:
  explicit Checker(const v1::Organisation& organisation) : o_(organisation) {
    for (int i = 0; i < o_.units_size(); ++i) units_.emplace(o_.units(i).id(), &o_.units(i));
    for (const v1::Person& person : o_.people()) people_.insert(person.login());
    for (const v1::System& system : o_.systems()) systems_.insert(system.id());
  }

  std::vector<status::FieldViolation> Run() {
    CheckWhole();
    CheckUnits();
    CheckPeople();
    CheckSystems();
    CheckPm3Objects();
    CheckBodies();
    CheckRouting();
    CheckLadders();
    CheckContacts();
    CheckTitles();
    CheckRetention();
    CheckStandIns();
    CheckGroupRoles();
    CheckAppearance();
    return std::move(violations_);
  }

 private:
  void Add(const std::string& field, const std::string& description) {
    violations_.push_back({field, description});
  }

  void Reference(const std::string& id, bool exists, const std::string& field, const char* list) {
    if (!id.empty() && !exists) Add(field, "names `" + id + "`, which is not among the " + list);
  }
  void UnitReference(const std::string& id, const std::string& field) {
    Reference(id, units_.count(id) != 0, field, "units");
  }
  void PersonReference(const std::string& login, const std::string& field) {
    Reference(login, people_.count(login) != 0, field, "people");
  }
  void SystemReference(const std::string& id, const std::string& field) {
    Reference(id, systems_.count(id) != 0, field, "systems");
  }

  // Finds ids that come again in a list.
  class Unique {
   public:
    Unique(Checker* checker, const char* list, const char* field)
        : checker_(checker), list_(list), field_(field) {}
    void Look(int index, const std::string& id) {
      auto [first, is_new] = seen_.emplace(id, index);
      if (!is_new && !id.empty()) {
        checker_->Add(At(list_, index) + field_, "is the same as of " + At(list_, first->second));
      }
    }

   private:
    Checker* checker_;
    const char* list_;
    const char* field_;
    std::unordered_map<std::string, int> seen_;
  };

  void CheckRetention() {
    Unique ids(this, "retention", ".id");
    bool all = false;
    for (int i = 0; i < o_.retention_size(); ++i) {
      ids.Look(i, o_.retention(i).id());
      if (all) Add(At("retention", i), "is never reached: a rule before it has every category");
      all = all || o_.retention(i).category() == type::v1::CATEGORY_UNSPECIFIED;
    }
  }

  void CheckWhole() {
    if (!o_.time_zone().empty() && !IsTimeZone(o_.time_zone())) {
      Add("time_zone", "must be a time zone of the IANA database, such as `Europe/Stockholm`");
    }
    Unique languages(this, "languages", "");
    for (int i = 0; i < o_.languages_size(); ++i) languages.Look(i, o_.languages(i));
    if (!o_.base_url().empty() && o_.base_url().rfind("https://", 0) != 0 &&
        o_.base_url().rfind("http://", 0) != 0) {
      Add("base_url", "must begin with `https://` or `http://`");
    }
    UnitReference(o_.board(), "board");
    auto board = units_.find(o_.board());
    if (board != units_.end() && board->second->type() != v1::UNIT_TYPE_COMMITTEE) {
      Add("board", "must name a unit of type COMMITTEE");
    }
  }

  void CheckAppearance() {
    const v1::Appearance& appearance = o_.appearance();
    if (!appearance.logo().empty() && appearance.logo().find("<svg") == std::string::npos) {
      Add("appearance.logo", "must be an SVG image");
    }
    if (!appearance.main_color().empty() && !IsColor(appearance.main_color())) {
      Add("appearance.main_color", "must be a colour as `#rrggbb`");
    }
    if (!appearance.second_color().empty() && !IsColor(appearance.second_color())) {
      Add("appearance.second_color", "must be a colour as `#rrggbb`");
    }
    const std::string& desk = appearance.service_desk().url();
    if (!desk.empty() && !IsHttps(desk)) {
      Add("appearance.service_desk.url", "must begin with `https://`");
    }
    for (int i = 0; i < appearance.links_size(); ++i) {
      const std::string& url = appearance.links(i).url();
      if (!url.empty() && !IsHttps(url)) {
        Add(At("appearance.links", i) + ".url", "must begin with `https://`");
      }
    }
  }

  void CheckUnits() {
    Unique ids(this, "units", ".id");
    int root = -1;
    for (int i = 0; i < o_.units_size(); ++i) {
      const v1::Unit& unit = o_.units(i);
      const std::string parent_field = At("units", i) + ".parent";
      ids.Look(i, unit.id());
      UnitReference(unit.parent(), parent_field);
      if (unit.parent().empty() && root >= 0) {
        Add(parent_field,
            "is required: only one unit is without, and that is " + At("units", root));
      } else if (unit.parent().empty()) {
        root = i;
        if (unit.type() != v1::UNIT_TYPE_MUNICIPALITY) {
          Add(parent_field, "is required of every unit but the one of type MUNICIPALITY");
        }
      } else if (unit.type() == v1::UNIT_TYPE_MUNICIPALITY) {
        Add(parent_field, "must be empty: the MUNICIPALITY is the root");
      } else if (IsInCycle(unit)) {
        Add(parent_field, "leads back to the unit itself");
      }
    }
    if (root < 0) Add("units", "must have one unit without a parent, of type MUNICIPALITY");
  }

  bool IsInCycle(const v1::Unit& unit) const {
    const v1::Unit* at = &unit;
    for (size_t steps = 0; steps <= units_.size(); ++steps) {
      auto above = units_.find(at->parent());
      if (above == units_.end()) return false;
      at = above->second;
      if (at->id() == unit.id()) return true;
    }
    return false;
  }

  bool Speaks(const std::string& language) const {
    return language.empty() || std::find(o_.languages().begin(), o_.languages().end(), language) !=
                                   o_.languages().end();
  }

  void CheckPeople() {
    Unique logins(this, "people", ".login");
    bool has_officer = false;
    for (int i = 0; i < o_.people_size(); ++i) {
      const v1::Person& person = o_.people(i);
      const std::string path = At("people", i);
      logins.Look(i, person.login());
      UnitReference(person.unit(), path + ".unit");
      if (!Speaks(person.language()))
        Add(path + ".language", "must be one of the organisation's languages");
      std::set<std::pair<int, std::string>> held;
      for (int j = 0; j < person.roles_size(); ++j) {
        const v1::Assignment& assignment = person.roles(j);
        const std::string role_path = path + "." + At("roles", j);
        UnitReference(assignment.unit(), role_path + ".unit");
        if (!IsOfPeople(assignment.role())) Add(role_path + ".role", "must be a role of people");
        if (!held.insert({assignment.role(), assignment.unit()}).second) {
          Add(role_path, "is held already");
        }
        has_officer |=
            assignment.role() == v1::INFORMATION_SECURITY_OFFICER && IsWhole(assignment.unit());
      }
    }
    if (!has_officer) {
      Add("people",
          "must have someone who is INFORMATION_SECURITY_OFFICER for the whole municipality: cases "
          "that "
          "nobody else owns come there");
    }
  }

  bool IsWhole(const std::string& unit) const {
    auto found = units_.find(unit);
    return unit.empty() || (found != units_.end() && found->second->parent().empty());
  }

  void CheckSystems() {
    Unique ids(this, "systems", ".id");
    for (int i = 0; i < o_.systems_size(); ++i) {
      const v1::System& system = o_.systems(i);
      const std::string path = At("systems", i);
      ids.Look(i, system.id());
      PersonReference(system.owner(), path + ".owner");
      PersonReference(system.administrator(), path + ".administrator");
      UnitReference(system.unit(), path + ".unit");
      UnitReference(system.supplier(), path + ".supplier");
      auto supplier = units_.find(system.supplier());
      if (supplier != units_.end() && supplier->second->type() != v1::UNIT_TYPE_SUPPLIER &&
          supplier->second->type() != v1::UNIT_TYPE_COMPANY) {
        Add(path + ".supplier", "must name a unit of type SUPPLIER or COMPANY");
      }
    }
  }

  void CheckPm3Objects() {
    Unique ids(this, "pm3_objects", ".id");
    for (int i = 0; i < o_.pm3_objects_size(); ++i) {
      const v1::Pm3Object& object = o_.pm3_objects(i);
      const std::string path = At("pm3_objects", i);
      ids.Look(i, object.id());
      PersonReference(object.owner(), path + ".owner");
      for (int j = 0; j < object.systems_size(); ++j) {
        SystemReference(object.systems(j), path + "." + At("systems", j));
      }
    }
  }

  void CheckBodies() {
    Unique ids(this, "bodies", ".id");
    for (int i = 0; i < o_.bodies_size(); ++i) {
      const v1::Body& body = o_.bodies(i);
      const std::string path = At("bodies", i);
      ids.Look(i, body.id());
      for (int j = 0; j < body.members_size(); ++j) {
        if (!IsOfPeople(body.members(j)))
          Add(path + "." + At("members", j), "must be a role of people");
      }
      if (body.convener() != v1::ROLE_UNSPECIFIED && !IsOfPeople(body.convener())) {
        Add(path + ".convener", "must be a role of people");
      }
    }
  }

  void CheckRouting() {
    Unique ids(this, "routing", ".id");
    for (int i = 0; i < o_.routing_size(); ++i) {
      const v1::RoutingRule& rule = o_.routing(i);
      const std::string path = At("routing", i);
      ids.Look(i, rule.id());
      for (int j = 0; j < rule.units_size(); ++j) {
        UnitReference(rule.units(j), path + "." + At("units", j));
      }
      for (int j = 0; j < rule.systems_size(); ++j) {
        SystemReference(rule.systems(j), path + "." + At("systems", j));
      }
      CheckRoleOf(rule.to() == v1::ROUTE_TO_ROLE, rule.role(), "ROUTE_TO_ROLE", path + ".role");
    }
  }

  // A role that stands beside the choice `wanted_with`, and only with it.
  void CheckRoleOf(bool wanted, v1::Role role, const std::string& wanted_with,
                   const std::string& path) {
    if (wanted && role == v1::ROLE_UNSPECIFIED) {
      Add(path, "is required with " + wanted_with);
    } else if (wanted && (!IsOfPeople(role) || role == v1::EMPLOYEE)) {
      Add(path, "must be a role that people hold by assignment");
    } else if (!wanted && role != v1::ROLE_UNSPECIFIED) {
      Add(path, "must only be given with " + wanted_with);
    }
  }

  void CheckContacts() {
    Unique ids(this, "authority_contacts", ".id");
    for (int i = 0; i < o_.authority_contacts_size(); ++i) {
      const v1::AuthorityContact& contact = o_.authority_contacts(i);
      const std::string path = At("authority_contacts", i);
      ids.Look(i, contact.id());
      for (int j = 0; j < contact.units_size(); ++j) {
        UnitReference(contact.units(j), path + "." + At("units", j));
      }
      if (contact.email().empty() && contact.phone().empty() && contact.address().empty()) {
        Add(path, "must say how it is reached: email, phone or address");
      }
    }
  }

  void CheckLadders() {
    if (!o_.office_hours().empty() && !deadline::ParseOfficeHours(o_.office_hours()).ok()) {
      Add("office_hours", "must be two times such as 08:00-16:30, the later one last");
    }
    Unique ids(this, "ladders", ".id");
    for (int i = 0; i < o_.ladders_size(); ++i) {
      const v1::Ladder& ladder = o_.ladders(i);
      const std::string path = At("ladders", i);
      ids.Look(i, ladder.id());
      for (int j = 0; j < ladder.units_size(); ++j) {
        UnitReference(ladder.units(j), path + "." + At("units", j));
      }
      for (int j = 0; j < ladder.steps_size(); ++j) {
        const v1::LadderStep& step = ladder.steps(j);
        CheckRoleOf(step.tell() == v1::LADDER_TELL_ROLE, step.role(), "LADDER_TELL_ROLE",
                    path + "." + At("steps", j) + ".role");
      }
    }
  }

  void CheckTitles() {
    Unique roles(this, "role_titles", ".role");
    for (int i = 0; i < o_.role_titles_size(); ++i) {
      roles.Look(i, v1::Role_Name(o_.role_titles(i).role()));
    }
  }

  void CheckStandIns() {
    Unique ids(this, "stand_ins", ".id");
    for (int i = 0; i < o_.stand_ins_size(); ++i) {
      const v1::StandIn& entry = o_.stand_ins(i);
      const std::string path = At("stand_ins", i);
      ids.Look(i, entry.id());
      PersonReference(entry.person(), path + ".person");
      PersonReference(entry.absent(), path + ".absent");
      UnitReference(entry.unit(), path + ".unit");
      const bool of_person = !entry.absent().empty();
      const bool of_role = entry.role() != v1::ROLE_UNSPECIFIED;
      if (of_person == of_role) Add(path, "must name either `absent` or `role`");
      if (of_person && entry.absent() == entry.person()) {
        Add(path + ".absent", "must be somebody else than `person`");
      }
      if (of_role && (!IsOfPeople(entry.role()) || entry.role() == v1::EMPLOYEE)) {
        Add(path + ".role", "must be a role that people hold by assignment");
      }
      if (!of_role && !entry.unit().empty()) {
        Add(path + ".unit", "must only be given with `role`");
      }
      bool days = true;
      for (const auto& [field, day] : {std::pair(".first_day", entry.first_day()),
                                       std::pair(".last_day", entry.last_day())}) {
        if (IsDay(day)) continue;
        days = false;
        Add(path + field, "must be a day such as `2026-12-01`");
      }
      if (days && entry.last_day() < entry.first_day()) {
        Add(path + ".last_day", "must not be before `first_day`");
      }
    }
  }

  void CheckGroupRoles() {
    Unique groups(this, "group_roles", ".group");
    for (int i = 0; i < o_.group_roles_size(); ++i) {
      const v1::GroupRoles& group = o_.group_roles(i);
      const std::string path = At("group_roles", i);
      groups.Look(i, group.group());
      for (int j = 0; j < group.roles_size(); ++j) {
        const std::string role_path = path + "." + At("roles", j);
        UnitReference(group.roles(j).unit(), role_path + ".unit");
        if (!IsOfPeople(group.roles(j).role())) {
          Add(role_path + ".role", "must be a role of people");
        }
      }
    }
  }

  const v1::Organisation& o_;
  std::unordered_map<std::string, const v1::Unit*> units_;
  std::set<std::string> people_;
  std::set<std::string> systems_;
  std::vector<status::FieldViolation> violations_;
};

}  // namespace

absl::Status Check(const v1::Organisation& organisation) {
  std::vector<status::FieldViolation> violations = Checker(organisation).Run();
  return violations.empty() ? absl::OkStatus() : status::InvalidFields(violations);
}

absl::StatusOr<v1::Organisation> LoadOrganisation(const std::string& path) {
  v1::Organisation organisation;
  absl::Status status = datafile::Load(path, &organisation, [&] { return Check(organisation); });
  if (!status.ok()) return status;
  return organisation;
}

}  // namespace avvik::organisation
