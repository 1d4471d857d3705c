#include "services/triage/case_rows.h"

#include <cstdlib>
#include <string>
#include <utility>

#include "common/status/macros.h"

#include "services/triage/triage_events.h"

namespace avvik::triage {
namespace {

// PostgreSQL's word for a time that never comes.
constexpr char kNever[] = "infinity";

std::string TitleContext(const std::string& case_id) { return "case.title/" + case_id; }
std::string OutcomeContext(const Case& subject) { return "case.outcome/" + subject.id; }
std::string ForReporterContext(const std::string& case_id) {
  return "case.outcome_for_reporter/" + case_id;
}
std::string NoteContext(const std::string& note_id) { return "note.text/" + note_id; }

// Parties as the arrays of a row.
struct PartyColumns {
  explicit PartyColumns(const std::vector<Party>& parties) {
    std::vector<pg::Param> login, role, unit;
    for (const Party& party : parties) {
      login.emplace_back(party.login);
      role.emplace_back(static_cast<int>(party.role));
      unit.emplace_back(party.unit);
    }
    logins = pg::Array(login);
    roles = pg::Array(role);
    units = pg::Array(unit);
  }

  pg::Param logins{std::nullopt};
  pg::Param roles{std::nullopt};
  pg::Param units{std::nullopt};
};

// A bit for each property that is hit.
int PropertiesHit(const v1::Classification& classification) {
  int hit = 0;
  for (const type::v1::Impact& impact : classification.impacts()) {
    if (impact.level() > 0) hit |= PropertyBit(impact.property());
  }
  return hit;
}

}  // namespace

absl::StatusOr<std::string> OpenTitle(const secrecy::DataKey& key, const std::string& sealed,
                                      const std::string& case_id) {
  return key.Open(sealed, TitleContext(case_id));
}

absl::StatusOr<std::string> OpenOutcomeForReporter(const secrecy::DataKey& key,
                                                   const std::string& sealed,
                                                   const std::string& case_id) {
  // NULL in rows written before there were such words.
  if (sealed.empty()) return std::string();
  return key.Open(sealed, ForReporterContext(case_id));
}

absl::StatusOr<Case> CaseFromRow(const pg::Row& row, secrecy::Vault& vault) {
  Case subject;
  subject.id = row.Text("id");
  subject.tenant = row.Text("tenant");
  subject.number = row.Text("number");
  subject.report_id = row.Text("report_id");
  subject.state = static_cast<v1::CaseState>(row.Int("state"));
  subject.unit = row.Text("unit");
  subject.system = row.Text("system");
  subject.category = static_cast<type::v1::Category>(row.Int("category"));
  if (!subject.classification.ParseFromString(row.Bytes("classification"))) {
    return absl::DataLossError("the classification of case " + subject.id + " cannot be read");
  }
  subject.owner = {.login = row.Text("owner_login"),
                   .role = static_cast<organisation::v1::Role>(row.Int("owner_role")),
                   .unit = row.Text("owner_unit")};
  const auto logins = row.TextArray("drawn_in_logins");
  const auto roles = row.TextArray("drawn_in_roles");
  const auto units = row.TextArray("drawn_in_units");
  for (size_t i = 0; i < logins.size(); ++i) {
    subject.drawn_in.push_back(
        {.login = logins[i],
         .role = static_cast<organisation::v1::Role>(std::atoi(roles[i].c_str())),
         .unit = units[i]});
  }
  const auto named = row.TextArray("named_logins");
  const auto named_roles = row.TextArray("named_roles");
  const auto named_units = row.TextArray("named_units");
  for (size_t i = 0; i < named.size(); ++i) {
    subject.named.push_back(
        {.login = named[i],
         .role = static_cast<organisation::v1::Role>(std::atoi(named_roles[i].c_str())),
         .unit = named_units[i]});
  }
  subject.restricted = row.Bool("restricted");
  subject.occurred = row.OptionalTime("occurred_at");
  subject.discovered = row.OptionalTime("discovered_at");
  subject.aware = row.Time("aware_at");
  subject.reported = row.Time("reported_at");
  subject.opened = row.Time("opened_at");
  subject.acknowledged = row.OptionalTime("acknowledged_at");
  subject.closed = row.OptionalTime("closed_at");
  subject.resolution = static_cast<v1::Resolution>(row.Int("resolution"));
  subject.reopen_count = static_cast<int>(row.Int("reopen_count"));
  subject.imported = row.Bool("imported");
  subject.withdrawn = row.Bool("withdrawn");
  subject.updated = row.Time("updated_at");
  subject.organisation_version = row.Int("organisation_version");
  subject.version = row.Int("version");
  subject.report_count = row.Int("report_count");
  subject.group_id = row.Text("group_id");
  subject.member_count = row.Int("member_count");
  subject.cause = static_cast<v1::Cause>(row.Int("cause"));
  subject.measure_count = row.Int("measure_count");
  subject.open_measure_count = row.Int("open_measure_count");
  subject.work_due = row.OptionalTime("work_due_at");
  subject.held = row.OptionalTime("held_at");
  subject.hold_reference = row.Text("hold_reference");
  subject.erased = row.OptionalTime("erased_at");
  if (row.Text("due_at") != kNever) subject.due = row.Time("due_at");
  subject.wrapped_key = row.Bytes("wrapped");
  if (subject.wrapped_key.empty()) return subject;
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key,
                         vault.Unwrap(subject.tenant, subject.wrapped_key));
  AVVIK_ASSIGN_OR_RETURN(subject.title, OpenTitle(key, row.Bytes("title"), subject.id));
  AVVIK_ASSIGN_OR_RETURN(subject.outcome, key.Open(row.Bytes("outcome"), OutcomeContext(subject)));
  AVVIK_ASSIGN_OR_RETURN(
      subject.outcome_for_reporter,
      OpenOutcomeForReporter(key, row.Bytes("outcome_for_reporter"), subject.id));
  return subject;
}

