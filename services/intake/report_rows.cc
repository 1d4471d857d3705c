#include "services/intake/report_rows.h"

#include <utility>

namespace avvik::intake {

Report ReportFromRow(const pg::Row& row) {
  Report report;
  report.id = row.Text("id");
  report.tenant = row.Text("tenant");
  report.number = row.Text("number");
  report.request_id = row.Text("request_id");
  report.digest = row.Text("content_digest");
  Content& content = report.content;
  content.title = row.Text("title");
  content.description = row.Text("description");
  content.category = static_cast<type::v1::Category>(row.Int("category"));
  content.unit = row.Text("unit");
  content.system = row.Text("system");
  content.occurred = row.OptionalTime("occurred_at");
  content.discovered = row.OptionalTime("discovered_at");
  content.personal_data = static_cast<type::v1::Answer>(row.Int("personal_data"));
  content.affected_persons = row.OptionalInt("affected_persons");
  content.national_security = static_cast<type::v1::Answer>(row.Int("national_security"));
  content.ongoing = static_cast<type::v1::Answer>(row.Int("ongoing"));
  content.confidentiality = static_cast<v1::Confidentiality>(row.Int("confidentiality"));
  content.language = row.Text("language");
  report.reported = row.Time("reported_at");
  if (!row.IsNull("register")) {
    report.origin = {.register_name = row.Text("register"),
                     .key = row.Text("register_key"),
                     .reported = report.reported};
  }
  report.reporter = {.login = row.Text("reporter_login"),
                     .name = row.Text("name"),
                     .email = row.Text("email")};
  report.state = static_cast<v1::ReportState>(row.Int("state"));
  report.submitted = row.Time("submitted_at");
  report.withdraw_reason = row.Text("withdraw_reason");
  report.version = row.Int("version");
  return report;
}

std::vector<pg::Param> ReportColumns(std::span<const Report* const> reports) {
  std::vector<std::vector<pg::Param>> columns(26);
  for (const Report* report : reports) {
    const Content& content = report->content;
    std::optional<std::string> register_name;
    std::optional<std::string> key;
    if (report->origin.has_value()) {
      register_name = report->origin->register_name;
      key = report->origin->key;
    }
    size_t column = 0;
    for (pg::Param value :
         {pg::Param(report->id), pg::Param(report->tenant), pg::Param(report->number),
          pg::Param(report->request_id), pg::Param(report->digest),
          pg::Param(report->reporter.login), pg::Param(content.title),
          pg::Param(content.description), pg::Param(static_cast<int>(content.category)),
          pg::Param(content.unit), pg::Param(content.system), pg::Param(content.occurred),
          pg::Param(content.discovered), pg::Param(static_cast<int>(content.personal_data)),
          pg::Param(content.affected_persons),
          pg::Param(static_cast<int>(content.national_security)),
          pg::Param(static_cast<int>(content.ongoing)),
          pg::Param(static_cast<int>(content.confidentiality)), pg::Param(content.language),
          pg::Param(register_name), pg::Param(key), pg::Param(static_cast<int>(report->state)),
          pg::Param(report->submitted), pg::Param(report->reported),
          pg::Param(report->withdraw_reason), pg::Param(report->version)}) {
      columns[column++].push_back(std::move(value));
    }
  }
  std::vector<pg::Param> arrays;
  arrays.reserve(columns.size());
  for (const auto& column : columns) arrays.push_back(pg::Array(column));
  return arrays;
}

}  // namespace avvik::intake
