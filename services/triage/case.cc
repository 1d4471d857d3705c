#include "services/triage/case.h"

#include <algorithm>
#include <utility>

#include "common/organisation/rights.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/triage/case_states.h"
#include "services/triage/errors.h"

namespace avvik::triage {
namespace {

CaseChange Changed(Case subject, Happening happening, absl::Time now) {
  ++subject.version;
  subject.updated = now;
  return {std::move(subject), happening};
}

bool IsAmong(const std::vector<Party>& parties, const std::string& login) {
  return std::any_of(parties.begin(), parties.end(),
                     [&](const Party& party) { return party.login == login; });
}

// Whether they are the same person or, without one, the same function.
bool IsSameParty(const Party& a, const Party& b) {
  if (!a.login.empty() || !b.login.empty()) return a.login == b.login;
  return a.role == b.role && a.unit == b.unit;
}

// Puts `to` in the place of `from`, once.
void Replace(const std::string& from, const Party& to, std::vector<Party>* parties) {
  const bool there = IsAmong(*parties, to.login);
  for (auto at = parties->begin(); at != parties->end();) {
    if (at->login != from) {
      ++at;
    } else if (there) {
      at = parties->erase(at);
    } else {
      *at++ = to;
    }
  }
}

// Adds those who have no part in the case yet. Whether there were any.
bool DrawIn(const std::vector<Party>& parties, Case* subject) {
  bool added = false;
  for (const Party& party : parties) {
    if (party.login == subject->owner.login || IsAmong(subject->drawn_in, party.login)) continue;
    subject->drawn_in.push_back(party);
    added = true;
  }
  return added;
}

}  // namespace

CaseChange Open(const ReportTold& report, const std::string& tenant, std::string id,
                const ClassificationRules& rules, const organisation::Organisation& organisation,
                absl::Time now) {
  Case opened;
  opened.id = std::move(id);
  opened.tenant = tenant;
  opened.number = report.number;
  opened.report_id = report.report_id;
  opened.title = report.title;
  opened.unit = report.unit;
  opened.system = report.system;
  opened.category = report.facts.category;
  opened.classification = rules.First(report.facts, organisation.FindSystem(report.system));
  opened.occurred = report.occurred;
  opened.discovered = report.discovered;
  opened.aware = report.reported;
  opened.reported = report.reported;
  opened.opened = now;
  opened.imported = report.imported;
  opened.updated = now;
  opened.organisation_version = organisation.version();
  return {std::move(opened), Happening::kOpened};
}

RoutedFacts RoutedFactsOf(const Case& subject) {
  return {.category = subject.category,
          .unit = subject.unit,
          .system = subject.system,
          .personal_data = subject.classification.personal_data(),
          .national_security = subject.classification.national_security()};
}

absl::StatusOr<std::vector<CaseChange>> OpenRouted(const ReportTold& report,
                                                   const std::string& tenant, std::string id,
                                                   const ClassificationRules& rules,
                                                   const organisation::Organisation& organisation,
                                                   absl::Time now) {
  std::vector<CaseChange> changes;
  changes.push_back(Open(report, tenant, std::move(id), rules, organisation, now));
  const Route route = RouteCase(RoutedFactsOf(changes[0].changed), organisation);
  if (route.owner.login.empty()) return changes;
  AVVIK_ASSIGN_OR_RETURN(
      CaseChange assigned,
      Assign(changes[0].changed, route.owner, route.drawn_in, organisation.version(), now));
  changes.push_back(std::move(assigned));
  return changes;
}

absl::StatusOr<CaseChange> Assign(Case subject, Party owner, const std::vector<Party>& drawn_in,
                                  int64_t organisation_version, absl::Time now) {
  AVVIK_ASSIGN_OR_RETURN(subject.state, After(subject.state, Command::kAssign));
  subject.owner = std::move(owner);
  subject.drawn_in.clear();
  DrawIn(drawn_in, &subject);
  subject.organisation_version = organisation_version;
  return Changed(std::move(subject), Happening::kAssigned, now);
}

absl::StatusOr<CaseChange> Classify(Case subject, v1::Classification classification,
                                    std::optional<absl::Time> aware,
                                    const organisation::Organisation& organisation,
                                    absl::Time now) {
  AVVIK_ASSIGN_OR_RETURN(subject.state, After(subject.state, Command::kClassify));
  if (aware.has_value()) {
    if (*aware > now + kClockSkew) return status::InvalidField("aware_time", "is in the future");
    subject.aware = *aware;
  }
  subject.classification = std::move(classification);
  if (DrawIn(RouteCase(RoutedFactsOf(subject), organisation).drawn_in, &subject)) {
    subject.organisation_version = organisation.version();
  }
  return Changed(std::move(subject), Happening::kClassified, now);
}

absl::StatusOr<CaseChange> Acknowledge(Case subject, absl::Time now) {
  AVVIK_ASSIGN_OR_RETURN(subject.state, After(subject.state, Command::kAcknowledge));
  // How long it took the first time is what is counted.
  if (!subject.acknowledged.has_value()) subject.acknowledged = now;
  return Changed(std::move(subject), Happening::kAcknowledged, now);
}

absl::StatusOr<CaseChange> AddNote(Case subject, Note note) {
  AVVIK_ASSIGN_OR_RETURN(subject.state, After(subject.state, Command::kNote));
  const absl::Time now = note.created;
  subject.notes.push_back(std::move(note));
  return Changed(std::move(subject), Happening::kNoted, now);
}

absl::StatusOr<CaseChange> Close(Case subject, Ending ending, absl::Time now) {
  AVVIK_ASSIGN_OR_RETURN(subject.state, After(subject.state, Command::kClose));
  subject.resolution = ending.resolution;
  subject.outcome = std::move(ending.outcome);
  subject.cause = ending.cause;
  subject.outcome_for_reporter = std::move(ending.outcome_for_reporter);
  subject.closed = now;
  return Changed(std::move(subject), Happening::kClosed, now);
}

absl::StatusOr<CaseChange> Reopen(Case subject, Note reason) {
  AVVIK_ASSIGN_OR_RETURN(subject.state, After(subject.state, Command::kReopen));
  const absl::Time now = reason.created;
  subject.resolution = v1::RESOLUTION_UNSPECIFIED;
  subject.outcome.clear();
  subject.cause = v1::CAUSE_UNSPECIFIED;
  subject.outcome_for_reporter.clear();
  subject.closed.reset();
  ++subject.reopen_count;
  subject.notes.push_back(std::move(reason));
  return Changed(std::move(subject), Happening::kReopened, now);
}

type::v1::Sphere SphereOf(const Case& subject) {
  return organisation::SphereOf(subject.classification.national_security(),
                                subject.classification.personal_data(), subject.restricted);
}

CaseChange Restrict(Case subject, bool restricted, const Party& by, Note reason) {
  const absl::Time now = reason.created;
  subject.restricted = restricted;
  const bool has_part = by.login == subject.owner.login || IsAmong(subject.drawn_in, by.login) ||
                        IsAmong(subject.named, by.login);
  if (restricted && !has_part) subject.named.push_back(by);
  subject.notes.push_back(std::move(reason));
  return Changed(std::move(subject), Happening::kRestricted, now);
}

CaseChange GrantAccess(Case subject, const Party& party, Note reason) {
  const absl::Time now = reason.created;
  const bool there = std::any_of(subject.named.begin(), subject.named.end(),
                                 [&](const Party& other) { return IsSameParty(other, party); });
  if (!there) subject.named.push_back(party);
  subject.notes.push_back(std::move(reason));
  return Changed(std::move(subject), Happening::kAccessChanged, now);
}

absl::StatusOr<CaseChange> RevokeAccess(Case subject, const Party& party, Note reason) {
  const absl::Time now = reason.created;
  const size_t before = subject.named.size();
  std::erase_if(subject.named, [&](const Party& other) { return IsSameParty(other, party); });
  if (subject.named.size() == before) return error::NotNamed();
  subject.notes.push_back(std::move(reason));
  return Changed(std::move(subject), Happening::kAccessChanged, now);
}

CaseChange HandOver(Case subject, const std::string& from, const Party& to,
                    int64_t organisation_version, absl::Time now) {
  if (subject.owner.login == from) {
    subject.owner = to;
    if (const auto state = After(subject.state, Command::kAssign); state.ok()) {
      subject.state = *state;
    }
    std::erase_if(subject.drawn_in, [&](const Party& party) { return party.login == to.login; });
  }
  if (subject.owner.login == to.login) {
    std::erase_if(subject.drawn_in, [&](const Party& party) { return party.login == from; });
  }
  Replace(from, to, &subject.drawn_in);
  Replace(from, to, &subject.named);
  subject.organisation_version = organisation_version;
  return Changed(std::move(subject), Happening::kHandedOver, now);
}

absl::StatusOr<CaseChange> ReportChanged(Case subject, bool withdrawn, absl::Time now) {
  AVVIK_ASSIGN_OR_RETURN(
      subject.state,
      After(subject.state, withdrawn ? Command::kWithdrawReport : Command::kSupplementReport));
  subject.withdrawn = subject.withdrawn || withdrawn;
  return Changed(std::move(subject), Happening::kReportChanged, now);
}

absl::StatusOr<CaseChange> Hold(Case subject, std::string reference, absl::Time now) {
  if (subject.erased.has_value()) return error::CaseErased(subject.number);
  subject.held = now;
  subject.hold_reference = std::move(reference);
  return Changed(std::move(subject), Happening::kHeld, now);
}

absl::StatusOr<CaseChange> Release(Case subject, absl::Time now) {
  if (subject.erased.has_value()) return error::CaseErased(subject.number);
  subject.held.reset();
  subject.hold_reference.clear();
  return Changed(std::move(subject), Happening::kReleased, now);
}

absl::StatusOr<CaseChange> Erase(Case subject, absl::Time now) {
  if (subject.erased.has_value()) return error::CaseErased(subject.number);
  if (subject.held.has_value()) return error::CaseHeld(subject.number, subject.hold_reference);
  if (subject.state != v1::CASE_STATE_CLOSED) {
    return error::NotInThisState("erase", NameOf(subject.state));
  }
  subject.title.clear();
  subject.outcome.clear();
  subject.outcome_for_reporter.clear();
  subject.notes.clear();
  subject.wrapped_key.clear();
  subject.erased = now;
  return Changed(std::move(subject), Happening::kErased, now);
}

std::vector<std::string> DataClassesOf(const Case& subject) {
  std::vector<std::string> classes = {"title"};
  if (!subject.outcome.empty()) classes.push_back("outcome");
  if (!subject.outcome_for_reporter.empty()) classes.push_back("outcome_for_reporter");
  if (!subject.notes.empty()) classes.push_back("notes=" + std::to_string(subject.notes.size()));
  if (subject.measure_count > 0) {
    classes.push_back("measures=" + std::to_string(subject.measure_count));
  }
  classes.push_back("report");
  classes.push_back("reporter");
  return classes;
}

std::string EtagOf(const Case& subject) { return std::to_string(subject.version); }

absl::Status CheckEtag(const Case& subject, const std::string& etag) {
  if (etag.empty() || etag == EtagOf(subject)) return absl::OkStatus();
  return error::CaseChanged(EtagOf(subject));
}

}  // namespace avvik::triage