absl::Status NotesFromRows(const pg::Rows& rows, secrecy::Vault& vault, Case* subject) {
  if (rows.empty()) return absl::OkStatus();
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key,
                         vault.Unwrap(subject->tenant, subject->wrapped_key));
  for (const pg::Row row : rows) {
    const std::string id = row.Text("id");
    AVVIK_ASSIGN_OR_RETURN(std::string text, key.Open(row.Bytes("text"), NoteContext(id)));
    subject->notes.push_back({.id = id,
                              .text = std::move(text),
                              .author = {.login = row.Text("author_login")},
                              .created = row.Time("created_at")});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> SealNote(const Case& subject, const Note& note, secrecy::Vault& vault) {
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key,
                         vault.Unwrap(subject.tenant, subject.wrapped_key));
  return key.Seal(note.text, NoteContext(note.id));
}

absl::StatusOr<std::vector<pg::Param>> CaseColumns(const Case& subject, secrecy::Vault& vault) {
  pg::Param title = std::nullopt;
  pg::Param outcome = std::nullopt;
  pg::Param for_reporter = std::nullopt;
  if (!subject.erased.has_value()) {
    AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key,
                           vault.Unwrap(subject.tenant, subject.wrapped_key));
    title = pg::Bytes{key.Seal(subject.title, TitleContext(subject.id))};
    outcome = pg::Bytes{key.Seal(subject.outcome, OutcomeContext(subject))};
    // Whether there are such words is told to intake anyway.
    if (!subject.outcome_for_reporter.empty()) {
      for_reporter =
          pg::Bytes{key.Seal(subject.outcome_for_reporter, ForReporterContext(subject.id))};
    }
  }
  const PartyColumns drawn_in(subject.drawn_in);
  const PartyColumns named(subject.named);
  return std::vector<pg::Param>{
          subject.id,
          subject.tenant,
          subject.number,
          subject.report_id,
          title,
          static_cast<int>(subject.state),
          subject.unit,
          subject.system,
          static_cast<int>(subject.category),
          static_cast<int>(subject.classification.severity()),
          pg::Bytes{subject.classification.SerializeAsString()},
          subject.owner.login,
          static_cast<int>(subject.owner.role),
          subject.owner.unit,
          drawn_in.logins,
          drawn_in.roles,
          drawn_in.units,
          subject.occurred,
          subject.discovered,
          subject.aware,
          subject.reported,
          subject.opened,
          subject.acknowledged,
          subject.closed,
          static_cast<int>(subject.resolution),
          outcome,
          subject.reopen_count,
          subject.imported,
          subject.withdrawn,
          subject.updated,
          subject.organisation_version,
          subject.version,
          subject.erased,
          subject.held,
          subject.hold_reference,
          static_cast<int>(SphereOf(subject)),
          subject.restricted,
          named.logins,
          named.roles,
          named.units,
          pg::TextArray(MatterOf(subject).parties),
          PropertiesHit(subject.classification),
          static_cast<int>(subject.cause),
          for_reporter};
}

}  // namespace avvik::triage
