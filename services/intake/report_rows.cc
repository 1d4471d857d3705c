#include "services/intake/report_rows.h"

#include <utility>

#include "common/status/macros.h"

namespace avvik::intake {

absl::StatusOr<Report> ReportFromRow(const pg::Row& row, secrecy::Vault& vault) {
  Report report;
  report.id = row.Text("id");
  report.tenant = row.Text("tenant");
  report.number = row.Text("number");
  report.digest = row.Text("content_digest");
  report.pseudonym = row.Text("reporter_pseudonym");
  Content& content = report.content;
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
  report.state = static_cast<v1::ReportState>(row.Int("state"));
  report.submitted = row.Time("submitted_at");
  report.erased = row.OptionalTime("erased_at");
  report.version = row.Int("version");
  AVVIK_RETURN_IF_ERROR(OpenReport(vault,
                                   {.wrapped_key = row.Bytes("wrapped"),
                                    .title = row.Bytes("title"),
                                    .description = row.Bytes("description"),
                                    .reporter = row.Bytes("reporter"),
                                    .withdraw_reason = row.Bytes("withdraw_reason")},
                                   &report));
  return report;
}

std::vector<pg::Param> ReportColumns(std::span<const ReportRow> rows) {
  std::vector<std::vector<pg::Param>> columns(27);
  for (const auto& [report, sealed] : rows) {
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
          pg::Param(sealed->pseudonyms.front()), pg::Param(sealed->request_keys.front()),
          pg::Param(sealed->digests.front()),
          pg::Param(pg::Bytes{sealed->title}), pg::Param(pg::Bytes{sealed->description}),
          pg::Param(pg::Bytes{sealed->reporter}), pg::Param(static_cast<int>(content.category)),
          pg::Param(content.unit), pg::Param(content.system), pg::Param(content.occurred),
          pg::Param(content.discovered), pg::Param(static_cast<int>(content.personal_data)),
          pg::Param(content.affected_persons),
          pg::Param(static_cast<int>(content.national_security)),
          pg::Param(static_cast<int>(content.ongoing)),
          pg::Param(static_cast<int>(content.confidentiality)), pg::Param(content.language),
          pg::Param(register_name), pg::Param(key), pg::Param(static_cast<int>(report->state)),
          pg::Param(report->submitted), pg::Param(report->reported), pg::Param(report->version),
          pg::Param(pg::Bytes{sealed->wrapped_key})}) {
      columns[column++].push_back(std::move(value));
    }
  }
  std::vector<pg::Param> arrays;
  arrays.reserve(columns.size());
  for (const auto& column : columns) arrays.push_back(pg::Array(column));
  return arrays;
}

}  // namespace avvik::intake
