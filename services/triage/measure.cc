#include "services/triage/measure.h"

#include <algorithm>
#include <utility>

#include "common/organisation/rights.h"
#include "common/status/macros.h"
#include "services/triage/errors.h"

namespace avvik::triage {
namespace {

using organisation::v1::Role;

MeasureChange Changed(Measure measure, Happening happening, absl::Time now) {
  ++measure.version;
  measure.updated = now;
  return {.changed = std::move(measure), .happening = happening, .note = std::nullopt};
}

absl::Status Allows(const Measure& measure, const std::string& command) {
  const std::vector<std::string> allowed = AllowedMeasureCommands(measure.state);
  if (std::find(allowed.begin(), allowed.end(), command) != allowed.end()) return absl::OkStatus();
  return error::MeasureNotInThisState(command, v1::MeasureState_Name(measure.state));
}

void Put(MeasurePlan plan, Measure* measure) {
  measure->title = std::move(plan.title);
  measure->kind = plan.kind;
  measure->owner = std::move(plan.owner);
  measure->due = plan.due;
}

absl::StatusOr<MeasureChange> End(Measure measure, v1::MeasureState state, Happening happening,
                                  std::string note, std::string by, absl::Time now) {
  measure.state = state;
  measure.note = std::move(note);
  measure.ended_by = std::move(by);
  measure.ended = now;
  return Changed(std::move(measure), happening, now);
}

// The unit, at or above `unit`, that the person holds the role for.
std::string HeldFor(const std::string& login, Role role, const std::string& unit,
                    const organisation::Organisation& organisation) {
  const std::vector<organisation::HeldRole> held = organisation.RolesOf(login);
  for (const auto* at : organisation.Lineage(unit)) {
    const organisation::HeldRole wanted{.role = role, .unit = at->id()};
    if (std::find(held.begin(), held.end(), wanted) != held.end()) return at->id();
  }
  return "";
}

}  // namespace

absl::StatusOr<Party> OwnerOf(const v1::MeasurePlan& plan, const std::string& caller,
                              const RoutedFacts& facts,
                              const organisation::Organisation& organisation) {
  const std::string login = plan.owner() == "me" ? caller : plan.owner();
  const Role role = plan.owner_role();
  if (!login.empty()) {
    if (role != organisation::v1::ROLE_UNSPECIFIED) return error::MeasureOwnerUnclear();
    if (organisation.FindPerson(login) == nullptr) return error::UnknownMeasureOwner(login);
    return PartOf(login, facts, organisation);
  }
  const bool function = role > organisation::v1::EMPLOYEE &&
                        role <= organisation::v1::ADMINISTRATOR &&
                        role != organisation::v1::SYSTEM_OWNER &&
                        role != organisation::v1::SYSTEM_ADMINISTRATOR;
  if (!function) return error::MeasureOwnerUnclear();
  const std::string& unit = plan.owner_unit();
  if (!unit.empty() && organisation.FindUnit(unit) == nullptr) {
    return error::UnknownMeasureOwnerUnit(unit);
  }
  const auto holders = organisation.HoldersAt(role, unit);
  if (holders.empty()) return error::NobodyHoldsFunction();
  return Party{
      .login = "", .role = role, .unit = HeldFor(holders[0]->login(), role, unit, organisation)};
}

std::vector<std::string> LoginsOf(const Party& owner,
                                  const organisation::Organisation& organisation) {
  if (!owner.login.empty()) return {owner.login};
  std::vector<std::string> logins;
  for (const auto* person : organisation.HoldersAt(owner.role, owner.unit)) {
    logins.push_back(person->login());
  }
  return logins;
}

std::string OwnerKey(const std::string& tenant, const Party& owner) {
  return owner.login.empty() ? organisation::FunctionKey(owner.role, owner.unit, "")
                             : organisation::PersonId(tenant, owner.login);
}

MeasureChange Decide(const Case& subject, std::string id, MeasurePlan plan, std::string by,
                     absl::Time now) {
  Measure measure;
  measure.id = std::move(id);
  measure.case_id = subject.id;
  Put(std::move(plan), &measure);
  measure.decided_by = std::move(by);
  measure.decided = now;
  measure.updated = now;
  return {.changed = std::move(measure),
          .happening = Happening::kMeasureDecided,
          .note = std::nullopt};
}

absl::StatusOr<MeasureChange> ChangePlan(Measure measure, MeasurePlan plan, absl::Time now) {
  AVVIK_RETURN_IF_ERROR(Allows(measure, "change"));
  Put(std::move(plan), &measure);
  return Changed(std::move(measure), Happening::kMeasureChanged, now);
}

absl::StatusOr<MeasureChange> HandOver(Measure measure, Party to, absl::Time now) {
  MeasurePlan plan{.title = measure.title,
                   .kind = measure.kind,
                   .owner = std::move(to),
                   .due = measure.due};
  return ChangePlan(std::move(measure), std::move(plan), now);
}

absl::StatusOr<MeasureChange> Complete(Measure measure, std::string note, std::string by,
                                       absl::Time now) {
  AVVIK_RETURN_IF_ERROR(Allows(measure, "complete"));
  return End(std::move(measure), v1::MEASURE_STATE_DONE, Happening::kMeasureDone, std::move(note),
             std::move(by), now);
}

absl::StatusOr<MeasureChange> Drop(Measure measure, std::string reason, std::string by,
                                   absl::Time now) {
  AVVIK_RETURN_IF_ERROR(Allows(measure, "drop"));
  return End(std::move(measure), v1::MEASURE_STATE_DROPPED, Happening::kMeasureDropped,
             std::move(reason), std::move(by), now);
}

absl::StatusOr<MeasureChange> Reopen(Measure measure, Note reason) {
  AVVIK_RETURN_IF_ERROR(Allows(measure, "reopen"));
  measure.state = v1::MEASURE_STATE_OPEN;
  measure.note.clear();
  measure.ended_by.clear();
  measure.ended.reset();
  ++measure.reopen_count;
  const absl::Time now = reason.created;
  MeasureChange change = Changed(std::move(measure), Happening::kMeasureReopened, now);
  change.note = std::move(reason);
  return change;
}

CaseChange WithMeasure(Case subject, const Measure* before, const MeasureChange& change) {
  const auto counted = [](const Measure& measure) {
    return measure.state != v1::MEASURE_STATE_DROPPED ? 1 : 0;
  };
  const auto open = [](const Measure& measure) {
    return measure.state == v1::MEASURE_STATE_OPEN ? 1 : 0;
  };
  subject.measure_count += counted(change.changed);
  subject.open_measure_count += open(change.changed);
  if (before != nullptr) {
    subject.measure_count -= counted(*before);
    subject.open_measure_count -= open(*before);
  }
  if (change.note.has_value()) subject.notes.push_back(*change.note);
  ++subject.version;
  subject.updated = change.changed.updated;
  CaseChange told{.changed = std::move(subject), .happening = change.happening};
  told.measure = std::make_shared<const Measure>(change.changed);
  if (before != nullptr) told.measure_before = std::make_shared<const Measure>(*before);
  return told;
}

bool IsOverdue(const Measure& measure, absl::Time now) {
  return measure.state == v1::MEASURE_STATE_OPEN && measure.due.has_value() && *measure.due < now;
}

std::vector<std::string> AllowedMeasureCommands(v1::MeasureState state) {
  if (state == v1::MEASURE_STATE_OPEN) return {"change", "complete", "drop"};
  return {"reopen"};
}

std::string EtagOf(const Measure& measure) { return std::to_string(measure.version); }

absl::Status CheckEtag(const Measure& measure, const std::string& etag) {
  if (etag.empty() || etag == EtagOf(measure)) return absl::OkStatus();
  return error::MeasureChanged(EtagOf(measure));
}

}  // namespace avvik::triage
