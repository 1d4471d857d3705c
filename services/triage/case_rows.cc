#include "services/triage/case_rows.h"

#include <cstdlib>
#include <string>

namespace avvik::triage {

absl::StatusOr<Case> CaseFromRow(const pg::Row& row) {
  Case subject;
  subject.id = row.Text("id");
  subject.tenant = row.Text("tenant");
  subject.number = row.Text("number");
  subject.report_id = row.Text("report_id");
  subject.title = row.Text("title");
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
  subject.occurred = row.OptionalTime("occurred_at");
  subject.discovered = row.OptionalTime("discovered_at");
  subject.aware = row.Time("aware_at");
  subject.reported = row.Time("reported_at");
  subject.opened = row.Time("opened_at");
  subject.acknowledged = row.OptionalTime("acknowledged_at");
  subject.closed = row.OptionalTime("closed_at");
  subject.resolution = static_cast<v1::Resolution>(row.Int("resolution"));
  subject.outcome = row.Text("outcome");
  subject.reopen_count = static_cast<int>(row.Int("reopen_count"));
  subject.imported = row.Bool("imported");
  subject.withdrawn = row.Bool("withdrawn");
  subject.updated = row.Time("updated_at");
  subject.organisation_version = row.Int("organisation_version");
  subject.version = row.Int("version");
  return subject;
}

std::vector<pg::Param> CaseColumns(const Case& subject) {
  std::vector<pg::Param> logins, roles, units;
  for (const Party& party : subject.drawn_in) {
    logins.emplace_back(party.login);
    roles.emplace_back(static_cast<int>(party.role));
    units.emplace_back(party.unit);
  }
  return {subject.id,
          subject.tenant,
          subject.number,
          subject.report_id,
          subject.title,
          static_cast<int>(subject.state),
          subject.unit,
          subject.system,
          static_cast<int>(subject.category),
          static_cast<int>(subject.classification.severity()),
          pg::Bytes{subject.classification.SerializeAsString()},
          subject.owner.login,
          static_cast<int>(subject.owner.role),
          subject.owner.unit,
          pg::Array(logins),
          pg::Array(roles),
          pg::Array(units),
          subject.occurred,
          subject.discovered,
          subject.aware,
          subject.reported,
          subject.opened,
          subject.acknowledged,
          subject.closed,
          static_cast<int>(subject.resolution),
          subject.outcome,
          subject.reopen_count,
          subject.imported,
          subject.withdrawn,
          subject.updated,
          subject.organisation_version,
          subject.version};
}

}  // namespace avvik::triage
